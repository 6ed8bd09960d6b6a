"""Acknowledgements: `deliveries/….ack.json` of any bucket reaches `functions/linkage/note_acknowledgement`."""

from __future__ import annotations

from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.delivery_access import SHORT, DeliveryAccess
from infra.constructs.function import PythonFunction
from infra.constructs.queues import DeadLetters
from infra.constructs.table import FAILURES

SOURCE = "linkage/note_acknowledgement"


class NoteAcknowledgement(Construct):
    """The rule, its queue and the function that notes what recipients say."""

    def __init__(self, scope: Construct, construct_id: str, *, access: DeliveryAccess) -> None:
        super().__init__(scope, construct_id)
        platform, stateful = access.platform, access.stateful
        self.queue = work_queue(
            self,
            "Acknowledgements",
            platform=platform,
            stateful=stateful,
            function_timeout=SHORT,
        )
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [{"prefix": platform.parameters.bucket_prefix}]},
                "object": {"key": [{"wildcard": "deliveries/*.ack.json"}]},
            },
        }
        announce(
            self,
            "Acknowledged",
            description="A recipient said something about a delivery",
            pattern=pattern,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=None,
        )
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=SHORT,
            memory_mib=512,
            environment={**access.environment(), **self.queue.retry_environment()},
        )
        # What it notes is chosen by recipients.
        access.let_note(self.function, writes=[FAILURES])
        access.let_tell(self.function)
        access.let_write(self.function, "deliveries/*.ack-error.json")
        self.function.allow_objects(["s3:GetObjectVersion"], access.buckets(), "deliveries/*.ack.json")
        # Without it S3 answers "access denied" where a version is gone.
        self.function.allow(["s3:ListBucket"], access.buckets(), StringLike={"s3:prefix": "deliveries/*"})
        self.function.allow_key(stateful.keys.exchange, ["s3"], ["Decrypt"])
        says = "利用側の受領回答を記録できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=5, says=says)
        refused = each_minute("Kyotsu", "DeliveriesRefused", "Sum", service=SOURCE)
        says = "利用側が受領を拒否した提供があります。"
        platform.alarms.raise_when(self, "DeliveriesRefused", refused, at_least=1, says=says)
