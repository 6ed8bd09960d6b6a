"""A machine's wait: registers its token, and tells it at once what came early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kyotsu.moving.cases import SignalKind, Wait, WaitName
from kyotsu.moving.ports import CaseStore, Machines


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The function AwaitSignal."""

    cases: CaseStore
    machines: Machines

    def wait(self, case_id: str, name: str, kinds: Sequence[str], token: str, attempt: str) -> None:
        """Register one try of a visit."""
        case = self.cases.get(case_id)
        wait = Wait(WaitName(name), case.stage, token, frozenset(map(SignalKind, kinds)), attempt)
        taken = self.cases.wait(case_id, wait)
        if taken is not None:
            self.machines.tell(taken)
            self.cases.told(case_id, taken)
