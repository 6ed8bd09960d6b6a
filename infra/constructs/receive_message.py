"""What the CS brings: an object below `received/` of the bucket `Juki` reaches `functions/cs/receive_message`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.cs_access import CsAccess
from infra.constructs.function import PythonFunction
from infra.constructs.queues import DeadLetters

SOURCE = "cs/receive_message"
TIMEOUT = Duration.minutes(1)


class ReceiveMessage(Construct):
    """The rule, its queue and the function that hands messages to cases; what failed on the way is kept and alarmed."""

    def __init__(self, scope: Construct, construct_id: str, *, access: CsAccess) -> None:
        super().__init__(scope, construct_id)
        self._access = access
        platform, stateful = access.moving.platform, access.moving.stateful
        self.queue = work_queue(self, "Messages", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [stateful.juki.bucket.bucket_name]},
                "object": {"key": [{"prefix": "received/"}]},
            },
        }
        announce(
            self,
            "Brought",
            description="The CS brought a message",
            pattern=pattern,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=None,
        )
        self.function = self._function()
        concurrency = platform.parameters.cs.concurrency
        says = "CSから届いた電文を取り込めませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=concurrency, says=says)
        parked = each_minute("Kyotsu", "CsMessagesParked", "Sum", service=SOURCE)
        says = "CSから、取り込めない電文が届きました。別の場所に移しました。"
        platform.alarms.raise_when(self, "CsMessagesParked", parked, at_least=1, says=says)

    def _function(self) -> PythonFunction:
        access, moving = self._access, self._access.moving
        stateful, parameters = moving.stateful, moving.platform.parameters
        function = PythonFunction(
            self,
            "Function",
            platform=moving.platform,
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                **access.environment(),
                **moving.papers_environment(),
                **moving.machines_environment(),
                **moving.handing_environment(),
                **self.queue.retry_environment(),
                "ACCEPTED_MUNICIPALITIES": ",".join(parameters.accepted_municipalities),
                "FINGERPRINT_SECRET": stateful.personal.secret_arn,
                "JUKI_BUCKET": stateful.juki.bucket.bucket_name,
            },
        )
        access.let_move(function)
        moving.let_move(function, notes=True)
        moving.let_keep_papers(function)
        moving.let_start(function)
        # 転入通知 that comes again after its case has ended goes to 住民記録 at once.
        moving.let_hand(function)
        moving.let_note_failures(function)
        stateful.personal.let_compare(function)
        self._let_use_bucket(function)
        return function

    def _let_use_bucket(self, function: PythonFunction) -> None:
        stateful = self._access.moving.stateful
        bucket = [stateful.juki_arn]
        function.allow_objects(["s3:DeleteObject", "s3:GetObject"], bucket, "received/")
        function.allow_objects(["s3:PutObject"], bucket, "parked/")
        # Without it S3 answers "access denied" where an object was deleted.
        function.allow(["s3:ListBucket"], bucket, StringLike={"s3:prefix": "received/*"})
        function.allow_key(stateful.keys.juki, ["s3"], ["Decrypt", "GenerateDataKey"])
