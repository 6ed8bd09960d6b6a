"""Queues whose failed messages are kept, and seen."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import Alarms, each_minute
from infra.constructs.nag import acknowledge

RETENTION = Duration.days(14)
ATTEMPTS = 5


class DeadLetters(Construct):
    """A queue of what failed for good: an operator is told of the first message, and has 14 days."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey, alarms: Alarms) -> None:
        super().__init__(scope, construct_id)
        self.queue = _queue(self, key)
        acknowledge(self.queue, "SQS3", "This queue is itself where failed messages go.")
        alarms.raise_when(
            self,
            "NotEmpty",
            each_minute("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=self.queue.queue_name),
            at_least=1,
            says=f"{construct_id}: something failed for good and waits for an operator.",
        )


class WorkQueue(Construct):
    """A queue that gives a message up to its dead letters after five attempts, and tells when work piles up."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        alarms: Alarms,
        function_timeout: Duration,
        oldest_seconds: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetters(self, "DeadLetters", key=key, alarms=alarms)
        self.queue = _queue(
            self,
            key,
            # AWS asks for six times the function's timeout, so that no message is handed out while one works on it.
            visibility_timeout=Duration.seconds(6 * int(function_timeout.to_seconds())),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters.queue, max_receive_count=ATTEMPTS),
        )
        alarms.raise_when(
            self,
            "Old",
            each_minute("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=self.queue.queue_name),
            at_least=oldest_seconds,
            says=f"{construct_id}: the oldest message has waited for {oldest_seconds} seconds.",
        )


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
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        "Queue",
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=RETENTION,
        visibility_timeout=visibility_timeout,
        dead_letter_queue=dead_letter_queue,
    )
