"""A machine's wait: registers its token, and tells it at once what came early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kyotsu.moving.cases import SignalKind, Wait, WaitName
from kyotsu.moving.ports import CaseStore, Machines


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The function AwaitSignal."""

    cases: CaseStore
    machines: Machines

    def wait(self, event: Mapping[str, Any]) -> None:
        """Register one try of a visit: `case`, `wait`, `kinds`, `token`, and what orders the tries (`execution`,
        `entered`, `retry`)."""
        case_id = event["case"]
        case = self.cases.get(case_id)
        kinds = frozenset(map(SignalKind, event["kinds"]))
        wait = Wait(WaitName(event["wait"]), case.stage, event["token"], kinds, _attempt(event))
        taken = self.cases.wait(case_id, wait)
        if taken is not None:
            self.machines.tell(taken)
            self.cases.told(case_id, taken)


def _attempt(event: Mapping[str, Any]) -> str:
    generation = event["execution"].rpartition(".")[2]
    return f"{int(generation):06d}/{event['entered']}/{int(event['retry']):04d}"
