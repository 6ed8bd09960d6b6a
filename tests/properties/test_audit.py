"""The audit trail against whoever would change it, and against AWS as it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.runtime.audit.digests import DIGESTS, Digest, Digesting, Made
from kyotsu.runtime.audit.reading import Problem, Wrong
from kyotsu.runtime.audit.records import decode, encode, pack
from kyotsu.runtime.audit.seeing import Seeing, months
from kyotsu.runtime.audit.verifying import Verifying
from kyotsu.runtime.audit.writing import ChainedTrail
from tests.fakes.audit import MemoryBucket, MemoryIndex, access
from tests.fakes.interruption import StoppedError
from tests.fakes.memory import FixedClock

NUMBERS = [f"{number:015d}" for number in range(40)]
FINAL = ("2026-11-20", "2026-11-21")
"""Days of which no digest of `lived` will see late records any more."""
FIRST = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
GRACE = timedelta(minutes=30)


class Trail:
    """A municipality's trail, with a clock that the test moves."""

    def __init__(self) -> None:
        self.bucket, self.index, self.clock = MemoryBucket(), MemoryIndex(), FixedClock(FIRST)
        self.due = "2026-11-24"
        self._names = count(1)

    def writer(self, source: str = "deliver", index: Any = None, bucket: Any = None) -> ChainedTrail:
        names: Callable[[], str] = lambda: f"w{next(self._names):03d}"  # noqa: E731 - one counter for all writers
        return ChainedTrail("141003", source, bucket or self.bucket, index or self.index, self.clock, names, 4)

    def digest(self) -> list[Made]:
        digesting = Digesting("141003", self.bucket, self.index, self.clock, GRACE)
        return digesting.look(lambda: True)

    def problems(self) -> set[Problem]:
        verifying = Verifying("141003", self.bucket, self.index)
        found = verifying.look("2026-11-19", "2026-11-30", self.due)
        return {problem for day in found for problem in day.problems}

    def seen(self, number: str) -> list[str]:
        seen = Seeing(self.bucket, self.index).of(number, "2026-11-19", "2026-11-30")
        assert not seen.problems
        return [header.access.access_id for header in seen.accesses]


@pytest.fixture
def lived() -> Trail:
    """Five days of a function and an operator, all digested."""
    trail, serial = Trail(), count(1)
    for _ in range(5):
        writer = trail.writer()
        for people in (NUMBERS[:1], NUMBERS[3:9], NUMBERS[30:]):
            writer.record(_now(trail, f"a{next(serial)}"), people)
        trail.writer("cli").record(_now(trail, f"a{next(serial)}"), NUMBERS[:2])
        trail.clock.move(timedelta(days=1))
        trail.digest()
    return trail


def _now(trail: Trail, access_id: str) -> Any:
    return access(access_id, trail.clock.now().isoformat())


def test_nothing_is_wrong_with_a_trail_that_nobody_touched(lived: Trail) -> None:
    assert lived.problems() == set()
    assert len(list(lived.bucket.keys(DIGESTS))) == 5
    digests = [lived.bucket.objects[key] for key in lived.bucket.keys(DIGESTS)]
    decoded = [msgspec.json.decode(body, type=Digest) for body in digests]
    assert [digest.previous for digest in decoded[1:]] == [hashlib.sha256(body).hexdigest() for body in digests[:-1]]
    # 1, 6, 10 and 2 people, four of them in a record.
    assert [digest.records for digest in decoded] == [1 + 2 + 3 + 1] * 5


