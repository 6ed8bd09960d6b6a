"""What the functions of the CS gateway are told, and the rights that more than one of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import MovingAccess
from infra.constructs.queues import WorkQueue
from infra.constructs.table import TABLE_KEY, only_partitions

OUTBOX = "cs/*"
"""Partitions of the `Moving` table: lanes, where messages stand, holds, and what came from the CS."""


@dataclass(frozen=True)
class CsAccess:
    """The outbox, and the queue that its lanes are woken by."""

    moving: MovingAccess
    lanes: WorkQueue

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving_cs`, but those of papers, of the CS and of its bucket."""
        return {**self.moving.environment(), "CS_LANES_QUEUE": self.lanes.queue.queue_url}

    def let_post(self, function: PythonFunction) -> None:
        """Let a function put messages into lanes, take them back, and wake their lanes."""
        own = only_partitions(self.moving.platform.parameters, OUTBOX)
        actions = ("GetItem", "Query", "PutItem", "DeleteItem")
        function.allow([f"dynamodb:{each}" for each in actions], [self.moving.stateful.moving.table.table_arn], **own)
        function.allow_key(self.moving.stateful.keys.records, ["dynamodb"], TABLE_KEY)
        self.let_wake(function)

    def let_move(self, function: PythonFunction) -> None:
        """Let a function move lanes on, and tell cases how their messages ended."""
        own = only_partitions(self.moving.platform.parameters, OUTBOX)
        actions = ("GetItem", "Query", "PutItem")
        function.allow([f"dynamodb:{each}" for each in actions], [self.moving.stateful.moving.table.table_arn], **own)
        function.allow_key(self.moving.stateful.keys.records, ["dynamodb"], TABLE_KEY)
        self.moving.let_move(function)
        self.moving.let_tell(function)
        self.let_wake(function)

    def let_list(self, function: PythonFunction) -> None:
        """Let a function list open lanes."""
        own = only_partitions(self.moving.platform.parameters, "cs/open")
        function.allow(["dynamodb:Query"], [f"{self.moving.stateful.moving.table.table_arn}/index/by_kind"], **own)

    def let_wake(self, function: PythonFunction) -> None:
        """Let a function wake lanes."""
        function.allow(["sqs:SendMessage"], [self.lanes.queue.queue_arn])
        function.allow_key(self.moving.stateful.keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])
