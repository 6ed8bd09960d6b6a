"""What the functions of the CS gateway are told, and the rights that more than one of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import WorkQueue
from infra.constructs.table import FAILURES, TABLE_KEY, only_partitions
from infra.stacks.stateful import StatefulStack

OUTBOX = "cs/*"
"""Partitions of the `Moving` table: lanes, where messages stand, holds, and what came from the CS."""


@dataclass(frozen=True)
class CsAccess:
    """The outbox, and the queue that its lanes are woken by."""

    platform: Platform
    stateful: StatefulStack
    lanes: WorkQueue

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving_cs.outbox`, but those of cases and their papers."""
        parameters, stateful = self.platform.parameters, self.stateful
        return {
            "MUNICIPALITY": parameters.municipality,
            "LINKAGE_TABLE": stateful.linkage.table.table_name,
            "MOVING_TABLE": stateful.moving.table.table_name,
            "CS_LANES_QUEUE": self.lanes.queue.queue_url,
        }

    def let_post(self, function: PythonFunction) -> None:
        """Let a function put messages into lanes, take them back, and wake their lanes."""
        own = only_partitions(self.platform.parameters, OUTBOX)
        actions = ("GetItem", "Query", "PutItem", "DeleteItem")
        function.allow([f"dynamodb:{each}" for each in actions], [self.stateful.moving.table.table_arn], **own)
        function.allow_key(self.stateful.keys.records, ["dynamodb"], TABLE_KEY)
        self.let_wake(function)

    def let_move(self, function: PythonFunction) -> None:
        """Let a function move lanes on."""
        own = only_partitions(self.platform.parameters, OUTBOX)
        actions = ("GetItem", "Query", "PutItem")
        function.allow([f"dynamodb:{each}" for each in actions], [self.stateful.moving.table.table_arn], **own)
        function.allow_key(self.stateful.keys.records, ["dynamodb"], TABLE_KEY)

    def let_list(self, function: PythonFunction) -> None:
        """Let a function list open lanes."""
        own = only_partitions(self.platform.parameters, "cs/open")
        function.allow(["dynamodb:Query"], [f"{self.stateful.moving.table.table_arn}/index/by_kind"], **own)

    def let_note_failures(self, function: PythonFunction) -> None:
        """Let a function note why a message of its queue failed."""
        own = only_partitions(self.platform.parameters, FAILURES)
        function.allow(["dynamodb:PutItem"], [self.stateful.linkage.table.table_arn], **own)

    def let_wake(self, function: PythonFunction) -> None:
        """Let a function wake lanes."""
        function.allow(["sqs:SendMessage"], [self.lanes.queue.queue_arn])
        function.allow_key(self.stateful.keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])
