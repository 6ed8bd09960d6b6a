"""Taking a file back for one person, and how that is remembered."""

from __future__ import annotations

import msgspec

from kyotsu.contracts.rows import TakenBack
from kyotsu.residents.applier import Head
from kyotsu.residents.packing import pack_entries, unpack
from kyotsu.residents.retracting import ResidentRetractor, retracted
from kyotsu.residents.versions import Entry, Retraction
from tests.fakes.deployment import NUMBER
from tests.fakes.entries import entry
from tests.fakes.memory import MemoryResidents

OTHERS = entry(1, effect="1", receipt_id="other")
OURS = entry(2, 10, effect="2", receipt_id="ours")


def head(*entries: Entry) -> Head:
    return Head(NUMBER, 1, entries)


def test_only_the_versions_of_the_file_stop_counting() -> None:
    after = retracted(head(OTHERS, OURS), "ours", 3)
    assert (after.revision, after.entries) == (2, (OTHERS,))
    assert after.retractions == (Retraction("ours", 3, 1, record_changed=True, category_changed=True),)


def test_taking_back_again_changes_nothing() -> None:
    after = retracted(head(OTHERS, OURS), "ours", 3)
    assert retracted(after, "ours", 4) is after


def test_a_file_that_stored_nothing_is_remembered_all_the_same() -> None:
    after = retracted(head(OTHERS), "ours", 0)
    assert after.entries == (OTHERS,)
    assert after.retractions == (Retraction("ours", 0, 0, record_changed=False, category_changed=False),)


def test_a_person_is_counted_in_the_chunk_that_met_them_first() -> None:
    residents = MemoryResidents({NUMBER: head(OTHERS, OURS)})
    retractor = ResidentRetractor(residents)
    first = TakenBack(versions=1, people=1, records_changed=1, categories_changed=1)
    assert retractor.take_back("ours", 0, [NUMBER, "nobody"]) == first
    assert retractor.take_back("ours", 1, [NUMBER]) == TakenBack()
    assert retractor.take_back("ours", 0, [NUMBER]) == first, "a chunk that is tried again comes to the same"
    assert residents.retractions == {(NUMBER, "ours")}


def test_retractions_come_back_as_they_were() -> None:
    after = retracted(head(OTHERS, OURS), "ours", 3)
    assert unpack(pack_entries(after.entries, after.retractions)) == (after.entries, after.retractions)


def test_heads_stored_before_there_were_retractions_can_be_read() -> None:
    stored = msgspec.msgpack.encode((["other"], [(*OTHERS[:8], 0, OTHERS.line)]))
    assert unpack(stored) == ((OTHERS,), ())
    assert pack_entries([OTHERS]) == stored
