"""Queues, topics, event buses and rules."""

import json
from typing import Any

from infra.sandbox.access.documents import checked
from infra.sandbox.deployment import Kind, Place, only
from infra.sandbox.intrinsics import Created
from infra.sandbox.running.schedules import Schedule, seconds_of

_QUEUE_NUMBERS = {
    "DelaySeconds",
    "KmsDataKeyReusePeriodSeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
}
_QUEUE_FLAGS = {"FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"}


def queue(place: Place, properties: dict[str, Any]) -> Created:
    """Make a queue, first-in-first-out or not, with its redrive policy."""
    sqs = place.cloud.client("sqs")
    suffix = ".fifo" if properties.get("FifoQueue") else ""
    name = properties.get("QueueName", place.physical_name(75) + suffix)
    attributes = {key: str(properties[key]) for key in _QUEUE_NUMBERS if key in properties}
    attributes |= {key: str(properties[key]).lower() for key in _QUEUE_FLAGS if key in properties}
    if "KmsMasterKeyId" in properties:
        attributes["KmsMasterKeyId"] = properties["KmsMasterKeyId"]
    if "RedrivePolicy" in properties:
        attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{place.cloud.region}:{place.cloud.account}:{name}"
    place.cloud.access.stored.encrypted(arn, properties.get("KmsMasterKeyId"))
    return Created(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def queue_policy(place: Place, properties: dict[str, Any]) -> Created:
    """Put the policy of each queue."""
    for url in properties["Queues"]:
        place.cloud.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": checked(properties["PolicyDocument"], place.path)}
        )
    return Created(place.logical_id)


def topic(place: Place, properties: dict[str, Any]) -> Created:
    """Make a topic and its subscriptions."""
    sns = place.cloud.client("sns")
    name = properties.get("TopicName", place.physical_name(200))
    arn = sns.create_topic(Name=name)["TopicArn"]
    place.cloud.access.stored.encrypted(arn, properties.get("KmsMasterKeyId"))
    for subscription in properties.get("Subscription", []):
        only(subscription, {"Protocol", "Endpoint"}, f"{place.path} Subscription")
        sns.subscribe(TopicArn=arn, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
    return Created(arn, {"TopicArn": arn, "TopicName": name})


def topic_policy(place: Place, properties: dict[str, Any]) -> Created:
    """Put the policy of each topic."""
    for arn in properties["Topics"]:
        place.cloud.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=checked(properties["PolicyDocument"], place.path)
        )
    return Created(place.logical_id)


def event_bus(place: Place, properties: dict[str, Any]) -> Created:
    """Make a custom event bus."""
    name = properties["Name"]
    arn = place.cloud.client("events").create_event_bus(Name=name)["EventBusArn"]
    place.cloud.access.stored.encrypted(arn, properties.get("KmsKeyIdentifier"))
    return Created(name, {"Arn": arn, "Name": name})


_TARGET = {"Arn", "Id", "DeadLetterConfig", "RetryPolicy"}


def rule(place: Place, properties: dict[str, Any]) -> Created:
    """Make a rule, by an event pattern or the clock, and its targets."""
    events = place.cloud.client("events")
    name = properties.get("Name", place.physical_name())
    bus = properties.get("EventBusName", "default")
    schedule = properties.get("ScheduleExpression")
    fires = {"ScheduleExpression": schedule} if schedule else {"EventPattern": json.dumps(properties["EventPattern"])}
    state = properties.get("State", "ENABLED")
    arn = events.put_rule(Name=name, State=state, EventBusName=bus, **fires)["RuleArn"]
    if schedule:
        place.cloud.schedules.append(Schedule(arn, seconds_of(schedule)))
    targets = properties.get("Targets", [])
    for target in targets:
        only(target, _TARGET, f"{place.path} Targets")
    if targets:
        events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    return Created(name, {"Arn": arn})


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::SQS::Queue": Kind(
        queue,
        frozenset(_QUEUE_NUMBERS | _QUEUE_FLAGS | {"QueueName", "KmsMasterKeyId", "RedrivePolicy"}),
        _TAGS | {"RedriveAllowPolicy": "there is one account and only our own queues"},
    ),
    "AWS::SQS::QueuePolicy": Kind(queue_policy, frozenset({"Queues", "PolicyDocument"})),
    "AWS::SNS::Topic": Kind(
        topic,
        frozenset({"TopicName", "Subscription", "KmsMasterKeyId"}),
        _TAGS | {"DisplayName": "documentation"},
    ),
    "AWS::SNS::TopicPolicy": Kind(topic_policy, frozenset({"Topics", "PolicyDocument"})),
    "AWS::Events::EventBus": Kind(
        event_bus,
        frozenset({"Name", "KmsKeyIdentifier"}),
        _TAGS
        | {
            "Description": "documentation",
            "LogConfig": "deliveries are in the sandbox's own log",
        },
    ),
    "AWS::Events::Rule": Kind(
        rule,
        frozenset({"Name", "EventPattern", "ScheduleExpression", "State", "EventBusName", "Targets"}),
        {"Description": "documentation", "Tags": "nothing in the sandbox reads tags"},
    ),
}
