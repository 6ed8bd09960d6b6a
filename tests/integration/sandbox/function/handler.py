"""The function of the sandbox's own tests: does what the event's body says and records each call in a table."""

import json
import os
import sys
import time
import uuid
from typing import Any

import boto3

DYNAMODB, SQS = boto3.client("dynamodb"), boto3.client("sqs")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record the event; then answer, fail, end or hang, as the first body says."""
    bodies = [_body(record) for record in event.get("Records", [])] or [event]
    DYNAMODB.put_item(
        TableName=os.environ["CALLS"],
        Item={
            "pk": {"S": os.environ["AWS_LAMBDA_FUNCTION_NAME"]},
            "sk": {"S": f"{time.time_ns():020}-{uuid.uuid4().hex[:8]}"},
            "event": {"S": json.dumps(event)},
            "pid": {"N": str(os.getpid())},
            "path": {"S": json.dumps(sys.path)},
            "left": {"N": str(context.get_remaining_time_in_millis())},
        },
    )
    for record, body in zip(event.get("Records", []), bodies, strict=False):
        if "receiptHandle" in record and (body.get("fail") or body.get("do")):
            _hasten(record["receiptHandle"])
    for body in bodies:
        _obey(body.get("do"))
    failed = [
        record.get("messageId") or record["dynamodb"]["SequenceNumber"]
        for record, body in zip(event.get("Records", []), bodies, strict=False)
        if body.get("fail")
    ]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed], "said": bodies[0]}


def _body(record: dict[str, Any]) -> dict[str, Any]:
    text = record["body"] if "body" in record else record["dynamodb"].get("NewImage", {}).get("body", {}).get("S", "{}")
    body: dict[str, Any] = json.loads(text)
    return body


def _hasten(receipt_handle: str) -> None:
    """Have a message that is about to fail back at once, and not after its queue's visibility timeout."""
    SQS.change_message_visibility(QueueUrl=os.environ["QUEUE"], ReceiptHandle=receipt_handle, VisibilityTimeout=0)


def _obey(order: Any) -> None:
    if order == "raise":
        raise ValueError("as told")
    if order == "exit":
        os._exit(7)
    if order == "hang":
        time.sleep(60)