def _tampered(before: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the trail with one object touched, in every way there is, each with a name."""
    for key, body in before.items():
        yield f"drop {key}", {other: value for other, value in before.items() if other != key}
        yield f"flip {key}", before | {key: _flipped(body)}
        if not key.startswith("records/"):
            continue
        stem, sequence = key.rsplit("/", 1)
        following = f"{stem}/{int(sequence) + 1:09d}"
        yield f"forge {key}", before | {key: _forged(key, body)}
        yield f"repeat {key}", before | {following: body}
        if following in before:
            yield f"swap {key}", before | {key: before[following], following: body}
        if key.split("/")[2] in FINAL:
            writer = stem.rsplit("/", 1)[1]
            yield f"insert beside {key}", before | {f"{stem}x/000000001": _moved(body, f"{writer}x")}


def test_every_single_change_is_found(lived: Trail) -> None:
    """Requirement: any changed, dropped, duplicated, reordered or inserted record is found, and so is any digest."""
    tried = 0
    for name, objects in _tampered(dict(lived.bucket.objects)):
        lived.bucket.objects = objects
        assert lived.problems(), name
        tried += 1
    assert tried > 150


def test_a_whole_chain_written_anew_is_not_what_the_digest_saw(lived: Trail) -> None:
    forged = Trail()
    writer = forged.writer()
    for serial, people in enumerate((NUMBERS[:1], NUMBERS[3:9], NUMBERS[31:]), 1):
        writer.record(_now(forged, f"a{serial}"), people)
    lived.bucket.objects |= forged.bucket.objects
    assert {problem.wrong for problem in lived.problems()} == {Wrong.CHANGED}


def test_a_digest_made_anew_does_not_fit_the_next_one(lived: Trail) -> None:
    key = f"{DIGESTS}2026-11-22.json"
    digest = msgspec.json.decode(lived.bucket.objects[key], type=Digest)
    lived.bucket.objects[key] = msgspec.json.encode(
        msgspec.structs.replace(digest, made_at="2026-11-23T09:00:00+09:00")
    )
    assert Problem(Wrong.DIGEST_UNCHAINED, f"{DIGESTS}2026-11-23.json") in lived.problems()


def test_what_can_no_longer_be_found_is_told(lived: Trail) -> None:
    lived.index.noted.pop(next(iter(lived.index.noted)))
    assert {problem.wrong for problem in lived.problems()} == {Wrong.UNFINDABLE}


def test_late_records_are_in_the_digest_that_sees_them() -> None:
    trail = Trail()
    writer, late = trail.writer(), trail.writer("late")
    writer.record(_now(trail, "a1"), NUMBERS[:2])
    late.record(_now(trail, "a2"), NUMBERS[:2])
    held = {key: trail.bucket.objects.pop(key) for key in list(trail.bucket.keys("records/late"))}
    trail.clock.move(timedelta(days=1))
    (first,) = trail.digest()
    trail.bucket.objects |= held
    writer.record(_now(trail, "a3"), NUMBERS[:2])
    trail.clock.move(timedelta(days=1))
    (second,) = trail.digest()
    assert first.digest.records == 1
    assert {(stretch.source, stretch.day) for stretch in second.digest.stretches} == {
        ("late", "2026-11-20"),
        ("deliver", "2026-11-21"),
    }
    trail.due = "2026-11-23"
    assert trail.problems() == {Problem(Wrong.DIGEST_MISSING, f"{DIGESTS}2026-11-{day}.json") for day in (22, 23)}


def test_missed_digests_are_made_up_for_and_none_is_made_twice() -> None:
    trail = Trail()
    trail.writer().record(_now(trail, "a1"), NUMBERS[:2])
    trail.clock.move(timedelta(days=4))
    assert [made.digest.day for made in trail.digest()] == [f"2026-11-{day}" for day in (20, 21, 22, 23)]
    before = dict(trail.bucket.objects)
    assert trail.digest() == []
    assert trail.bucket.objects == before


def test_a_day_has_its_digest_only_when_it_is_over_in_japan() -> None:
    trail = Trail()
    trail.writer().record(_now(trail, "a1"), NUMBERS[:2])
    trail.clock.moment = datetime(2026, 11, 20, 15, 29, tzinfo=UTC)
    assert [made.digest.day for made in trail.digest()] == ["2026-11-19"]
    trail.clock.moment = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert [made.digest.day for made in trail.digest()] == ["2026-11-20"]


class Failing:
    """A port whose calls fail by a plan: not at all, before, or after they took effect."""

    def __init__(self, port: Any, random: Random) -> None:
        self._port, self._random = port, random

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Any:
            fault = self._random.choice(("none", "none", "before", "after"))
            if fault == "before":
                raise StoppedError
            result = getattr(self._port, name)(*args)
            if fault == "after":
                raise StoppedError
            return result

        return call


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_failure_at_any_point_breaks_a_chain_or_loses_an_access(seed: int) -> None:
    """Requirement: retries at any point never break the chain, and an access that was let through is told once."""
    random, trail = Random(seed), Trail()
    bucket, index = Failing(trail.bucket, random), Failing(trail.index, random)
    through = dict[str, list[str]]()
    writer = trail.writer(index=index, bucket=bucket)
    for serial in range(6):
        people = sorted(random.sample(NUMBERS, random.randint(1, 12)))
        at = _now(trail, f"a{serial}")
        for _ in range(30):
            if random.random() < 0.2:
                writer = trail.writer(index=index, bucket=bucket)  # the worker ended; another one goes on
            with suppress(StoppedError):
                writer.record(at, people)
                through[at.access_id] = people
                break
        trail.clock.move(timedelta(hours=random.choice((0, 5, 13))))
    trail.clock.moment = FIRST + timedelta(days=8)
    with suppress(StoppedError):
        Digesting("141003", bucket, index, trail.clock, GRACE).look(lambda: True)
    trail.digest()
    assert trail.problems() == set()
    for number in NUMBERS:
        told = trail.seen(number)
        assert len(told) == len(set(told))
        assert {access_id for access_id, people in through.items() if number in people} <= set(told)


def test_months_go_over_the_turn_of_the_year() -> None:
    assert list(months("2026-11-30", "2027-01-01")) == ["2026-11", "2026-12", "2027-01"]


def _flipped(body: bytes) -> bytes:
    changed = bytearray(body)
    changed[len(body) // 2] ^= 1
    return bytes(changed)


def _forged(key: str, body: bytes) -> bytes:
    """Return a whole record of somebody else's making at the same place."""
    header = decode(key, body).header
    packed = pack(["999999999999999"])
    forged = {"people": 1, "first": "999999999999999", "last": "999999999999999"}
    return encode(
        msgspec.structs.replace(header, sha256=hashlib.sha256(packed).hexdigest(), **forged),
        packed,
    )[1]


def _moved(body: bytes, writer: str) -> bytes:
    """Return a record as the first one of another writer."""
    line, _, packed = body.partition(b"\n")
    header = msgspec.json.decode(line) | {"writer": writer, "sequence": 1, "previous": ""}
    return msgspec.json.encode(header) + b"\n" + packed
