"""How long it is remembered who saw whose data, and when it is checked."""

from __future__ import annotations

from dataclasses import dataclass

from infra.parameters.errors import ParameterError


@dataclass(frozen=True, kw_only=True)
class Auditing:
    """The audit trail and the statements of completeness. How long they must stay is the municipality's decision: no
    published rule of the common functions says it."""

    kept_days: int = 30
    """After how many days records, digests and statements go."""
    locked_days: int | None = None
    """Days for which nobody, not even the account's root, can delete or change them (S3 Object Lock, COMPLIANCE); None
    locks nothing. Can be made longer later, never shorter for what is there."""
    digest_every: int = 60
    """Minutes between two looks for days that are over and have no digest or no statement yet."""
    digest_grace: int = 30
    """Minutes after midnight, JST, in which what was begun before it may still arrive."""
    open_days: int = 1
    """Days after which a statement tells of files that have no answer yet, instead of waiting for them."""

    def __post_init__(self) -> None:
        if not 1 <= (self.locked_days or 1) <= self.kept_days:
            raise ParameterError("the audit trail can't go before its lock does")
        if not 0 <= self.digest_grace < 24 * 60 or self.digest_every < 1 or self.open_days < 1:
            raise ParameterError("a day's digest is made on the day after it")
