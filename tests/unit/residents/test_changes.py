"""Domain events of a replaced head, and heads as the stream tells of them (design.md, Flow; contracts.events)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from kyotsu.contracts.events import ResidentCategoryChanged, ResidentRecorded
from kyotsu.residents.applier import Head
from kyotsu.residents.changes import events_of
from kyotsu.residents.packing import pack_entries
from kyotsu.residents.stream import heads_of
from tests.fakes.entries import entry

BEFORE = Head("1", 1, (entry(1, effect="1"),))
AFTER = Head("1", 2, (*BEFORE.entries, entry(2, 10, effect="2")))
RECORDED = ResidentRecorded(event_id="141003-1-2", municipality="141003", addressee_number="1", sequence=2)


def image(head: Head) -> dict[str, Any]:
    packed = b64encode(pack_entries(head.entries)).decode()
    return {"pk": {"S": f"141003#{head.addressee_number}"}, "n": {"N": str(head.revision)}, "b": {"B": packed}}


def test_a_changed_category_is_told_with_both_and_since() -> None:
    assert list(events_of("141003", BEFORE, AFTER)) == [
        RECORDED,
        ResidentCategoryChanged(
            event_id="141003-1-2-category",
            municipality="141003",
            addressee_number="1",
            sequence=2,
            before="1",
            after="2",
            since="2026-04-01T10:00:00+09:00",
        ),
    ]


def test_without_a_change_of_category_only_the_record_is_told() -> None:
    same = Head("1", 2, (*BEFORE.entries, entry(2)))
    assert list(events_of("141003", BEFORE, same)) == [RECORDED]


def test_the_first_category_comes_from_none_and_a_deletion_leads_to_none() -> None:
    (_, first) = events_of("141003", None, BEFORE)
    gone = Head("1", 2, (*BEFORE.entries, entry(1, 10, deleted=True)))
    (_, last) = events_of("141003", BEFORE, gone)
    assert isinstance(first, ResidentCategoryChanged)
    assert isinstance(last, ResidentCategoryChanged)
    assert (first.before, first.after, last.before, last.after, last.since) == (None, "1", "1", None, None)


def test_heads_come_back_from_the_stream() -> None:
    change = {"Keys": {"sk": {"S": "H"}}, "OldImage": image(BEFORE), "NewImage": image(AFTER)}
    assert heads_of(change) == (BEFORE, AFTER)
    assert heads_of({"Keys": {"sk": {"S": "H"}}, "NewImage": image(BEFORE)}) == (None, BEFORE)


def test_versions_in_the_stream_are_no_heads() -> None:
    assert heads_of({"Keys": {"sk": {"S": "V#1"}}, "NewImage": image(BEFORE)}) == (None, None)
