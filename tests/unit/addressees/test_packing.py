"""What is stored is read again, also years later."""

from __future__ import annotations

import hashlib

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.packing import lease_holder, pack_entry, pack_lease, record_attributes, record_of, unpack_entry
from kyotsu.addressees.records import Deed, HistoryEntry, Use
from kyotsu.addressees.store import Lease
from tests.fakes.addressees import FRESH, RECEIVED, TAX, record


def test_items_of_a_person_keep_their_places() -> None:
    """A stored record names items by their place: whoever changes PERSON keeps the old order as a layout."""
    assert (len(PERSON), hashlib.sha256(" ".join(PERSON).encode()).hexdigest()[:16]) == (28, "6a0a54a8c9ef933c")


def test_a_record_comes_back() -> None:
    kept = record(person={name: f"{place}" for place, name in enumerate(PERSON)}, principal="2", closed_to_others=True)
    assert record_of(FRESH, record_attributes(kept)) == kept
    entry = HistoryEntry(Deed.LINKED, TAX, kept)
    assert unpack_entry(FRESH, 1, pack_entry(entry)) == entry
    assert record_of(FRESH, {"c": {"N": "1"}}) is None


def test_a_lease_names_any_operator() -> None:
    use, operator = Use("000", "A01"), "a/b c"
    assert lease_holder(pack_lease(Lease(use, operator, RECEIVED))) == (use, operator)
