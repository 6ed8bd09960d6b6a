"""Documents of マイナポータル: an object below `inbox/` reaches `functions/moving/receive_application`."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import MovingAccess
from infra.constructs.queues import DeadLetters

SOURCE = "moving/receive_application"
TIMEOUT = Duration.minutes(1)


class ReceiveApplication(Construct):
    """The rule, its queue and the function that makes cases of documents; what fails is kept and alarmed."""

    def __init__(self, scope: Construct, construct_id: str, *, access: MovingAccess) -> None:
        super().__init__(scope, construct_id)
        self._access = access
        platform, stateful = access.platform, access.stateful
        parameters = platform.parameters
        self.queue = work_queue(self, "Applications", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [access.portal_bucket]}, "object": {"key": [{"prefix": "inbox/"}]}},
        }
        announce(
            self,
            "Filed",
            description="A document of the portal arrived",
            pattern=pattern,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=None,
        )
        self.function = self._function()
        says = f"マイナポータルの申請を受け付けられませんでした。{parameters.retries.attempts}回まで再試行します。"
        concurrency = parameters.moving.intake_concurrency
        feed(self, self.function, self.queue, stateful=stateful, concurrency=concurrency, says=says)
        unreadable = each_minute("Kyotsu", "ApplicationsUnreadable", "Sum", service=SOURCE)
        says = "マイナポータルの申請に、読めない文書がありました。"
        platform.alarms.raise_when(self, "ApplicationsUnreadable", unreadable, at_least=1, says=says)

    def _function(self) -> PythonFunction:
        access, stateful = self._access, self._access.stateful
        function = PythonFunction(
            self,
            "Function",
            platform=access.platform,
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                **access.environment(),
                **access.papers_environment(),
                **access.machines_environment(),
                **self.queue.retry_environment(),
                "ACCEPTED_MUNICIPALITIES": ",".join(access.platform.parameters.accepted_municipalities),
                "APPLICATION_BUCKET": access.portal_bucket,
                "FINGERPRINT_SECRET": stateful.personal.secret_arn,
            },
        )
        access.let_move(function, notes=True)
        access.let_keep_papers(function)
        access.let_start(function)
        access.let_tell(function)
        access.let_note_failures(function)
        stateful.personal.let_compare(function)
        self._let_use_bucket(function)
        return function

    def _let_use_bucket(self, function: PythonFunction) -> None:
        bucket = [f"arn:{Stack.of(self).partition}:s3:::{self._access.portal_bucket}"]
        versions = ["s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion"]
        function.allow_objects(versions, bucket, "inbox/")
        function.allow_objects(["s3:PutObject"], bucket, "answers/inbox/")
        # Without the right to list, S3 answers "access denied" where there is nothing.
        function.allow(["s3:ListBucket"], bucket, StringLike={"s3:prefix": "inbox/*"})
        function.allow(["s3:ListBucketVersions"], bucket, StringLike={"s3:prefix": "inbox/kojinbango/*"})
        self._access.let_show_status(function)
