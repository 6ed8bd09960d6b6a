"""Nobody's address goes out while a file that may protect people is received and not applied."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import msgspec
import pytest

from kyotsu.linkage.deliveries import Lane
from kyotsu.linkage.delivery_sources import DecisionsMissingError
from kyotsu.linkage.holding import protects
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.reception import always
from tests.fakes.deliveries import BARE, NARROW, DeliveryHouse, catalogue_for, read
from tests.fakes.deployment import BUCKET, CATALOGUE, row
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError
from tests.fakes.support import decision, support_body, support_name, support_row

HOME = "架空町一丁目"
HIDDEN, OTHER = "000000000000019", "000000000000027"
LANE = Lane("001o006", "002")
SUPPORT = f"outbox/001o009-00/{support_name()}"


def person(number: str = HIDDEN) -> dict[str, str]:
    return row(atenabango=number, jusho_choaza=HOME)


def house_of(*recipients: object) -> DeliveryHouse:
    """Return a house whose decisions are made by what is stored."""
    house = DeliveryHouse(catalogue=catalogue_for(*(recipients or (NARROW,))))  # type: ignore[arg-type]
    house.protection = decision(house.deployment.protected)  # type: ignore[assignment] # the product's own
    return house


def arrive(house: DeliveryHouse, key: str = SUPPORT, number: str = HIDDEN) -> ObjectRef:
    """Have a file that protects somebody received, and not applied yet."""
    ref = house.deployment.objects.put(BUCKET, key, support_body(support_row(atenabango=number)))
    arrived = house.deployment.reception.admission.arrived(ref, house.deployment.clock.now())
    house.deployment.receipts.open(arrived)
    return ref


def test_what_a_file_says_that_is_received_and_not_applied_is_waited_for() -> None:
    house = house_of()
    house.planning().answered(house.receive([person(), person(OTHER)]))
    ref = arrive(house)
    with pytest.raises(DecisionsMissingError):
        house.delivering().work(LANE, always)
    assert house.written() == {}
    assert house.store.waiting == {}, "the lane stands still, nothing is noted"
    house.lanes.woken.clear()
    house.deployment.receive(ref)
    house.planning().answered(house.deployment.events.answered[-1])
    assert LANE in house.lanes.woken, "its answer wakes what waited"
    house.run()
    rows = [got for got in house.rows() if "jusho_choaza" in got]  # the other file has come, too
    assert {got["atenabango"]: got["jusho_choaza"] for got in rows} == {HIDDEN: "", OTHER: HOME}


def test_rows_that_waited_are_held_back_likewise() -> None:
    house = house_of()
    real = house.protection
    house.protection = DeliveryHouse().protection
    house.protection.undecided = {HIDDEN}
    house.send([person(), person(OTHER)])
    house.protection = real
    ref = arrive(house)
    with pytest.raises(DecisionsMissingError):
        house.delivering().work(LANE, always)
    assert [got["atenabango"] for got in house.rows()] == [OTHER]
    house.deployment.receive(ref)
    house.look()
    assert [got["jusho_choaza"] for got in house.rows()] == [HOME, ""]


def test_between_two_parts_a_file_that_comes_in_holds_the_rest_back() -> None:
    house = house_of(replace_rows(1))
    house.planning().answered(house.receive([person(OTHER), person()]))
    house.delivering().work(LANE, lambda: False)
    arrive(house)
    with pytest.raises(DecisionsMissingError):
        house.delivering().work(LANE, always)
    assert [got["atenabango"] for got in house.rows()] == [OTHER]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
def test_wherever_a_worker_stops_what_comes_in_then_hides_everything_not_yet_visible(fault: Fault) -> None:
    for at in range(1, 60):
        house = house_of(replace_rows(1))
        house.planning().answered(house.receive([person(OTHER), person(), person(OTHER)]))
        house.interruption = Faults(faults={at: fault})
        try:
            house.delivering().work(LANE, always)
        except StoppedError:
            visible = house.written()
        else:
            assert at > 30, "the loop must have passed every call"
            return
        house.interruption = None
        ref = arrive(house)
        with suppress(DecisionsMissingError):
            house.delivering().work(LANE, always)
        assert house.written() == visible, at
        house.deployment.receive(ref)
        house.look()
        assert [got["atenabango"] for got in house.rows()] == [OTHER, HIDDEN, OTHER], at
        later = [content for key, content in house.written().items() if key not in visible]
        shown = {got["atenabango"] for content in later for got in read(content) if got["jusho_choaza"]}
        assert HIDDEN not in shown, at
    pytest.fail("calls without end")


def replace_rows(rows: int) -> object:
    """Return a recipient of small files."""
    return type(NARROW)(id="002", columns=NARROW.columns, max_rows=rows)


def test_who_gets_no_address_waits_for_no_file() -> None:
    house = house_of(BARE)
    arrive(house)
    house.send([person()])
    assert len(house.rows("003")) == 1


@pytest.mark.parametrize(
    "key",
    [SUPPORT, "outbox/001o009-00/001o009_00_D_v9_20261120093000_000001.csv", "outbox/001o009-00/支援措置.csv"],
    ids=["applied", "of no version", "misnamed"],
)
def test_a_file_holds_back_until_it_is_answered_and_never_again(key: str) -> None:
    house = house_of()
    ref = arrive(house, key)
    assert house.deployment.receipts.holding()
    for _ in range(2):
        house.deployment.receive(ref)
        assert not house.deployment.receipts.holding()


@pytest.mark.parametrize(
    ("key", "status", "alarming"),
    [
        (SUPPORT, "ACCEPTED", False),
        (SUPPORT, "DUPLICATE", False),
        (SUPPORT, "PARTIALLY_ACCEPTED", True),
        (SUPPORT, "REJECTED", True),
        ("outbox/001o009-00/支援措置.csv", "REJECTED", True),
        ("outbox/001o006-01/001o006_01_D_v1_20261120093000_000001.csv", "REJECTED", False),
    ],
)
def test_operators_hear_of_people_who_may_be_without_protection(key: str, status: str, alarming: bool) -> None:
    house = house_of()
    answered = msgspec.structs.replace(house.receive([person()]), object_key=key, status=status)
    assert house.planning().leaves_unprotected(answered) is alarming


def test_a_file_that_is_gone_holds_nothing_back_once_it_is_answered() -> None:
    house = house_of()
    ref = arrive(house)
    house.deployment.objects.versions.clear()
    house.deployment.receive(ref)
    assert not house.deployment.receipts.holding()


def test_other_files_hold_nothing_back() -> None:
    assert not protects(CATALOGUE, "outbox/001o006-01/001o006_01_D_v1_20261120093000_000001.csv")
    house = house_of()
    house.receive([person()])
    assert house.deployment.receipts.held == set()


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
def test_whatever_fails_a_file_holds_back_until_its_rows_are_applied_and_no_longer(fault: Fault) -> None:
    for at in range(1, 40):
        house = house_of()
        deployment = house.deployment
        ref = deployment.objects.put(BUCKET, SUPPORT, support_body(support_row()))
        faults = Faults(faults={at: fault})
        undisturbed = deployment.reception
        deployment.reception = replace(
            undisturbed,
            receipts=faults.around(deployment.receipts),
            objects=faults.around(undisturbed.objects),
            events=faults.around(undisturbed.events),
        )
        try:
            deployment.receive(ref)
        except StoppedError:
            receipt = deployment.receipts.receipts.get(ref.receipt_id)
            applied = HIDDEN in deployment.protected.stored
            assert applied or receipt is None or deployment.receipts.holding(), at
        else:
            assert at > 8, "the loop must have passed every call"
            return
        deployment.receive(ref)
        assert not deployment.receipts.holding(), at
        deployment.receive(ref)
        assert not deployment.receipts.holding(), at
    pytest.fail("calls without end")


@pytest.mark.parametrize("spelt", ["001o009", "001o09"])
def test_every_spelling_of_a_protecting_interface_holds_deliveries_back(spelt: str) -> None:
    name = support_name().replace("001o009", spelt)
    key = f"outbox/{spelt}-00/{name}"
    assert protects(CATALOGUE, key)
    house = house_of()
    house.planning().answered(house.receive([person(), person(OTHER)]))
    ref = arrive(house, key)
    with pytest.raises(DecisionsMissingError):
        house.delivering().work(LANE, always)
    assert house.written() == {}
    house.deployment.receive(ref)
    house.planning().answered(house.deployment.events.answered[-1])
    house.run()
    rows = [got for got in house.rows() if "jusho_choaza" in got]
    assert {got["atenabango"]: got["jusho_choaza"] for got in rows} == {HIDDEN: "", OTHER: HOME}
