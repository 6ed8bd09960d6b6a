"""住民宛名番号付番, which is off unless a municipality wants it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kyotsu.addressees.numbers import NumberKind, Ranges, follows_rule
from kyotsu.addressees.responses import encoded
from kyotsu.addressees.serials import NumbersExhaustedError
from kyotsu.contracts.api import ApiRequest
from tests.fakes.addressees import RECEIVED, TAX
from tests.fakes.issuing import OPERATED, number_in, resident_numbers
from tests.fakes.registry import MemoryCounter, MemoryRegistry
from tests.fakes.registry_contract import registered


@pytest.fixture
def store() -> MemoryRegistry:
    return MemoryRegistry()


def asked(system: str = "001", *, key: str | None = None, **items: object) -> ApiRequest:
    body = {**OPERATED, "gyomuid": system, **items}
    return ApiRequest(body=body, system=system, received_at=RECEIVED, request_id="r", idempotency_key=key)


def test_it_is_off(store: MemoryRegistry) -> None:
    answer = resident_numbers(store, enabled=False).answer(asked())
    assert (answer.status, answer.codes, store.obtained) == (400, ("E1511",), set())


def test_it_is_for_the_resident_system_alone(store: MemoryRegistry) -> None:
    answer = resident_numbers(store).answer(asked("010"))
    assert (answer.status, answer.codes, store.obtained) == (400, ("E1512",), set())


def test_a_number_of_the_residents_range(store: MemoryRegistry) -> None:
    answer = resident_numbers(store).answer(asked())
    number = number_in(answer)
    assert Ranges().kind(number) is NumberKind.RESIDENT
    assert follows_rule(number)
    body = msgspec.json.decode(encoded(answer.body))
    assert body["metadata"]["title"] == "住民宛名番号付番"
    assert body["_links"] == {"self": {"href": "/app_submit/v10/juminatenabangofuban"}}
    assert body["result"] == [{**OPERATED, "atenabango": number, "rirekibango": 1}]
    assert store.obtained == {number}
    assert store.records == {}


def test_numbers_of_residents_migration_and_registry_are_skipped(store: MemoryRegistry) -> None:
    source = resident_numbers(MemoryRegistry())
    taken = [number_in(source.answer(asked())) for _ in range(60)]
    store.residents |= dict.fromkeys(taken[:40], "1")
    store.migrated |= {*taken[40:58]}
    assert store.write(registered(taken[58]))
    assert store.take(taken[59])
    number = number_in(resident_numbers(store).answer(asked()))
    assert number not in taken
    assert store.look([number], TAX).numbers[number].issued_to_residents


def test_a_number_that_is_somebodys_without_its_leading_zeros_is_skipped(store: MemoryRegistry) -> None:
    first = number_in(resident_numbers(MemoryRegistry()).answer(asked()))
    store.residents[first.lstrip("0")] = "1"
    assert int(number_in(resident_numbers(store).answer(asked()))) > int(first)


def test_a_repeat_needs_no_number(store: MemoryRegistry) -> None:
    first = resident_numbers(store).answer(asked(key="k"))
    spent = MemoryCounter(last={NumberKind.RESIDENT: Ranges().resident.last})
    assert number_in(resident_numbers(store, counter=spent).answer(asked(key="k"))) == number_in(first)
    with pytest.raises(NumbersExhaustedError):
        resident_numbers(store, counter=spent).answer(asked(key="other"))


def test_the_same_key_gives_the_same_number(store: MemoryRegistry) -> None:
    call = resident_numbers(store)
    first, second = call.answer(asked(key="k")), call.answer(asked(key="k"))
    assert encoded(first.body) == encoded(second.body)
    assert call.answer(asked(key="k", sosashaid="9")).codes == ("E1508",)
    assert number_in(call.answer(asked())) != number_in(first)


@pytest.mark.parametrize(
    ("items", "codes"),
    [
        ({"sosashaid": None}, ("E0001",)),
        ({"shikuchosonkodo": "131016"}, ("E0002",)),
        ({"gyomuid": "010"}, ("E0002",)),
        ({"gyomuid": None}, ()),
        ({"shimei": "見本　花子", "shorikubun": "1", "x": 1}, ("E1501",)),
        ({"sosanengappi": "2027-01-01"}, ("E0002",)),
    ],
)
def test_items(store: MemoryRegistry, items: dict[str, Any], codes: tuple[str, ...]) -> None:
    answer = resident_numbers(store).answer(asked(**items))
    assert answer.codes == codes
    assert answer.status == (400 if codes else 200)
