"""Random transactions against a model: each happens wholly or not at all, and the stream tells exactly that."""

import random
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from tests.integration.sandbox.small_cloud import Small

KEYS = [f"k{number}" for number in range(6)]
Model = dict[str, int]


def operation(chance: random.Random, table: str, name: str) -> tuple[str, dict[str, Any]]:
    """A random operation on one key: its kind and its request."""
    kind = chance.choice(["Put", "Update", "Delete", "ConditionCheck"])
    key = {"pk": {"S": "model"}, "sk": {"S": name}}
    request: dict[str, Any] = {"TableName": table}
    if kind == "Put":
        request["Item"] = key | {"n": {"N": str(chance.randrange(5))}}
    else:
        request["Key"] = key
    if kind == "Update":
        request |= {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    if kind == "ConditionCheck" or chance.random() < 0.4:
        request["ConditionExpression"] = chance.choice(["attribute_exists(pk)", "attribute_not_exists(pk)"])
    return kind, request


def expected(model: Model, operations: dict[str, tuple[str, dict[str, Any]]]) -> tuple[list[str], Model]:
    """The cancellation codes of the operations, and the model after them if none failed."""
    codes, after = [], dict(model)
    for name, (kind, request) in operations.items():
        condition = request.get("ConditionExpression")
        holds = condition is None or (name in model) == (condition == "attribute_exists(pk)")
        codes.append("None" if holds else "ConditionalCheckFailed")
        if kind == "Put":
            after[name] = int(request["Item"]["n"]["N"])
        elif kind == "Update":
            after[name] = model.get(name, 0) + 1
        elif kind == "Delete":
            after.pop(name, None)
    return codes, after


def state(small: Small) -> Model:
    found = small.client("dynamodb").query(
        TableName=small["Streamed"],
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "model"}},
    )["Items"]
    return {item["sk"]["S"]: int(item["n"]["N"]) for item in found}


def replayed(small: Small) -> Model:
    """The state that the stream's records add up to, checking that each starts where the one before ended."""
    shard = dynamodb_backends["123456789012"]["ap-northeast-1"].tables[small["Streamed"]].stream_shard
    model: Model = {}
    for record in [record.to_json() for record in shard.items] if shard else []:
        change = record["dynamodb"]
        name = change["Keys"]["sk"]["S"]
        old, new = (int(change[image]["n"]["N"]) if image in change else None for image in ("OldImage", "NewImage"))
        assert model.get(name) == old
        assert old != new
        if new is None:
            del model[name]
        else:
            model[name] = new
    return model


@pytest.mark.parametrize("seed", [random.randrange(1 << 32)])  # the test's name shows it
def test_transactions_are_all_or_nothing(small: Small, seed: int) -> None:
    chance, client, model = random.Random(seed), small.client("dynamodb"), state(small)
    for _ in range(120):
        names = chance.sample(KEYS, chance.randint(1, 4))
        operations = {name: operation(chance, small["Streamed"], name) for name in names}
        codes, after = expected(model, operations)
        items = [{kind: request} for kind, request in operations.values()]
        if set(codes) == {"None"}:
            client.transact_write_items(TransactItems=items)
            model = after
        else:
            with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
                client.transact_write_items(TransactItems=items)
            assert [reason["Code"] for reason in caught.value.response["CancellationReasons"]] == codes
        assert state(small) == model
    assert replayed(small) == model
