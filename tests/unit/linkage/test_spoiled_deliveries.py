"""Deliveries that can't go on: undone, spoiled, or only out of luck for now."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

import pytest

from kyotsu.contracts.events import DeliveryWithdrawn
from kyotsu.linkage.deliveries import End, Lane
from kyotsu.linkage.delivering import DeliverySetAsideError
from kyotsu.linkage.delivery_source import SpoiledError
from kyotsu.linkage.reception import always
from tests.fakes.deliveries import NARROW, DeliveryHouse, catalogue_for
from tests.fakes.deployment import BUCKET, row
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError

ONE, TWO = "000000000000019", "000000000000027"
LANE = Lane("001o006", "002")


def planned(*numbers: str) -> DeliveryHouse:
    """Return a house with a file whose delivery is planned, and whose rows all have something to be told."""
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    rows = [row(atenabango=number, shimei="") for number in numbers or (ONE, TWO)]
    house.planning().answered(house.receive(rows))
    return house


def test_a_file_whose_undo_has_begun_is_not_offered() -> None:
    house = planned()
    house.undone.receipts.add(house.delivery().receipt_id)
    house.run()
    assert house.written() == {}
    assert house.delivery().ended is End.CANCELLED
    house.look()
    assert house.store.turn(LANE) == 2


def test_rows_that_wait_of_a_file_whose_undo_has_begun_never_go_and_its_recipient_is_told() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.undecided = {ONE}
    answered = house.send([row(atenabango=ONE), row(atenabango=TWO)])
    house.undone.receipts.add(answered.receipt_id)
    house.protection.undecided = set()
    house.look()
    assert [got["atenabango"] for got in house.rows()] == [TWO]
    assert house.delivery().ended is End.CANCELLED
    house.take_back(answered)
    assert len(house.written(suffix=".undone.json")) == 1
    house.lanes.wake([LANE])
    house.run()
    assert house.store.waiting == {}


def test_who_is_offered_a_row_that_waited_just_when_its_file_is_taken_back_is_told() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.undecided = {ONE}
    answered = house.send([row(atenabango=ONE)])
    assert house.written() == {}
    house.protection.undecided = set()
    publish = house.bus.publish

    def meanwhile(events: object) -> None:
        house.bus.publish = publish  # type: ignore[method-assign]
        told = house.store.parts
        house.store.parts = lambda *_: []  # type: ignore[method-assign] # undone before the part was a candidate
        house.take_back(answered)
        house.store.parts = told  # type: ignore[method-assign]
        publish(events)  # type: ignore[arg-type]

    house.bus.publish = meanwhile  # type: ignore[method-assign]
    house.look()
    assert len(house.written()) == 1
    assert len(house.written(suffix=".undone.json")) == 1
    assert len(house.bus.of(DeliveryWithdrawn)) == 1


def no_receipt(house: DeliveryHouse) -> None:
    house.deployment.receipts.receipts.clear()


def no_fragment(house: DeliveryHouse) -> None:
    house.deployment.objects.fragments.clear()


def strange_fragment(house: DeliveryHouse) -> None:
    fragments = house.deployment.objects.fragments
    for place in fragments:
        fragments[place] = b"not,a,fragment\n"


def strange_object(house: DeliveryHouse) -> None:
    house.deployment.objects.written[BUCKET, f"{house.delivery().stem}_0001.csv"] = b"strange"


@pytest.mark.parametrize("spoil", [no_receipt, no_fragment, strange_fragment, strange_object])
def test_a_delivery_that_is_spoiled_is_set_aside_after_all_its_attempts(spoil: Callable[[DeliveryHouse], None]) -> None:
    house = planned()
    spoil(house)
    with pytest.raises(SpoiledError):
        house.delivering().work(LANE, always, attempt=1, attempts=2)
    assert house.delivery().ended is None
    with pytest.raises(DeliverySetAsideError):
        house.delivering().work(LANE, always, attempt=2, attempts=2)
    assert house.delivery().ended is End.SET_ASIDE
    assert house.store.turn(LANE) == 2


def test_a_spoiled_delivery_whose_rows_wait_is_set_aside_not_the_one_whose_turn_it_is() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.undecided = {ONE}
    house.send([row(atenabango=ONE)])
    house.protection.undecided = set()
    house.deployment.receipts.receipts.clear()
    house.planning().answered(house.receive([row(atenabango=TWO)], sequence=2))
    with pytest.raises(DeliverySetAsideError):
        house.delivering().work(LANE, always, attempt=3, attempts=3)
    assert [house.delivery(number).ended for number in (1, 2)] == [End.SET_ASIDE, None]
    house.run()
    assert [got["atenabango"] for got in house.rows()] == [TWO]


def test_no_outage_sets_a_delivery_aside() -> None:
    calls = Faults()
    house = planned()
    house.interruption = calls
    house.delivering().work(LANE, always)
    for at in range(1, len(calls.calls) + 1):
        house = planned()
        for attempt in range(1, 5):
            house.interruption = Faults(faults={at: Fault.REFUSED})
            with contextlib.suppress(StoppedError):
                house.delivering().work(LANE, always, attempt=attempt, attempts=3)
            assert house.delivery().ended is None, calls.calls[at - 1]
        house.interruption = None
        house.look()
        assert [got["atenabango"] for got in house.rows()] == [ONE, TWO], calls.calls[at - 1]
        assert house.delivery().complete


@pytest.mark.parametrize("end", [End.REPLACED, End.CANCELLED, End.SET_ASIDE])
def test_an_acknowledgement_of_a_part_that_will_never_be_noted_is_answered(end: End) -> None:
    house = planned()
    house.interruption = Faults(faults={1: Fault.REFUSED})
    for at in range(1, 60):
        house.interruption = Faults(faults={at: Fault.UNANSWERED})
        with contextlib.suppress(StoppedError):
            house.delivering().work(LANE, always)
        if house.written():
            break
    house.interruption = None
    assert house.delivery().parts == 0, "visible, and not noted"
    delivery = house.delivery()
    house.store.commit(delivery.changed(ended=end))
    ref = house.deployment.objects.put(BUCKET, f"{delivery.stem}_0001.ack.json", b'{"state": "FETCHED"}')
    assert house.acknowledging().note(ref, "01") is None
    (answer,) = house.written(suffix=".ack-error.json").values()
    assert json.loads(answer)["code"] == "E1425"
