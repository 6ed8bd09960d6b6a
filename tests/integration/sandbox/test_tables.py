"""DynamoDB: atomic between threads, transactions all or nothing, cheap queries with the right answers."""

import gc
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import Item

from tests.integration.sandbox.small_cloud import Small

Attributes = dict[str, Any]


def key(pk: str, sk: str = "1") -> Attributes:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def get(small: Small, pk: str, table: str = "Indexed") -> Attributes | None:
    item: Attributes | None = small.client("dynamodb").get_item(TableName=small[table], Key=key(pk)).get("Item")
    return item


def put(small: Small, pk: str, **more: Any) -> Attributes:
    return {"Put": {"TableName": small["Indexed"], "Item": key(pk) | {"v": {"S": "new"}}} | more}


def fresh(small: Small, pk: str) -> Attributes:
    operation = put(small, pk)
    operation["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
    return operation


def test_transfers_between_threads_neither_make_nor_lose(small: Small) -> None:
    client, table = small.client("dynamodb"), small["Indexed"]
    client.put_item(TableName=table, Item=key("from") | {"n": {"N": "20"}})
    client.put_item(TableName=table, Item=key("to") | {"n": {"N": "0"}})

    def transfer(_: int) -> bool:
        def add(pk: str, amount: str, **condition: Any) -> Attributes:
            values = {":a": {"N": amount}} | ({":zero": {"N": "0"}} if condition else {})
            update = {"TableName": table, "Key": key(pk), "UpdateExpression": "ADD n :a"}
            return {"Update": update | {"ExpressionAttributeValues": values} | condition}

        try:
            client.transact_write_items(
                TransactItems=[add("from", "-1", ConditionExpression="n > :zero"), add("to", "1")]
            )
        except client.exceptions.TransactionCanceledException:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(transfer, range(40))) == 20
    assert [(get(small, pk) or {})["n"]["N"] for pk in ("from", "to")] == ["0", "20"]


def test_failed_condition_rolls_everything_back_and_says_which(small: Small) -> None:
    client = small.client("dynamodb")
    client.put_item(TableName=small["Indexed"], Item=key("kept") | {"v": {"S": "old"}, "n": {"N": "1"}})
    client.put_item(TableName=small["Indexed"], Item=key("taken") | {"v": {"S": "old"}})
    refused = fresh(small, "taken")
    refused["Put"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    update = {
        "TableName": small["Indexed"],
        "Key": key("kept"),
        "UpdateExpression": "SET v = :v ADD n :n",
        "ExpressionAttributeValues": {":v": {"S": "new"}, ":n": {"N": "5"}},
    }
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[fresh(small, "made"), {"Update": update}, refused])

    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "None", "ConditionalCheckFailed"]
    assert reasons[2]["Item"] == key("taken") | {"v": {"S": "old"}}
    assert get(small, "made") is None
    assert get(small, "kept") == key("kept") | {"v": {"S": "old"}, "n": {"N": "1"}}


def test_deleted_item_comes_back_when_the_transaction_fails(small: Small) -> None:
    client = small.client("dynamodb")
    client.put_item(TableName=small["Indexed"], Item=key("gone") | {"v": {"S": "old"}})
    client.put_item(TableName=small["Indexed"], Item=key("there"))
    delete = {"Delete": {"TableName": small["Indexed"], "Key": key("gone")}}
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[delete, fresh(small, "there")])
    assert get(small, "gone") == key("gone") | {"v": {"S": "old"}}


def test_same_token_has_its_effect_once(small: Small) -> None:
    client = small.client("dynamodb")
    update = {
        "TableName": small["Indexed"],
        "Key": key("counter"),
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    for _ in range(2):
        client.transact_write_items(ClientRequestToken="one", TransactItems=[{"Update": update}])
    assert (get(small, "counter") or {})["n"] == {"N": "1"}
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(ClientRequestToken="one", TransactItems=[put(small, "other")])
    assert caught.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"
    assert get(small, "other") is None


def test_token_of_a_cancelled_transaction_may_be_tried_again(small: Small) -> None:
    client = small.client("dynamodb")
    client.put_item(TableName=small["Indexed"], Item=key("busy"))
    for _ in range(2):
        with pytest.raises(client.exceptions.TransactionCanceledException):
            client.transact_write_items(ClientRequestToken="two", TransactItems=[fresh(small, "busy")])
    client.delete_item(TableName=small["Indexed"], Key=key("busy"))
    client.transact_write_items(ClientRequestToken="two", TransactItems=[fresh(small, "busy")])
    assert get(small, "busy")


def test_failed_update_leaves_no_item(small: Small) -> None:
    client = small.client("dynamodb")
    with pytest.raises(ClientError):
        client.update_item(
            TableName=small["Indexed"],
            Key=key("half"),
            UpdateExpression="SET v = missing",
        )
    assert get(small, "half") is None


@pytest.mark.parametrize("seed", [random.randrange(1 << 32)])  # the test's name shows it
def test_queries_answer_as_a_plain_filter_would(small: Small, seed: int) -> None:
    chance, client, table = random.Random(seed), small.client("dynamodb"), small["Indexed"]
    items = [
        key(f"q{chance.randrange(5)}", f"{number:03}")
        | {"gsi1pk": {"S": f"g{chance.randrange(3)}"}, "gsi1sk": {"S": f"{chance.randrange(50):02}"}}
        for number in range(60)
    ]
    for start in range(0, 60, 20):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 20]]
        client.batch_write_item(RequestItems={table: requests})

    def query(**how: Any) -> list[Attributes]:
        pages = client.get_paginator("query").paginate(TableName=table, PaginationConfig={"PageSize": 7}, **how)
        return [item for page in pages for item in page["Items"]]

    for value in ("q0", "q3"):
        found = query(
            KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :b",
            ExpressionAttributeValues={":p": {"S": value}, ":a": {"S": "010"}, ":b": {"S": "040"}},
            ScanIndexForward=False,
        )
        wanted = [item for item in items if item["pk"]["S"] == value and "010" <= item["sk"]["S"] <= "040"]
        assert found == sorted(wanted, key=lambda item: str(item["sk"]["S"]), reverse=True)
    for value in ("g0", "g2", "absent"):
        found = query(
            IndexName="by_provider",
            KeyConditionExpression="gsi1pk = :p AND gsi1sk >= :a",
            ExpressionAttributeValues={":p": {"S": value}, ":a": {"S": "20"}},
        )
        wanted = [item for item in items if item["gsi1pk"]["S"] == value and item["gsi1sk"]["S"] >= "20"]
        order = sorted(wanted, key=lambda item: (item["gsi1sk"]["S"], item["pk"]["S"], item["sk"]["S"]))
        assert found == order


def test_replaced_items_are_freed(small: Small) -> None:
    for _ in range(30):
        small.client("dynamodb").put_item(TableName=small["Indexed"], Item=key("replaced"))
        get(small, "replaced")
    gc.collect()
    kept = [found for found in gc.get_objects() if isinstance(found, Item) and found.hash_key.value == "replaced"]
    assert len(kept) == 1


def test_time_to_live_is_set(small: Small) -> None:
    described = small.client("dynamodb").describe_time_to_live(TableName=small["Indexed"])
    assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
