"""A table's stream to its function: every change once and in order, retries, bisection, what is given up."""

import json
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from tests.integration.sandbox.small_cloud import Small, eventually


def put(small: Small, sk: str, **body: Any) -> None:
    item = {"pk": {"S": "p"}, "sk": {"S": sk}, "body": {"S": json.dumps(body)}, "raw": {"B": b"\x00\xff"}}
    small.client("dynamodb").put_item(TableName=small["Followed"], Item=item)


def seen(small: Small, prefix: str) -> list[dict[str, Any]]:
    """The records of keys with this prefix, each time they were delivered."""
    records = [record for call in small.calls("Follow") for record in call["event"]["Records"]]
    return [record for record in records if record["dynamodb"]["Keys"]["sk"]["S"].startswith(prefix)]


def test_changes_arrive_once_in_order_with_both_images(small: Small) -> None:
    for number in range(3):
        put(small, "order", number=number)
    put(small, "order", number=2)
    small.client("dynamodb").delete_item(TableName=small["Followed"], Key={"pk": {"S": "p"}, "sk": {"S": "order"}})

    eventually(lambda: len(seen(small, "order")) >= 4)

    records = seen(small, "order")
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "MODIFY", "REMOVE"]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))
    change = records[1]["dynamodb"]
    assert json.loads(change["OldImage"]["body"]["S"]) == {"number": 0}
    assert json.loads(change["NewImage"]["body"]["S"]) == {"number": 1}
    assert change["NewImage"]["raw"] == {"B": "AP8="}
    assert isinstance(change["ApproximateCreationDateTime"], float)
    assert records[0]["awsRegion"] == "ap-northeast-1"
    assert ":dynamodb:ap-northeast-1:123456789012:table/" in records[0]["eventSourceARN"]


def test_update_of_a_new_item_is_one_insert(small: Small) -> None:
    small.client("dynamodb").update_item(
        TableName=small["Followed"],
        Key={"pk": {"S": "p"}, "sk": {"S": "update"}},
        UpdateExpression="SET body = :b",
        ExpressionAttributeValues={":b": {"S": "{}"}},
    )
    put(small, "z-after-update")
    eventually(lambda: seen(small, "z-after-update"))
    (record,) = seen(small, "update")
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["body"] == {"S": "{}"}


def test_cancelled_transaction_is_never_seen(small: Small) -> None:
    client, table = small.client("dynamodb"), small["Followed"]
    put(small, "there")
    operations = [
        {"Put": {"TableName": table, "Item": {"pk": {"S": "p"}, "sk": {"S": "cancelled"}}}},
        {
            "Put": {
                "TableName": table,
                "Item": {"pk": {"S": "p"}, "sk": {"S": "there"}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        },
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=operations)
    put(small, "z-after-cancel")
    eventually(lambda: seen(small, "z-after-cancel"))
    assert seen(small, "cancelled") == []


def test_poisoned_record_is_given_up_alone_and_the_rest_goes_on(small: Small) -> None:
    requests = [
        {"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": sk}, "body": {"S": json.dumps(body)}}}}
        for sk, body in [("rest-1", {}), ("poison", {"do": "raise"}), ("rest-2", {}), ("rest-3", {})]
    ]
    small.client("dynamodb").batch_write_item(RequestItems={small["Followed"]: requests})
    notice = small.message("Lost")
    assert notice["DDBStreamBatchInfo"]["batchSize"] == 1
    assert notice["requestContext"]["condition"] == "RetryAttemptsExhausted"
    rest = ("rest-1", "rest-2", "rest-3")
    eventually(lambda: {record["dynamodb"]["Keys"]["sk"]["S"] for record in seen(small, "rest")} == set(rest))
    assert len(seen(small, "poison")) >= 2


def test_reported_record_is_tried_again_from_there(small: Small) -> None:
    put(small, "failing", fail=True)
    put(small, "following")
    assert small.message("Lost")["DDBStreamBatchInfo"]["batchSize"] >= 1
    assert len(seen(small, "failing")) >= 2


def test_delivered_records_are_not_kept(small: Small) -> None:
    put(small, "kept-not")
    eventually(lambda: seen(small, "kept-not"))
    streamed = dynamodb_backends["123456789012"]["ap-northeast-1"].tables[small["Followed"]].stream_shard
    assert streamed
    eventually(lambda: not streamed.items)
