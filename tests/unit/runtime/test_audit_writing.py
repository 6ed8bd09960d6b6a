"""Writing the audit trail: whole, in order, once, and never over an uncertain end."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from kyotsu.runtime.audit.records import Record, RecordBrokenError, decode, place_of
from kyotsu.runtime.audit.writing import ChainedTrail, SlotTakenError
from tests.fakes.audit import MemoryBucket, MemoryIndex, access
from tests.fakes.memory import FixedClock

A, B, C = "000000000000019", "000000000000027", "000000000000035"


def trail(bucket: MemoryBucket, index: MemoryIndex, piece: int = 100) -> ChainedTrail:
    names = count(1)
    writers: Callable[[], str] = lambda: f"w{next(names)}"  # noqa: E731 - one name for one counter
    return ChainedTrail("141003", "test", bucket, index, FixedClock(), writers, piece)


def records(bucket: MemoryBucket) -> list[Record]:
    return [decode(key, body) for key, body in sorted(bucket.objects.items())]


def test_each_record_carries_the_hash_of_the_one_before() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    tried.record(access("a1"), [B, A, B])
    tried.record(access("a2", withheld=True), [C])
    first, second = records(bucket)
    assert first.numbers == [A, B]
    assert (first.header.sequence, first.header.previous) == (1, "")
    assert (second.header.sequence, second.header.previous) == (2, first.hash)
    assert second.header.access.withheld
    assert next(iter(bucket.objects)) == "records/test/2026-11-21/w1/000000001"


def test_an_access_that_is_told_again_is_told_once() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    tried.record(access(), [A])
    tried.record(access(), [A])
    trail(bucket, index).record(access(), [A])
    assert len(bucket.objects) == 1


def test_the_same_id_for_other_people_is_another_access() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    tried.record(access(), [A])
    tried.record(access(), [A, B])
    assert [list(record.numbers) for record in records(bucket)] == [[A], [A, B]]


def test_nobody_is_no_access() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    trail(bucket, index).record(access(), [])
    assert not bucket.objects


def test_many_people_take_several_records_of_one_chain() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    trail(bucket, index, piece=2).record(access(), [A, B, C])
    first, second = records(bucket)
    assert [first.numbers, second.numbers] == [[A, B], [C]]
    assert [(r.header.piece, r.header.pieces) for r in (first, second)] == [(0, 2), (1, 2)]
    assert second.header.previous == first.hash


@pytest.mark.parametrize("took_effect", [False, True])
def test_after_an_uncertain_write_a_new_chain_begins(took_effect: bool) -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    tried.record(access("a1"), [A])
    create = bucket.create

    def fail(key: str, body: bytes) -> bool:
        if took_effect:
            create(key, body)
        raise TimeoutError

    bucket.create = fail  # type: ignore[method-assign] # AWS does not answer
    with pytest.raises(TimeoutError):
        tried.record(access("a2"), [B])
    bucket.create = create  # type: ignore[method-assign] # and is back
    tried.record(access("a2"), [B])
    last = records(bucket)[-1]
    assert (last.header.writer, last.header.sequence, last.header.previous) == ("w2", 1, "")


def test_a_place_that_is_taken_is_never_believed_to_be_ours() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    tried.record(access("a1"), [A])
    bucket.objects["records/test/2026-11-21/w1/000000002"] = b"squatted"
    tried.record(access("a2"), [B])
    assert decode("records/test/2026-11-21/w2/000000001", bucket.objects["records/test/2026-11-21/w2/000000001"])
    bucket.objects["records/test/2026-11-21/w2/000000002"] = b"squatted"
    bucket.objects["records/test/2026-11-21/w3/000000001"] = b"squatted"
    with pytest.raises(SlotTakenError):
        tried.record(access("a3"), [C])
    assert ("a3", (C,)) not in index.noted


def test_what_the_index_did_not_take_is_recorded_again() -> None:
    bucket, index = MemoryBucket(), MemoryIndex()
    tried = trail(bucket, index)
    note = index.note

    def fail(*_: object) -> None:
        raise TimeoutError

    index.note = fail  # type: ignore[assignment, method-assign] # AWS does not answer
    with pytest.raises(TimeoutError):
        tried.record(access(), [A])
    index.note = note  # type: ignore[method-assign] # and is back
    tried.record(access(), [A])
    first, second = records(bucket)
    assert second.header.previous == first.hash
    assert index.knows(access(), [A])


@pytest.mark.parametrize("number", ["", "架空\n太郎", "1" * 33])
def test_what_is_no_number_is_not_recorded(number: str) -> None:
    with pytest.raises(ValueError, match="addressee number"):
        trail(MemoryBucket(), MemoryIndex()).record(access(), [A, number])


@pytest.mark.parametrize("cut", [0, 1, 200, -1])
def test_a_changed_byte_breaks_a_record(cut: int) -> None:
    bucket = MemoryBucket()
    trail(bucket, MemoryIndex()).record(access(), [A, B])
    ((key, body),) = bucket.objects.items()
    changed = bytearray(body)
    changed[cut] ^= 1
    try:
        record = decode(key, bytes(changed))
    except RecordBrokenError:
        return
    assert record.hash != decode(key, body).hash


@pytest.mark.parametrize("key", ["records/a/2026-11-21/w/1", "records/a/b/2026-11-21/w/000000001", "records/x"])
def test_other_keys_are_no_places(key: str) -> None:
    with pytest.raises(RecordBrokenError):
        place_of(key)
