"""Requirement: in any order, with duplication and interruption between any two calls, each accepted row reaches each
recipient exactly as it may have it, once per attempt; nothing withheld ever appears; nobody's rows change places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.catalogue.model import Recipient
from kyotsu.contracts.events import FileUndelivered
from kyotsu.contracts.protection import Reader, Verdict
from kyotsu.linkage import scanning
from kyotsu.linkage.deliveries import Lane
from kyotsu.linkage.reception import always
from tests.fakes.deliveries import NARROW, WIDE, DeliveryHouse, catalogue_for, read
from tests.fakes.deployment import row
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError

PEOPLE = [f"{number:015d}" for number in range(1, 6)]
SPLIT = Recipient(id="002", columns=NARROW.columns, max_rows=2)
File = list[int]


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Cut files into chunks of a few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "CHUNK_BYTES", 1500)
        patch.setattr(scanning, "MAX_RECORD_BYTES", 1500)
        yield


def home(number: str) -> str:
    """Return an address that only this person has."""
    return f"隠れ町{'〇一二三四五'[int(number[-1])]}丁目の家"


def rows_of(file: File, sequence: int) -> list[dict[str, str]]:
    """Return a file's rows: each has a history number of its own, so that it can be told from any other."""
    return [
        row(
            atenabango=PEOPLE[person],
            kojinrirekibango=str(sequence * 1000 + place),
            jusho_choaza=home(PEOPLE[person]),
            tennyumaejusho=home(PEOPLE[person]),
            jusho_katagaki="方" * 60,
        )
        for place, person in enumerate(file)
    ]


def seen(house: DeliveryHouse, recipient: str) -> list[tuple[str, str]]:
    """Return the rows a recipient was offered, in the order in which their objects became visible."""
    written = house.deployment.objects.written.items()
    own = [content for (_, key), content in written if key.startswith(f"deliveries/{recipient}/")]
    return [
        (got["atenabango"], got["kojinrirekibango"])
        for content in own
        if content.startswith(b"shikuchosonkodo")
        for got in read(content)
    ]


def expected(files: list[File]) -> list[tuple[str, str]]:
    """Return all rows, in the order of their files."""
    return [
        (got["atenabango"], got["kojinrirekibango"])
        for sequence, file in enumerate(files, 1)
        for got in rows_of(file, sequence)
    ]


def of_each(found: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return each person's rows, in order."""
    return {number: [mark for person, mark in found if person == number] for number in PEOPLE}


def deliver_all(house: DeliveryHouse, files: list[File], undecided: list[set[str]]) -> None:
    """Send files, decide what can be decided, and at last everything."""
    for sequence, file in enumerate(files, 1):
        house.protection.undecided = undecided[sequence % len(undecided)] if undecided else set()
        answered = house.receive(rows_of(file, sequence), sequence)
        house.until_done(lambda a=answered: house.planning().answered(a))  # type: ignore[misc]
        house.lanes.wake([Lane("001o006", "010"), Lane("001o006", "002"), Lane("001o006", "002")])
        house.run()
        house.until_done(lambda a=answered: house.planning().answered(a))  # type: ignore[misc]
    house.protection.undecided = set()
    for _ in range(2):
        house.until_done(house.look)


files_ = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=9), min_size=1, max_size=3)
people_ = st.sets(st.sampled_from(PEOPLE))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    files=files_,
    protected=people_,
    undecided=st.lists(people_, max_size=3),
    faults=st.dictionaries(st.integers(1, 250), st.sampled_from([Fault.REFUSED, Fault.UNANSWERED]), max_size=6),
)
def test_every_accepted_row_arrives_once_in_order_and_without_hidden_addresses(
    files: list[File], protected: set[str], undecided: list[set[str]], faults: dict[int, Fault]
) -> None:
    house = DeliveryHouse(catalogue=catalogue_for(SPLIT, WIDE), interruption=Faults(faults=faults))
    house.protection.protected = protected
    deliver_all(house, files, undecided)
    for recipient in ("002", "010"):
        found = seen(house, recipient)
        assert sorted(found) == sorted(expected(files)), "each row once"
        assert of_each(found) == of_each(expected(files)), "nobody's rows change places"
        contents = [c for (_, key), c in house.deployment.objects.written.items() if f"/{recipient}/" in key]
        for number in PEOPLE:
            shown = any(home(number).encode() in content for content in contents)
            sent = any(number == PEOPLE[person] for file in files for person in file)
            assert shown == (sent and number not in protected)
        assert house.audit.seen(recipient, withheld=True) == {n for n, _ in found} & protected
        assert house.audit.seen(recipient, withheld=False) == {n for n, _ in found} - protected
    assert house.store.waiting == {}
    assert all(delivery.complete for delivery in house.store.deliveries.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    file=st.lists(st.integers(0, 4), min_size=4, max_size=9),
    at=st.integers(1, 60),
    after=st.booleans(),
    later=people_,
)
def test_what_is_protected_meanwhile_is_hidden_in_everything_not_yet_visible(
    file: File, at: int, after: bool, later: set[str]
) -> None:
    """A worker stops anywhere; then people become protected; then another worker goes on."""
    house = DeliveryHouse(catalogue=catalogue_for(SPLIT), interruption=Faults())
    house.planning().answered(house.receive(rows_of(file, 1)))
    house.interruption = Faults(faults={at: Fault.UNANSWERED if after else Fault.REFUSED})
    try:
        house.delivering().work(Lane("001o006", "002"), always)
    except StoppedError:
        before = dict(house.deployment.objects.written)
    else:
        return
    house.interruption = None
    house.protection.protected = later
    house.run()
    house.look()
    assert sorted(seen(house, "002")) == sorted(expected([file])), "each row once"
    for place, content in house.deployment.objects.written.items():
        if place in before:
            assert content == before[place], "what is visible is never rewritten"
        else:
            assert not [number for number in later if home(number).encode() in content]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
