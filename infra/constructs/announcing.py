"""Queues of work, rules that bring events to them, and functions that work on them: one way for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.function import EVENT_COUNTS, Platform, PythonFunction
from infra.constructs.queues import DeadLetters, WorkQueue, let_rule_send
from infra.stacks.stateful import StatefulStack


def work_queue(
    scope: Construct,
    construct_id: str,
    *,
    platform: Platform,
    stateful: StatefulStack,
    function_timeout: Duration,
    ordered: bool = False,
    delay: Duration | None = None,
) -> WorkQueue:
    """Make a queue as the parameters want every queue to be; `ordered` and `delay` as `WorkQueue` has them."""
    return WorkQueue(
        scope,
        construct_id,
        key=stateful.keys.messages,
        alarms=platform.alarms,
        function_timeout=function_timeout,
        oldest_seconds=platform.parameters.oldest_message_seconds,
        retries=platform.parameters.retries,
        ordered=ordered,
        delay=delay,
    )


def announce(
    scope: Construct,
    construct_id: str,
    *,
    description: str,
    pattern: Mapping[str, Any],
    queue: WorkQueue,
    undelivered: DeadLetters,
    bus: str | None,
) -> events.CfnRule:
    """Bring the events of a bus (None: AWS's own) that match a pattern to a queue; return the rule."""
    dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue.queue_arn)
    target = events.CfnRule.TargetProperty(id=construct_id, arn=queue.queue.queue_arn, dead_letter_config=dead_letters)
    rule = events.CfnRule(
        scope,
        construct_id,
        description=description,
        event_bus_name=bus,
        event_pattern=dict(pattern),
        targets=[target],
    )
    for each in (queue.queue, undelivered.queue):
        let_rule_send(each, rule.attr_arn)
    return rule


def feed(
    scope: Construct,
    function: PythonFunction,
    queue: WorkQueue,
    *,
    stateful: StatefulStack,
    concurrency: int,
    says: str,
    batch_size: int = 1,
) -> None:
    """Give a function the messages of a queue; tell operators when one fails."""
    function.allow_lambda(
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        [queue.queue.queue_arn],
    )
    function.allow_key(stateful.keys.messages, ["sqs"], ["Decrypt"])
    mapping = lambda_.EventSourceMapping(
        scope,
        "Source",
        target=function.function,
        event_source_arn=queue.queue.queue_arn,
        batch_size=batch_size,
        report_batch_item_failures=True,
        max_concurrency=concurrency,
        metrics_config=EVENT_COUNTS,
    )
    function.watch_source(mapping, says)
