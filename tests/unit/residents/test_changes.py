"""Domain events of a replaced head, and heads as the stream tells of them (design.md, Flow; contracts.events)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from kyotsu.contracts.events import ResidentRecorded
from kyotsu.residents.applier import Head
from kyotsu.residents.changes import recorded
from kyotsu.residents.packing import pack_entries
from kyotsu.residents.stream import heads_of
from tests.fakes.entries import entry

BEFORE = Head("1", 1, (entry(1, effect="1"),))
AFTER = Head("1", 2, (*BEFORE.entries, entry(2, 10, effect="2")))
RECORDED = ResidentRecorded(event_id="141003-1-2", municipality="141003", addressee_number="1", sequence=2)


def image(head: Head) -> dict[str, Any]:
    packed = b64encode(pack_entries(head.entries)).decode()
    return {"pk": {"S": f"141003#{head.addressee_number}"}, "n": {"N": str(head.revision)}, "b": {"B": packed}}


def test_a_stored_head_is_told_with_its_revision_and_the_same_id_each_time() -> None:
    assert recorded("141003", AFTER) == recorded("141003", AFTER) == RECORDED


def test_heads_come_back_from_the_stream() -> None:
    change = {"Keys": {"sk": {"S": "H"}}, "OldImage": image(BEFORE), "NewImage": image(AFTER)}
    assert heads_of(change) == (BEFORE, AFTER)
    assert heads_of({"Keys": {"sk": {"S": "H"}}, "NewImage": image(BEFORE)}) == (None, BEFORE)


def test_versions_in_the_stream_are_no_heads() -> None:
    assert heads_of({"Keys": {"sk": {"S": "V#1"}}, "NewImage": image(BEFORE)}) == (None, None)