@pytest.mark.parametrize("file", [[0, 1, 2, 3], [0, 1, 0, 2], [0, 1, 2, 0, 3, 1, 4]])
def test_who_waits_may_be_decided_on_between_an_interruption_and_the_next_attempt(file: File, fault: Fault) -> None:
    """The next attempt would make another part of what it knows by then than the one that is visible already."""
    for at in range(1, 60):
        house = DeliveryHouse(catalogue=catalogue_for(SPLIT))
        house.planning().answered(house.receive(rows_of(file, 1)))
        house.protection.undecided = {PEOPLE[0], PEOPLE[2]}
        house.interruption = Faults(faults={at: fault})
        with suppress(StoppedError):
            house.delivering().work(Lane("001o006", "002"), always)
        house.interruption = None
        house.protection.undecided = set()
        house.run()
        house.look()
        assert of_each(seen(house, "002")) == of_each(expected([file])), at
        assert house.delivery().complete, at


def test_no_later_part_overtakes_who_could_not_be_decided_on_for_a_moment() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(SPLIT))
    house.planning().answered(house.receive(rows_of([0, 1, 0, 2], 1)))
    decide = house.protection.decide

    def once_unread(numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        house.protection.decide = decide  # type: ignore[method-assign]
        return {number: verdict for number, verdict in decide(numbers, reader).items() if number != PEOPLE[0]}

    house.protection.decide = once_unread  # type: ignore[method-assign]
    house.run()
    house.look()
    assert of_each(seen(house, "002")) == of_each(expected([[0, 1, 0, 2]]))


FILE: File = [0, 1, 2, 0, 3, 1, 4]


def calls() -> list[str]:
    """Return the calls of an undisturbed delivery in which somebody waits."""
    house = DeliveryHouse(catalogue=catalogue_for(SPLIT), interruption=Faults())
    deliver_all(house, [FILE], [{PEOPLE[1]}])
    return house.interruption.calls if house.interruption else []


def test_the_delivery_is_worth_disturbing() -> None:
    methods = {call.rpartition(".")[2] for call in calls()}
    assert methods >= {"add", "candidate", "create", "record", "publish", "commit", "decide", "waits", "pass_turn"}


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
def test_every_single_call_may_fail(fault: Fault) -> None:
    for at in range(1, len(calls()) + 1):
        house = DeliveryHouse(catalogue=catalogue_for(SPLIT), interruption=Faults(faults={at: fault}))
        deliver_all(house, [FILE], [{PEOPLE[1]}])
        assert of_each(seen(house, "002")) == of_each(expected([FILE])), at
        assert house.delivery().complete, at


def test_two_calls_may_fail() -> None:
    total = len(calls())
    for first, second in product(range(3, total, 7), range(5, total, 11)):
        faults = {first: Fault.UNANSWERED, first + second: Fault.REFUSED}
        house = DeliveryHouse(catalogue=catalogue_for(SPLIT), interruption=Faults(faults=faults))
        deliver_all(house, [FILE], [{PEOPLE[1]}])
        assert of_each(seen(house, "002")) == of_each(expected([FILE])), faults


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
def test_a_run_of_one_part_each_comes_to_the_same(fault: Fault) -> None:
    house = DeliveryHouse(catalogue=catalogue_for(SPLIT), interruption=Faults(faults={9: fault}))
    answered = house.receive(rows_of(FILE, 1))
    house.until_done(lambda: house.planning().answered(answered))
    house.run(lambda: False)
    assert of_each(seen(house, "002")) == of_each(expected([FILE]))


def test_an_acknowledgement_counts_once_whatever_fails() -> None:
    for at, fault in product(range(1, 12), (Fault.REFUSED, Fault.UNANSWERED)):
        house = DeliveryHouse(catalogue=catalogue_for(SPLIT))
        house.send(rows_of([0, 1], 1))
        house.interruption = Faults(faults={at: fault})
        for state, sequencer in (("FETCHED", "01"), ("ACKNOWLEDGED", "02"), ("FETCHED", "01")):
            said = {"state": state, "sequencer": sequencer}
            house.until_done(lambda h=house, s=said: h.acknowledge(**s))  # type: ignore[misc]
        assert (house.delivery().fetched, house.delivery().acknowledged) == (0, 1)


def test_a_provider_is_told_whatever_fails() -> None:
    for at, fault in product(range(1, 25), (Fault.REFUSED, Fault.UNANSWERED)):
        house = DeliveryHouse(catalogue=catalogue_for(SPLIT, WIDE))
        house.send(rows_of([0, 1], 1))
        house.deployment.clock.move(timedelta(days=4))
        house.interruption = Faults(faults={at: fault})
        house.until_done(house.look)
        house.until_done(house.look)
        assert sorted(event.recipient for event in house.bus.of(FileUndelivered)) == ["002", "010"]
        report = next(
            c for (_, key), c in house.deployment.objects.written.items() if key.endswith(".undelivered.json")
        )
        assert b'"002"' in report
        assert b'"010"' in report
