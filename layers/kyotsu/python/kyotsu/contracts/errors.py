"""The base of every exception the domain raises on purpose."""

from __future__ import annotations

from kyotsu.contracts.outcomes import Outcome


class KyotsuError(Exception):
    """Something an outcome code names; `str()` is its Japanese sentence and holds no personal data."""

    def __init__(self, outcome: Outcome, **fields: object) -> None:
        self.outcome = outcome
        self.fields = fields
        super().__init__(outcome.sentence(**fields))

    @property
    def code(self) -> str:
        """The stable code, for logs and answers."""
        return self.outcome.code
