"""Reception: an object created below `outbox/` of a provider bucket reaches `functions/linkage/receive_file`."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.file_access import MEMORY_MIB, TIMEOUT, FileAccess
from infra.constructs.function import PythonFunction
from infra.constructs.queues import DeadLetters
from infra.constructs.receive_large_file import ReceiveLargeFile


class ReceiveFile(Construct):
    """The rule, its queue and the function that answers a file; what failed on the way is kept and alarmed."""

    def __init__(
        self, scope: Construct, construct_id: str, *, access: FileAccess, large_files: ReceiveLargeFile
    ) -> None:
        super().__init__(scope, construct_id)
        self._access, self._platform = access, access.platform
        platform, stateful = access.platform, access.stateful
        self.queue = work_queue(self, "ReceiveFile", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        self._announce_objects()
        self.function = self._function(large_files)
        says = f"ファイルを受信できませんでした。{platform.parameters.retries.attempts}回まで再試行します。"
        concurrency = platform.parameters.receive_concurrency
        feed(self, self.function, self.queue, stateful=stateful, concurrency=concurrency, says=says)

    def _announce_objects(self) -> None:
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                # Names of 39 buckets would fill the 2,048 characters of a pattern; only they have this prefix.
                "bucket": {"name": [{"prefix": self._platform.parameters.bucket_prefix}]},
                "object": {"key": [{"prefix": "outbox/"}]},
            },
        }
        rule = announce(
            self,
            "ObjectCreated",
            description="A file arrived in a linked system's outbox",
            pattern=pattern,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=None,
        )
        self._watch_rule(rule)

    def _watch_rule(self, rule: events.CfnRule) -> None:
        # What reaches the rule's dead letters does not count as failed; either alarm means that an event is lost.
        for alarm, name in (("RuleFailed", "FailedInvocations"), ("RuleLost", "InvocationsFailedToBeSentToDlq")):
            self._platform.alarms.raise_when(
                self,
                alarm,
                each_minute("AWS/Events", name, "Sum", RuleName=rule.ref),
                at_least=1,
                says="ファイルが置かれた通知が失われました。outboxと受付を突き合わせてください。",
            )

    def _function(self, large_files: ReceiveLargeFile) -> PythonFunction:
        function = PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source="linkage/receive_file",
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment={
                **self._access.environment(),
                **self.queue.retry_environment(),
                "LARGE_FILE_MACHINE": large_files.machine.state_machine_arn,
            },
        )
        self._access.let_read_files(function)
        self._access.let_apply_rows(function)
        self._access.let_answer(function)
        large_files.let_start(function)
        return function
