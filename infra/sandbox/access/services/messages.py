"""Amazon SQS, SNS and EventBridge."""

from collections.abc import Iterator, Mapping

from infra.sandbox.access.enforcement import Need, encryption_context
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

_OF_QUEUE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "SendMessage": ("SendMessage", ("GenerateDataKey", "Decrypt")),
    "SendMessageBatch": ("SendMessage", ("GenerateDataKey", "Decrypt")),
    "ReceiveMessage": ("ReceiveMessage", ("Decrypt",)),
    "DeleteMessage": ("DeleteMessage", ()),
    "DeleteMessageBatch": ("DeleteMessage", ()),
    "ChangeMessageVisibility": ("ChangeMessageVisibility", ()),
    "ChangeMessageVisibilityBatch": ("ChangeMessageVisibility", ()),
    "GetQueueAttributes": ("GetQueueAttributes", ()),
    "GetQueueUrl": ("GetQueueUrl", ()),
    "ListDeadLetterSourceQueues": ("ListDeadLetterSourceQueues", ()),
    "PurgeQueue": ("PurgeQueue", ()),
}


def queue_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to SQS needs. Raises UnmappedError."""
    if asked.operation not in _OF_QUEUE:
        raise UnmappedError(f"sqs:{asked.operation or 'the query protocol'}")
    name = asked.body["QueueName"] if asked.operation == "GetQueueUrl" else asked.body["QueueUrl"].rsplit("/", 1)[-1]
    yield from for_queue(_OF_QUEUE[asked.operation][0], stored.arn("sqs", name), stored)


def for_queue(action: str, arn: str, stored: Stored) -> Iterator[Need]:
    """Yield what an action (SendMessage, ReceiveMessage, …) on a queue needs, with its key."""
    yield Need(f"sqs:{action}", arn)
    key = stored.key_of(arn)
    for operation in _OF_QUEUE[action][1] if key else ():
        yield Need(f"kms:{operation}", str(key), encryption_context({"aws:sqs:arn": arn}), via="sqs")


_OF_TOPIC = {"Publish": "Publish", "PublishBatch": "Publish", "GetTopicAttributes": "GetTopicAttributes"}


def topic_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to SNS needs. Raises UnmappedError."""
    operation = asked.form.get("Action", "")
    if operation not in _OF_TOPIC:
        raise UnmappedError(f"sns:{operation}")
    arn = asked.form.get("TopicArn") or asked.form.get("TargetArn", "")
    if _OF_TOPIC[operation] == "Publish":
        yield from for_topic(arn, stored)
    else:
        yield Need(f"sns:{operation}", arn)


def for_topic(arn: str, stored: Stored) -> Iterator[Need]:
    """Yield what publishing to a topic needs, with its key."""
    yield Need("sns:Publish", arn)
    key = stored.key_of(arn)
    for action in ("GenerateDataKey", "Decrypt") if key else ():
        yield Need(f"kms:{action}", str(key), encryption_context({"aws:sns:topicArn": arn}), via="sns")


def event_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to EventBridge needs. Raises UnmappedError."""
    if asked.operation != "PutEvents":
        raise UnmappedError(f"events:{asked.operation}")
    for entry in asked.body["Entries"]:
        bus = entry.get("EventBusName", "default").rsplit("/", 1)[-1]
        context = {
            "events:source": (entry.get("Source", ""),),
            "events:detail-type": (entry.get("DetailType", ""),),
        }
        arn = stored.arn("events", f"event-bus/{bus}")
        yield Need("events:PutEvents", arn, context)
        key = stored.key_of(arn)
        if key:
            mine = encryption_context({"aws:events:event-bus:arn": arn})
            mine |= {"aws:sourcearn": (arn,), "aws:sourceaccount": (stored.account,)}
            yield Need("kms:GenerateDataKey", key, mine, by="events.amazonaws.com")
