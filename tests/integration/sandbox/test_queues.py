"""SQS to function: batches, partial failure, redelivery, redrive; and a queue that loses nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.sandbox.small_cloud import Small, eventually


def send(small: Small, queue: str, **body: Any) -> None:
    small.client("sqs").send_message(QueueUrl=small[queue], MessageBody=json.dumps(body))


def seen(small: Small, name: str) -> list[dict[str, Any]]:
    """The records of the messages with this name, each time they were delivered."""
    records = [record for call in small.calls("Receive") for record in call["event"]["Records"]]
    return [record for record in records if json.loads(record["body"]).get("name") == name]


def test_record_has_the_shape_of_lambda(small: Small) -> None:
    send(small, "Queue", name="shape")
    record = eventually(lambda: seen(small, "shape"))[0]
    assert set(record) == {
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
        *("eventSource", "eventSourceARN", "awsRegion"),
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSource"] == "aws:sqs"


def test_failed_message_comes_back_and_ends_in_dead_letters(small: Small) -> None:
    send(small, "Queue", name="failing", fail=True)
    assert small.message("Dead")["name"] == "failing"
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in seen(small, "failing")]
    assert counts == ["1", "2", "3"]


def test_only_the_named_messages_of_a_batch_come_back(small: Small) -> None:
    entries = [
        {"Id": str(number), "MessageBody": json.dumps({"name": f"batch-{number}", "fail": number == 1})}
        for number in range(4)
    ]
    small.client("sqs").send_message_batch(QueueUrl=small["Queue"], Entries=entries)
    assert small.message("Dead")["name"] == "batch-1"
    assert [len(seen(small, f"batch-{number}")) for number in range(4)] == [1, 3, 1, 1]


def test_raising_and_dying_functions_leave_the_message_on_the_queue(small: Small) -> None:
    for order in ("raise", "exit"):
        send(small, "Queue", name=order, do=order)
        assert small.message("Dead")["name"] == order
    send(small, "Queue", name="after")
    assert eventually(lambda: seen(small, "after"))


def test_no_message_is_lost_between_senders_and_receivers(small: Small) -> None:
    url = small.client("sqs").create_queue(QueueName="busy")["QueueUrl"]
    sqs = small.client("sqs")

    def fill(start: int) -> None:
        for number in range(start, start + 25):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))

    def drain(_: int) -> list[str]:
        bodies = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    with ThreadPoolExecutor(6) as threads:
        filled = [threads.submit(fill, start) for start in (0, 25, 50)]
        drained = [body for bodies in threads.map(drain, range(3)) for body in bodies]
        for task in filled:
            task.result()
    assert sorted(drained + drain(0), key=int) == [str(number) for number in range(75)]


def test_hidden_message_is_received_when_it_becomes_visible(small: Small) -> None:
    sqs = small.client("sqs")
    url = sqs.create_queue(QueueName="hidden")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=1)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]["Body"] == "x"
