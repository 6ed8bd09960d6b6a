"""Requirement: whichever call to AWS fails or is not answered, the request again gives one person, one number, one
flag; and what a person costs does not grow with how many there are."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.dynamodb.models import dynamodb_backends

from kyotsu.contracts.api import ApiAnswer
from kyotsu.integrated.table import IntegratedTable
from kyotsu.japanese.digits import is_individual_number
from tests.fakes.integrated import TWO, FreshNumbers, Office, body, request, subject
from tests.fakes.sealing import LocalSealer
from tests.integration.capacity import metered
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud

MOST_CALLS = 8


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None) -> IntegratedTable:
    return IntegratedTable(cloud.dynamodb, "integrated", MUNICIPALITY, LocalSealer())


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> Callable[[int, str], None]:
    """Let the n-th call from now on fail: `refused`, or `unanswered` after it worked."""
    door: Any = BaseClient
    call = door._make_api_call
    left: dict[str, Any] = {"count": 0, "kind": ""}

    def through(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        left["count"] -= 1
        if left["count"] != 0:
            return call(client, operation, arguments)
        if left["kind"] == "refused":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)
        call(client, operation, arguments)
        raise ReadTimeoutError(endpoint_url="https://aws")

    monkeypatch.setattr(door, "_make_api_call", through)
    return lambda count, kind: left.update(count=count, kind=kind)


def attempted(office: Office, sent: dict[str, object], attempt: str) -> ApiAnswer | None:
    try:
        return office.issue.answer(request(sent, key="k", attempt=attempt))
    except (ClientError, ReadTimeoutError):
        return None


def numbers(answer: ApiAnswer | None) -> list[str]:
    assert answer is not None
    found = json.loads(msgspec.json.encode(answer.body))
    assert found["errors"] == []
    return [entry["dantainaitogoatenabango"] for entry in found["result"]]


@pytest.mark.parametrize("kind", ["refused", "unanswered"])
def test_a_request_that_failed_anywhere_is_done_once_when_it_comes_again(
    cloud: Cloud, quick_transactions: None, fail: Callable[[int, str], None], kind: str
) -> None:
    for count in range(1, MOST_CALLS):
        store = IntegratedTable(cloud.dynamodb, "integrated", f"{kind}{count}", LocalSealer())
        fails_once(store, partial(fail, count, kind), partial(fail, 0, ""))


def fails_once(store: IntegratedTable, begin: Callable[[], object], end: Callable[[], object]) -> None:
    office = Office(store, numbers=FreshNumbers())
    sent = body(subject(), subject(atenabango="2"), subject(kojinbango=TWO, atenabango="3"))
    begin()
    first = attempted(office, sent, "r1")
    end()
    again = numbers(attempted(office, sent, "r2"))
    assert again[0] == again[1] != again[2]
    assert first is None or numbers(first) == again
    for number, rows in ((again[0], 2), (again[2], 1)):
        person = store.person(number)
        assert person is not None
        assert len(person.rows) == rows
        assert person.flagged is not None
        assert [entry.revision for entry in store.history(number)] == list(range(1, person.revision + 1))


def test_a_person_costs_the_same_among_many(cloud: Cloud, store: IntegratedTable) -> None:
    """Requirement: flat between 1,000 and 20,000 people."""
    office = Office(store)
    individual = (str(number).zfill(12) for number in range(10**11, 2 * 10**11))
    right = (number for number in individual if is_individual_number(number))
    seen = []
    for first, last in ((0, 1), (1, 1_000), (1_000, 20_000)):
        with metered() as units:
            one = subject(kojinbango=next(right), atenabango=f"9{last}")
            office.issue.answer(request(body(one), attempt=f"one{last}"))
        seen.append((units.reads["integrated"], units.writes["integrated"]))
        seed(cloud, first, last)
    assert seen == [(2, 10)] * 3


def seed(cloud: Cloud, first: int, last: int) -> None:
    """Fill the table with copies of what is stored of a person, past the API of moto."""
    table = dynamodb_backends["123456789012"][REGION].tables["integrated"]
    for item in cloud.dynamodb.scan(TableName="integrated", Limit=3)["Items"]:
        plain = {name: _as_received(value) for name, value in item.items()}
        for index in range(first, last):
            table.put_item(plain | {"pk": {"S": f"{item['pk']['S']}{index:06d}"}})


def _as_received(value: Any) -> Any:
    return {"B": b64encode(value["B"]).decode()} if "B" in value else value
