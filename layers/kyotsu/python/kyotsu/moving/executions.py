"""What the executions of a case passed, by Step Functions' own history, which is kept for 90 days after their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyotsu.moving.cases import Case, CaseKind
from kyotsu.moving.machines import execution_arn
from kyotsu.moving.way import Visit

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, slots=True)
class Executions:
    """Executions of a deployment's machines. Right: GetExecutionHistory on them."""

    client: SFNClient
    machine: Callable[[CaseKind], str]
    """Returns the ARN of a kind's machine."""

    def passed(self, case: Case) -> list[Visit] | None:
        """Return the states that all executions of a case entered, the first one first; None: one of them is gone."""
        try:
            return [
                visit
                for generation in range(1, case.generation + 1)
                for visit in self._visits(execution_arn(self.machine(case.kind), case.id, generation))
            ]
        except self.client.exceptions.ExecutionDoesNotExist:
            return None

    def _visits(self, arn: str) -> Iterator[Visit]:
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False
        )
        for page in pages:
            for event in page["events"]:
                entered = event.get("stateEnteredEventDetails")
                if entered and event["type"] != "ChoiceStateEntered":
                    yield Visit(entered["name"], event["timestamp"])
