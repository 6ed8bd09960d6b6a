"""Delivering: lanes that were woken reach `functions/linkage/deliver_files`, one worker at a time on each."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.announcing import feed, work_queue
from infra.constructs.audit_access import AuditAccess
from infra.constructs.delivery_access import DeliveryAccess
from infra.constructs.file_access import MEMORY_MIB, FileAccess
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.protection_access import let_decide
from infra.constructs.queues import WorkQueue
from infra.constructs.table import FAILURES, FILES, HOLDING
from infra.stacks.stateful import StatefulStack

SOURCE = "linkage/deliver_files"
TIMEOUT = Duration.minutes(5)
"""Short, because a worker that dies holds its lane up for six times as long."""


def lanes_queue(scope: Construct, *, platform: Platform, stateful: StatefulStack) -> WorkQueue:
    """Make the queue by which lanes are woken: a group of messages for each lane."""
    return work_queue(scope, "Lanes", platform=platform, stateful=stateful, function_timeout=TIMEOUT, ordered=True)


class DeliverFiles(Construct):
    """The function that writes what recipients may have, and what it may read and write for that."""

    def __init__(self, scope: Construct, construct_id: str, *, access: DeliveryAccess) -> None:
        super().__init__(scope, construct_id)
        platform, stateful, queue = access.platform, access.stateful, access.lanes
        files, audit = FileAccess(platform, stateful), AuditAccess(stateful)
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment={
                **access.environment(),
                **queue.retry_environment(),
                "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
                "PROTECTION_TABLE": stateful.protection.table.table_name,
                **audit.environment(),
            },
        )
        function = self.function
        files.let_read_files(function)
        let_decide(function, stateful, platform.parameters)
        audit.let_record(function, SOURCE)
        function.allow_objects(["s3:GetObject"], [stateful.work_arn], "errors/")
        function.allow(["s3:ListBucket"], [stateful.work_arn], StringLike={"s3:prefix": "errors/*"})
        function.allow_key(stateful.keys.records, ["s3"], ["Decrypt"])
        changes = ("dynamodb:DeleteItem", "dynamodb:UpdateItem")
        access.let_note(function, *changes, reads=[FILES, HOLDING], writes=[FAILURES])
        access.let_write(function, "deliveries/")
        # What an earlier attempt has made visible is read, to go on from just that.
        function.allow_objects(["s3:GetObject"], access.buckets(), "deliveries/")
        access.let_tell(function)
        access.let_wake(function)
        concurrency = platform.parameters.group_concurrency
        says = "利用側へファイルを提供できませんでした。再試行します。"
        feed(self, function, queue, stateful=stateful, concurrency=concurrency, says=says)
