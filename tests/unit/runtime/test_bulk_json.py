"""A client with fast bulk operations sends and tells what botocore's own would."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from kyotsu.runtime.bulk_json import write_and_read_fast

ITEM = {
    "pk": {"S": "141003#架空　太郎\U000e0100"},
    "n": {"N": "12.50"},
    "b": {"B": bytes(range(256))},
    "e": {"B": b""},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "l": {"L": [{"S": '"\\\n'}, {"M": {"x": {"B": b"\0"}}}]},
    "s": {"SS": ["a", "b"]},
    "i": {"NS": ["1", "2"]},
    "y": {"BS": [b"1", b"\xff"]},
}
PUT = {"TableName": "t", "Item": ITEM, "ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
REQUESTS: dict[str, Any] = {
    "batch_write_item": {
        "RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": {"pk": {"S": "x"}}}}]},
        "ReturnConsumedCapacity": "TOTAL",
    },
    "batch_get_item": {"RequestItems": {"t": {"Keys": [{"pk": {"S": "x"}}], "ConsistentRead": True}}},
    "transact_write_items": {"TransactItems": [{"Put": PUT}], "ClientRequestToken": "token"},
}
WIRE_ITEM = {"pk": {"S": "架"}, "n": {"N": "1"}, "b": {"B": "AP8="}, "l": {"L": [{"M": {"x": {"BS": ["AA=="]}}}]}}
FOUND = {
    "Responses": {"t": [WIRE_ITEM, {"pk": {"S": ""}, "t": {"BOOL": False}, "z": {"NULL": True}}], "u": []},
    "UnprocessedKeys": {"t": {"Keys": [{"pk": {"B": "AA=="}}], "ConsistentRead": True}},
    "ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 1.5}],
}


class Raw:
    """The stream of an answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


class Answers:
    """Answers requests in place of DynamoDB, and keeps their bodies."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers, self.bodies = list(answers), list[Any]()

    def answer(self, request: AWSRequest, **_: object) -> AWSResponse:
        self.bodies.append(request.body)
        status, body = self.answers.pop(0)
        return AWSResponse("", status, HTTPHeaders(), Raw(body))


def client(answers: Answers) -> Any:
    config = Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 2})
    made = boto3.client(
        "dynamodb", region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b", config=config
    )
    answer: Any = answers.answer  # what it returns is sent in place of the request
    made.meta.events.register("before-send.dynamodb", answer)
    return made


def fast(answers: Answers) -> Any:
    return write_and_read_fast(client(answers))


def told(make: Callable[[Answers], Any], answer: tuple[int, bytes], operation: str = "batch_get_item") -> Any:
    """Return what a client makes of an answer, without the times and ids of the call."""
    response = getattr(make(Answers(answer)), operation)(**REQUESTS[operation])
    del response["ResponseMetadata"]
    return response


@pytest.mark.parametrize("operation", REQUESTS)
def test_the_same_body_is_sent(operation: str) -> None:
    before = copy.deepcopy(REQUESTS[operation])
    plain, ours = Answers((200, b"{}")), Answers((200, b"{}"))
    getattr(client(plain), operation)(**REQUESTS[operation])
    getattr(fast(ours), operation)(**REQUESTS[operation])
    assert json.loads(ours.bodies[0]) == json.loads(plain.bodies[0])
    assert REQUESTS[operation] == before, "the caller's own items"


def test_a_transaction_has_a_token_and_keeps_it_when_it_is_repeated() -> None:
    answers = Answers((500, b"{}"), (200, b"{}"))
    fast(answers).transact_write_items(TransactItems=[{"Put": PUT}])
    first, second = answers.bodies
    assert first == second
    assert len(json.loads(first)["ClientRequestToken"]) == 36


def test_the_same_answer_is_told() -> None:
    answer = (200, json.dumps(FOUND).encode())
    assert told(fast, answer) == told(client, answer)
    assert told(fast, answer)["Responses"]["t"][0]["b"] == {"B": b"\0\xff"}
    assert told(fast, (200, b"{}")) == told(client, (200, b"{}")) == {}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"Responses": {"t": [{"b": {"B": "?"}}]}}', b"{", b'{"Responses": 1}'])
def test_of_an_answer_that_is_none_botocore_tells(body: bytes) -> None:
    outcomes: list[Any] = []
    for make in (client, fast):
        try:
            outcomes.append(told(make, (200, body)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the same
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


def test_an_error_is_the_same() -> None:
    body = json.dumps(
        {"__type": "x#ProvisionedThroughputExceededException", "message": "slow", "Responses": 1}
    ).encode()
    with pytest.raises(ClientError) as caught:
        fast(Answers((400, body), (400, body))).batch_get_item(**REQUESTS["batch_get_item"])
    assert caught.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"


def test_other_operations_are_left_alone() -> None:
    answers = Answers((200, b"{}"))
    fast(answers).put_item(TableName="t", Item=ITEM)
    assert json.loads(answers.bodies[0])["Item"]["n"] == ITEM["n"]
