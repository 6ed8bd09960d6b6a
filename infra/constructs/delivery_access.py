"""What the functions that deliver files are told, and the rights that more than one of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import WorkQueue
from infra.constructs.table import LANES, only_partitions
from infra.stacks.stateful import StatefulStack

SHORT = Duration.minutes(1)


@dataclass(frozen=True)
class DeliveryAccess:
    """Deliveries in the buckets, their table, and the queue that lanes are woken by."""

    platform: Platform
    stateful: StatefulStack
    lanes: WorkQueue

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.deliveries`."""
        stateful = self.stateful
        return {
            "MUNICIPALITY": self.platform.parameters.municipality,
            "BUCKET_PREFIX": self.platform.parameters.bucket_prefix,
            "LINKAGE_TABLE": stateful.linkage.table.table_name,
            "WORK_BUCKET": stateful.work.bucket.bucket_name,
            "EVENT_BUS": stateful.bus.event_bus_name,
            "LANES_QUEUE": self.lanes.queue.queue_url,
        }

    def let_note(
        self, function: PythonFunction, *more: str, reads: Sequence[str] = (), writes: Sequence[str] = ()
    ) -> None:
        """Let a function read and write deliveries, and nothing else in their table but partitions with these patterns.

        `more` names further ways of writing.
        """
        table, parameters = [self.stateful.linkage.table.table_arn], self.platform.parameters
        read = only_partitions(parameters, LANES, *reads)
        function.allow(["dynamodb:GetItem", "dynamodb:Query"], table, **read)
        write = only_partitions(parameters, LANES, *writes)
        function.allow(["dynamodb:PutItem", *more], table, **write)
        function.allow_key(
            self.stateful.keys.records, ["dynamodb"], ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
        )

    def let_tell(self, function: PythonFunction) -> None:
        """Let a function publish domain events."""
        function.allow(["events:PutEvents"], [self.stateful.bus.event_bus_arn])

    def let_write(self, function: PythonFunction, pattern: str) -> None:
        """Let a function write objects of the systems' buckets whose keys have a pattern."""
        function.allow_objects(["s3:PutObject"], self.buckets(), pattern)
        function.allow_key(self.stateful.keys.exchange, ["s3"], ["GenerateDataKey"])

    def let_wake(self, function: PythonFunction) -> None:
        """Let a function wake lanes."""
        function.allow(["sqs:SendMessage"], [self.lanes.queue.queue_arn])
        function.allow_key(self.stateful.keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])

    def buckets(self) -> list[str]:
        """Return the ARNs of the systems' buckets."""
        partition = Stack.of(self.stateful).partition
        return [f"arn:{partition}:s3:::{name}" for name in self.stateful.provider_bucket_names]
