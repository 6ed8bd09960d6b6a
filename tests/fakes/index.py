"""The index of candidates in memory, and people who change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kyotsu.addressees.candidates_table import CandidateKeys
from kyotsu.addressees.indexed_people import KnownResident
from kyotsu.addressees.indexing import Indexing, Place, Standing, Write
from kyotsu.addressees.records import AddresseeRecord
from tests.fakes.addressees import FRESH, record
from tests.fakes.sealing import FINGERPRINTS

KEYS = CandidateKeys("141003", FINGERPRINTS)
NOBODY = KnownResident(None, ())
NOW = {
    "shimei": "大島　花子",
    "kyushi": "見本",
    "seinengappi": "1980-02-29",
    "jusho_choaza": "港町５丁目",
    "jusho_banchigohyoki": "３番",
}
BEFORE = {
    "shimei": "見本　花子",
    "seinengappi": "1980-02-29",
    "jusho_choaza": "呼続元町",
    "tennyumaejusho": "泉区和泉中央南41番",
}
MOVED = KnownResident("2", (NOW, BEFORE))


def versions(*people: Mapping[str, str], **changes: Any) -> list[AddresseeRecord]:
    """Return a record with earlier versions, the newest first; `changes` are of the newest."""
    first, *earlier = (replace(record(), person=person) for person in people)
    return [replace(first, **changes), *earlier]


@dataclass
class MemoryPeople:
    """`PeopleSource` of one person."""

    records: Sequence[AddresseeRecord] = ()
    lived: KnownResident = NOBODY

    def record(self, number: str) -> Sequence[AddresseeRecord]:
        return self.records if number == FRESH else ()

    def resident(self, number: str) -> KnownResident:
        return self.lived if number == FRESH else NOBODY


@dataclass
class MemoryIndex:
    """`IndexStore`, with what `watch` says of it after each write."""

    standings: dict[str, Standing] = field(default_factory=dict)
    stands: dict[tuple[str, Place], bytes] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None

    def standing(self, number: str) -> Standing:
        return self.standings.get(number, Standing(number))

    def write(self, write: Write) -> bool:
        number = write.after.number
        if self.standing(number).revision != write.after.revision - 1:
            return False
        self.writes.append(write)
        self.standings[number] = write.after
        self.stands |= {(number, place): form for place, form in write.put.items()}
        for place in write.delete:
            del self.stands[number, place]
        self.watch()
        return True

    def postings(self, standing: Standing) -> Mapping[Place, bytes]:
        own = ((place, self.stands.get((standing.number, place))) for place in standing.places)
        return {place: form for place, form in own if form is not None}

    def of(self, number: str = FRESH) -> dict[Place, bytes]:
        """Return all that stands of somebody, known or not."""
        return {place: form for (whose, place), form in self.stands.items() if whose == number}


def follower(store: Any, people: Any) -> Indexing:
    return Indexing(store, people, KEYS)
