"""Executions of a state machine, at most one of a name at work."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

_FAILED = frozenset({"ABORTED", "FAILED", "TIMED_OUT"})


@dataclass(frozen=True, slots=True)
class Executions:
    """Starts executions of one state machine."""

    client: SFNClient
    machine: str
    """ARN of the state machine."""

    def start(self, name: str, value: Any) -> None:
        """Start an execution, unless one of this name is at work or has succeeded.

        One that failed keeps its name for 90 days; the next one is called `name-2`, and so on.
        """
        document = msgspec.json.encode(value).decode()
        for number in itertools.count(1):
            numbered = name if number == 1 else f"{name}-{number}"
            if self._start(numbered, document) or self._status(numbered) not in _FAILED:
                return

    def _start(self, name: str, document: str) -> bool:
        """Tell whether this started the execution (or a running one of just this input goes on)."""
        try:
            self.client.start_execution(stateMachineArn=self.machine, name=name, input=document)
        except self.client.exceptions.ExecutionAlreadyExists:
            return False
        return True

    def _status(self, name: str) -> str:
        arn = f"{self.machine.replace(':stateMachine:', ':execution:')}:{name}"
        return self.client.describe_execution(executionArn=arn)["status"]
