"""Queues whose failed messages are kept, and seen."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Alarms, each_minute
from infra.constructs.nag import acknowledge
from infra.parameters.types import Retries

RETENTION = Duration.days(14)
FORGOTTEN = Duration.days(4)
"""Age of dead letters at which operators are told again; a long weekend and a day."""


class DeadLetters(Construct):
    """A queue of what failed for good: an operator is told of the first message, and has 14 days."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, alarms: Alarms, ordered: bool = False
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = _queue(self, key, ordered=ordered)
        acknowledge(self.queue, "SQS3", "This queue is itself where failed messages go.")
        alarms.raise_when(
            self,
            "DeadLettersWaiting",
            each_minute("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=self.queue.queue_name),
            at_least=1,
            says=f"{construct_id}：再試行しても失敗したものがあり、確認を待っています。",
        )
        alarms.raise_when(
            self,
            "DeadLettersForgotten",
            each_minute("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=self.queue.queue_name),
            at_least=FORGOTTEN.to_seconds(),
            says=f"{construct_id}：{FORGOTTEN.to_days():.0f}日間確認されていません。{RETENTION.to_days():.0f}日で消えます。",
        )


class WorkQueue(Construct):
    """A queue that gives a message up to its dead letters after its attempts, and tells when work piles up."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        alarms: Alarms,
        function_timeout: Duration,
        oldest_seconds: int,
        retries: Retries,
        ordered: bool = False,
        delay: Duration | None = None,
    ) -> None:
        """`ordered`: first in, first out in each group of messages; a failed one holds up those of its group alone.

        `delay`: how long each message stays unseen after it was sent.
        """
        super().__init__(scope, construct_id)
        self._retries = retries
        self.dead_letters = DeadLetters(self, "DeadLetters", key=key, alarms=alarms, ordered=ordered)
        self.queue = _queue(
            self,
            key,
            # AWS asks for six times the function's timeout, so that no message is handed out while one works on it.
            visibility_timeout=Duration.seconds(6 * int(function_timeout.to_seconds())),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters.queue, max_receive_count=retries.attempts),
            ordered=ordered,
            delay=delay,
        )
        alarms.raise_when(
            self,
            "QueueOld",
            each_minute("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=self.queue.queue_name),
            at_least=oldest_seconds,
            says=f"{construct_id}：最も古いメッセージが{oldest_seconds}秒待っています。",
        )

    def retry_environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.retries`, for the function that this queue feeds."""
        return {
            "SOURCE_QUEUE": self.queue.queue_url,
            "RETRY_ATTEMPTS": str(self._retries.attempts),
            "RETRY_FIRST_SECONDS": str(self._retries.first_seconds),
            "RETRY_FACTOR": str(self._retries.factor),
        }


def let_rule_send(queue: sqs.Queue, rule_arn: str) -> None:
    """Let one EventBridge rule, and nothing else of EventBridge, send to a queue."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
        )
    )


def _queue(
    scope: Construct,
    key: kms.IKey,
    *,
    visibility_timeout: Duration | None = None,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ordered: bool = False,
    delay: Duration | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        "Queue",
        fifo=ordered or None,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=RETENTION,
        visibility_timeout=visibility_timeout,
        dead_letter_queue=dead_letter_queue,
        delivery_delay=delay,
    )
