"""`Machines` on Step Functions: one execution for each generation of a case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from kyotsu.moving.cases import Case, CaseKind
from kyotsu.moving.ports import Taken

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

LONGEST_NAME = 80
_MARK = "="
"""Stands in the name of an execution whose case has too long an id for one; no id of a case has it."""
_FAILED: tuple[Literal["FAILED", "TIMED_OUT", "ABORTED"], ...] = ("FAILED", "TIMED_OUT", "ABORTED")


class _Input(msgspec.Struct):
    case: str


@dataclass(frozen=True, slots=True)
class StepFunctions:
    """The machines of a deployment.

    Rights: StartExecution, ListExecutions (failed) and DescribeExecution (ended, failed) on the machines and their
    executions; SendTaskSuccess (tell).
    """

    client: SFNClient
    machine: Callable[[CaseKind], str]
    """Returns the ARN of a kind's machine. Asked for when it is needed: steps of a machine don't know their machine."""
    timeouts: Callable[[], Mapping[str, int]]
    """Returns the seconds that each of the machine's states waits at most, by the machine's name for it."""

    def start(self, case: Case) -> None:
        """Start the case's execution of its generation, unless that was started before."""
        document = msgspec.json.encode({"case": case.id, "timeouts": dict(self.timeouts())}).decode()
        try:
            self.client.start_execution(
                stateMachineArn=self.machine(case.kind), name=_name(case.id, case.generation), input=document
            )
        except self.client.exceptions.ExecutionAlreadyExists:
            return  # with other time-outs, or it has ended

    def ended(self, case: Case) -> bool:
        """Tell whether the case's execution failed, timed out or was aborted."""
        arn = execution_arn(self.machine(case.kind), case.id, case.generation)
        try:
            return self.client.describe_execution(executionArn=arn)["status"] in _FAILED
        except self.client.exceptions.ExecutionDoesNotExist:
            return False

    def failed(self) -> Iterator[tuple[str, int]]:
        """Yield case ids and generations of executions that failed within 90 days, the newest first of each kind."""
        for machine in dict.fromkeys(map(self.machine, CaseKind)):
            for status in _FAILED:
                pages = self.client.get_paginator("list_executions").paginate(
                    stateMachineArn=machine, statusFilter=status
                )
                for page in pages:
                    for found in page["executions"]:
                        name, _, generation = found["name"].rpartition(".")
                        if generation.isdecimal():  # else an operator gave the name
                            case_id = self._case(found["executionArn"]) if _MARK in name else name
                            yield case_id, int(generation)

    def tell(self, taken: Taken) -> None:
        """Hand a signal to the machine that waits; a token that is gone is fine."""
        gone = self.client.exceptions
        document = msgspec.json.encode({"signal": taken.signal.kind}).decode()
        try:
            self.client.send_task_success(taskToken=taken.token, output=document)
        except (gone.TaskDoesNotExist, gone.TaskTimedOut, gone.InvalidToken):
            return

    def _case(self, execution: str) -> str:
        document = self.client.describe_execution(executionArn=execution)["input"]
        return msgspec.json.decode(document, type=_Input).case


def _name(case_id: str, generation: int) -> str:
    name = f"{case_id}.{generation}"
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(case_id.encode()).hexdigest()[:24]
    return f"{case_id[:40]}{_MARK}{digest}.{generation}"


def execution_arn(machine: str, case_id: str, generation: int) -> str:
    """Return the ARN of a case's execution on a machine."""
    return f"{machine.replace(':stateMachine:', ':execution:')}:{_name(case_id, generation)}"
