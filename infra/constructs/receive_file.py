"""Reception: an object created below `outbox/` of a provider bucket reaches `functions/linkage/receive_file`."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import EVENT_COUNTS, Platform, PythonFunction
from infra.constructs.queues import DeadLetters, WorkQueue, let_rule_send
from infra.stacks.stateful import StatefulStack

TIMEOUT = Duration.minutes(15)
READ_AND_WRITE = [
    *("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem"),
    *("dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
]


class ReceiveFile(Construct):
    """The rule, its queue and the function that answers a file; what failed on the way is kept and alarmed."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = WorkQueue(
            self,
            "ReceiveFile",
            key=stateful.keys.messages,
            alarms=platform.alarms,
            function_timeout=TIMEOUT,
            oldest_seconds=platform.parameters.oldest_message_seconds,
        )
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        self._announce_objects()
        self.function = self._function()
        self._let_function_work()
        self._feed_function()

    def _announce_objects(self) -> None:
        dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=self.undelivered.queue.queue_arn)
        target = events.CfnRule.TargetProperty(
            id="ReceiveFile", arn=self.queue.queue.queue_arn, dead_letter_config=dead_letters
        )
        rule = events.CfnRule(
            self,
            "ObjectCreated",
            description="A file arrived in a linked system's outbox",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    # Names of 39 buckets would fill the 2,048 characters of a pattern; only they have this prefix.
                    "bucket": {"name": [{"prefix": self._platform.parameters.bucket_prefix}]},
                    "object": {"key": [{"prefix": "outbox/"}]},
                },
            },
            targets=[target],
        )
        for queue in (self.queue.queue, self.undelivered.queue):
            let_rule_send(queue, rule.attr_arn)
        self._watch_rule(rule)

    def _watch_rule(self, rule: events.CfnRule) -> None:
        # What reaches the rule's dead letters does not count as failed; either alarm means that an event is lost.
        for name in ("FailedInvocations", "InvocationsFailedToBeSentToDlq"):
            self._platform.alarms.raise_when(
                self,
                name,
                each_minute("AWS/Events", name, "Sum", RuleName=rule.ref),
                at_least=1,
                says="An event of a created object is lost: compare the outbox with the receipts.",
            )

    def _function(self) -> PythonFunction:
        parameters, stateful = self._platform.parameters, self._stateful
        return PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source="linkage/receive_file",
            timeout=TIMEOUT,
            memory_mib=1769,  # one whole vCPU
            environment={
                "MUNICIPALITY": parameters.municipality,
                "ACCEPTED_MUNICIPALITIES": ",".join(parameters.accepted_municipalities),
                "BUCKET_PREFIX": parameters.bucket_prefix,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                "WORK_BUCKET": stateful.work.bucket.bucket_name,
                "EVENT_BUS": stateful.bus.event_bus_name,
            },
        )

    def _let_function_work(self) -> None:
        stateful, allow, objects = self._stateful, self.function.allow, self.function.allow_objects
        linkage, residents = stateful.linkage.table, stateful.residents.table
        buckets = [f"arn:{Stack.of(self).partition}:s3:::{name}" for name in stateful.provider_bucket_names]
        objects(["s3:GetObject", "s3:GetObjectVersion"], buckets, "outbox/")
        objects(["s3:PutObject"], buckets, "answers/")
        # Without it S3 answers "access denied" where a version is gone, and its file could not be rejected.
        allow(["s3:ListBucket"], buckets)
        objects(["s3:GetObject", "s3:PutObject"], [stateful.work_arn], "errors/")
        allow(["s3:ListBucket"], [stateful.work_arn], StringLike={"s3:prefix": "errors/*"})
        allow(READ_AND_WRITE, [linkage.table_arn, f"{linkage.table_arn}/index/by_provider", residents.table_arn])
        allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        use = self.function.allow_key
        use(stateful.keys.exchange, ["s3"], ["Decrypt", "GenerateDataKey"])
        use(stateful.keys.records, ["dynamodb", "s3"], ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"])

    def _feed_function(self) -> None:
        self.function.allow_lambda(
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [self.queue.queue.queue_arn],
        )
        self.function.allow_key(self._stateful.keys.messages, ["sqs"], ["Decrypt"])
        mapping = lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function.function,
            event_source_arn=self.queue.queue.queue_arn,
            batch_size=1,
            report_batch_item_failures=True,
            max_concurrency=self._platform.parameters.receive_concurrency,
            metrics_config=EVENT_COUNTS,
        )
        self.function.watch_source(mapping, "A file could not be received; it is tried again up to five times.")
