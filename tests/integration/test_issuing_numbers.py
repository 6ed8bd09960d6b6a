"""The number-issue call as deployed, on moto: what it costs, whatever fails, and however many ask at once."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from moto.dynamodb.models import dynamodb_backends

from kyotsu.addressees.issuance import Issuance
from kyotsu.addressees.responses import encoded
from kyotsu.contracts.api import ApiRequest
from kyotsu.wiring import numbering
from kyotsu.wiring.registry import opening_registry, registry
from tests.fakes.addressees import FRESH, RESIDENT, TAX
from tests.fakes.issuing import OPERATED, asked, number_in
from tests.fakes.registry_contract import SECOND, THIRD
from tests.integration.capacity import Units, metered
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud
from tests.integration.test_registry_edits import units as edit_units
from tests.integration.test_registry_table import put_resident

MY_NUMBER = "123456789018"
HOW = ("refused", "unanswered")
LINK = {"nayosemotofuragu": "1"}


@pytest.fixture
def call(cloud: Cloud, quick_transactions: None) -> Issuance:
    return numbering.issue_call()


@pytest.fixture
def warm(call: Issuance) -> Issuance:
    """The call with a block of serials and its secret."""
    call.answer(asked())
    return call


def records(cloud: Cloud) -> dict[str, Any]:
    """Return the items of all numbers in the table, by number."""
    pages = cloud.dynamodb.get_paginator("scan").paginate(TableName="addressees")
    items = (item for page in pages for item in page["Items"])
    return {item["pk"]["S"].partition("#")[2]: item for item in items if item["sk"]["S"] == "A"}


def test_calls_of_one_issue(cloud: Cloud, call: Issuance) -> None:
    with cloud.counted() as first:
        number_in(call.answer(asked()))
    assert first == {"UpdateItem": 1, "BatchGetItem": 1, "GetSecretValue": 1, "TransactWriteItems": 1}
    with cloud.counted() as next_ones:
        for _ in range(10):
            number_in(call.answer(asked(key=None)))
    assert next_ones == {"BatchGetItem": 10, "TransactWriteItems": 10}
    with cloud.counted() as sealed:
        number_in(call.answer(asked(kojinbango=MY_NUMBER, key="k")))
    assert sealed == {"BatchGetItem": 1, "TransactWriteItems": 1, "GenerateDataKey": 1}
    with cloud.counted() as repeated:
        number_in(call.answer(asked(kojinbango=MY_NUMBER, key="k")))
    assert repeated["TransactWriteItems"] == 0


def units(call: Issuance, request: ApiRequest) -> tuple[float, float]:
    """Return read and write units of a request that is done."""
    with metered() as found:
        number_in(call.answer(request))
    return sum(found.reads.values()), sum(found.writes.values())


def test_units_of_one_issue(warm: Issuance) -> None:
    """A change here is a change of the bill: make it on purpose, and docs/decisions/0111 with it."""
    assert units(warm, asked()) == (3, 6), "number, business and resident; record, history and posting, each twice"
    assert units(warm, asked(key="k")) == (4, 8)
    assert units(warm, asked(key="k")) == (4, 0), "a repeat"
    assert units(warm, asked(kojinbango=MY_NUMBER)) == (3, 8)
    link = asked(**LINK, nayosesakiatenabango=FRESH)
    assert units(warm, link) == (6, 10), "the principal's count, and the link"
    assert units(warm, asked("022", shorikubun="2", atenabango=FRESH)) == (3, 4)
    assert units(warm, asked("022", shorikubun="2", atenabango=FRESH)) == (3, 0)
    assert units(warm, asked(shorikubun="1", atenabango=FRESH, jusho_katagaki="１０１")) == (3, 6)


def test_costs_are_flat(cloud: Cloud, warm: Issuance) -> None:
    def cost() -> list[tuple[float, float]]:
        whole = [units(warm, asked(key=str(next(keys)))) for _ in range(2)]
        number = next(people)
        updated = edit_units("1", number=number, seibetsu="1")
        linked = edit_units("3", number=number, nayosesakiatenabango="700000000000001")
        return [*whole, units(warm, asked("022", shorikubun="2", atenabango=number)), updated, linked]

    keys, people = itertools.count(1), iter(["700000000000000", "700000000019999"])
    seed(cloud, 0, 1_000)
    small = cost()
    seed(cloud, 1_000, 20_000)
    assert cost() == small == [(4, 8), (4, 8), (3, 4), (3, 6), (6, 10)]


def seed(cloud: Cloud, first: int, last: int) -> None:
    """Register people at once, past the API of moto, each with the data of the first one issued."""
    model: Any = cloud.dynamodb.get_item(TableName="addressees", Key=key(FRESH))["Item"]
    model["b"] = {"B": b64encode(model["b"]["B"]).decode()}
    table = dynamodb_backends["123456789012"][REGION].tables["addressees"]
    for index in range(first, last):
        table.put_item({**model, **key(f"7{index:014d}")})


def key(number: str) -> Any:
    return {"pk": {"S": f"{MUNICIPALITY}#{number}"}, "sk": {"S": "A"}}


class Faults:
    """Lets two of so many calls of each operation fail: one before its effect, one after it."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.counts: dict[str, Iterator[int]] = defaultdict(itertools.count)
        self.made: Counter[str] = Counter()

    @contextmanager
    def injected(self) -> Iterator[None]:
        door: Any = BaseClient
        call = door._make_api_call

        def failing(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
            place = next(self.counts[operation]) % self.every
            if place == 1:
                self.made[f"{operation} refused"] += 1
                raise ReadTimeoutError(endpoint_url="")
            answer = call(client, operation, arguments)
            if place == 2:
                self.made[f"{operation} unanswered"] += 1
                raise ReadTimeoutError(endpoint_url="")
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(door, "_make_api_call", failing)
            yield


def until_answered(call: Issuance, request: ApiRequest) -> tuple[str, bytes]:
    """Ask as a caller does that repeats what was not answered."""
    for _ in range(50):
        try:
            answer = call.answer(request)
        except ReadTimeoutError:
            continue
        return number_in(answer), encoded(answer.body)
    raise AssertionError


def test_many_requests_at_once_with_repeats_and_faults(cloud: Cloud, warm: Issuance) -> None:
    """100 people, each asked for twice at once, by 16 threads, with two of seven calls failing.

    A thousand are in tests/unit/addressees/test_many_issues.py: moto takes half a minute for them.
    """
    before, faults = len(records(cloud)), Faults(every=7)
    requests = [asked(key=f"k{index // 2}") for index in range(200)]
    with ThreadPoolExecutor(16) as pool, faults.injected():
        answers = list(pool.map(lambda request: until_answered(warm, request), requests))
    assert answers[::2] == answers[1::2], "byte for byte"
    numbers = {number for number, _ in answers}
    assert len(numbers) == 100
    found = records(cloud)
    assert numbers <= found.keys()
    assert len(found) - before == 100, "none that nobody was told of"
    assert {f"{name} {how}" for name in ("BatchGetItem", "TransactWriteItems") for how in HOW} <= faults.made.keys()


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("effect", [False, True])
def test_each_call_of_an_issue_may_fail(cloud: Cloud, call: Issuance, at: int, effect: bool) -> None:
    """The counter, the look, the secret, the data key and the write: refused, or done and not answered."""
    request, places = asked(key="k", kojinbango=MY_NUMBER), itertools.count(1)
    door: Any = BaseClient
    made = door._make_api_call

    def failing(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        hit = next(places) == at
        if hit and not effect:
            raise ReadTimeoutError(endpoint_url="")
        answer = made(client, operation, arguments)
        if hit:
            raise ReadTimeoutError(endpoint_url="")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_make_api_call", failing)
        with pytest.raises(ReadTimeoutError):
            call.answer(request)
        first = call.answer(request)
    assert encoded(call.answer(request).body) == encoded(first.body)
    number = number_in(first)
    assert list(records(cloud)) == [number]
    assert len(registry().history(number)) == 1
    use = opening_registry().look([number], TAX).numbers[number].use
    assert use is not None
    assert use.individual_number == MY_NUMBER


def test_a_number_that_was_sent_before_is_known_without_being_opened(cloud: Cloud, call: Issuance) -> None:
    number = number_in(call.answer(asked(kojinbango=MY_NUMBER)))
    with cloud.counted() as calls:
        for more in ({}, {"kojinbango": MY_NUMBER}):
            number_in(call.answer(asked(shorikubun="2", atenabango=number, **more)))
            number_in(call.answer(asked(shorikubun="1", atenabango=number, **more)))
    assert calls == {"BatchGetItem": 4}, "nothing is opened, and nothing written"


def test_nothing_of_a_person_is_in_a_key_or_in_the_clear(cloud: Cloud, call: Issuance) -> None:
    number_in(call.answer(asked(kojinbango=MY_NUMBER, key="a key")))
    items = cloud.dynamodb.scan(TableName="addressees")["Items"]
    keys = " ".join(f"{item['pk']['S']} {item['sk']['S']}" for item in items)
    for told in ("見本", "1980", "千代田", MY_NUMBER, "a key"):
        assert told not in keys
    assert MY_NUMBER not in str(items)
    assert sorted(item["sk"]["S"].partition("#")[0] for item in items) == ["A", "B", "H", "N", "O", "P"]


def test_a_resident_carried_over(cloud: Cloud, call: Issuance) -> None:
    put_resident(cloud, RESIDENT, "2")
    answer = call.answer(asked(shorikubun="1", atenabango=RESIDENT))
    assert number_in(answer) == RESIDENT
    assert answer.codes == ()


def test_people_alike_can_be_listed(call: Issuance) -> None:
    for _ in range(3):
        call.answer(asked())
    found = registry().look([FRESH], TAX).numbers[FRESH].record
    assert found is not None
    assert registry().alike(found) == [SECOND, THIRD]


def test_resident_numbers_are_off_and_on(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, quick_transactions: None
) -> None:
    request = ApiRequest(body=OPERATED, system="001", received_at=asked().received_at, request_id="r")
    assert numbering.resident_number_call().answer(request).codes == ("E1511",)
    numbering.resident_number_call.cache_clear()
    monkeypatch.setenv("RESIDENT_NUMBERS", "true")
    with cloud.counted() as calls:
        number = number_in(numbering.resident_number_call().answer(request))
    assert number.startswith("0")
    assert calls == {"UpdateItem": 1, "BatchGetItem": 1, "TransactWriteItems": 1}
    with metered() as found:
        numbering.resident_number_call().answer(request)
    # Looked at with its leading zeros and without.
    assert found == Units(Counter({"addressees": 4, "residents": 2}), Counter({"addressees": 2}))
