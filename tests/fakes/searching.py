"""The search call over people in memory, and its index made of them. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from kyotsu.addressees.candidates import keys
from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.postings import Posting
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.indexed_people import KnownResident, forms_of
from kyotsu.addressees.items import PERSON
from kyotsu.addressees.preceding import Pick
from kyotsu.addressees.records import AddresseeRecord, Deed, HistoryEntry
from kyotsu.addressees.search.call import Noting, Searching
from kyotsu.addressees.search.notes import Note
from kyotsu.addressees.search.people import Details, Items, Looked, Wanted
from kyotsu.addressees.search.preceded import PrecedingSearches
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.residents import fold
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import shown_category
from kyotsu.residents.versions import Entry
from kyotsu.wiring.catalogue import withheld_items
from tests.fakes.access import CATALOGUE
from tests.fakes.addressees import CALLERS, FRESH, RECEIVED, record
from tests.fakes.protection import MemoryAudit, MemoryProtection
from tests.fakes.registry import MemoryRegistry
from tests.fakes.sealing import FINGERPRINTS

SEARCH_ID = "5ea7c4" + "0" * 26
HANAKO: dict[str, str] = {
    "shimei": "渡邊　佐和子",
    "uji_nihonjin": "渡邊",
    "na_nihonjin": "佐和子",
    "shimei_furigana": "ワタナベ　サワコ",
    "seinengappi": "1974-03-12",
    "seibetsu": "2",
    "jusho_todofuken": "神奈川県",
    "jusho_shikugunchosonmei": "横浜市中区",
    "jusho_choaza": "港町５丁目",
    "jusho_banchigohyoki": "３３番２７号",
    "jusho_katagaki": "レジデンス港町５１３号室",
}
HOME = "神奈川県横浜市中区港町５丁目３３番２７号　レジデンス港町５１３号室"
OLD_HOME = {
    "jusho_todofuken": "愛知県",
    "jusho_shikugunchosonmei": "名古屋市南区",
    "jusho_choaza": "呼続元町８丁目",
    "jusho_banchigohyoki": "１３番",
    "jusho_katagaki": "",
}
WHERE_SHE_WAS = "愛知県名古屋市南区呼続元町８丁目１３番"
ASKED: dict[str, object] = {
    "shimei": HANAKO["shimei"],
    "shimei_furigana": HANAKO["shimei_furigana"],
    "seinengappi": HANAKO["seinengappi"],
    "seibetsu": HANAKO["seibetsu"],
    "jusho": HOME,
}
OPERATED: dict[str, object] = {
    "shikuchosonkodo": "141003",
    "sosashaid": "123456",
    "sosanengappi": "2026-05-01",
    "sosajikoku": "09:00:00",
}


@dataclass
class MemoryPeople:
    """`PeopleStore` over a registry, and residents by their versions."""

    registry: MemoryRegistry
    residents: dict[str, dict[Entry, Items]] = field(default_factory=dict)

    def look(self, numbers: Collection[str], *, residents: bool) -> Mapping[str, Looked]:
        return {number: Looked(self.registry.records.get(number), self._head(number, residents)) for number in numbers}

    def details(self, wanted: Wanted) -> Details:
        histories = {
            number: sorted(
                (entry for entry in self.registry.history(number) if entry.record.revision in revisions),
                key=lambda entry: -entry.record.revision,
            )
            for number, revisions in wanted.revisions.items()
        }
        versions = {
            (number, entry): self.residents[number][entry]
            for number, entries in wanted.versions.items()
            for entry in entries
            if entry in self.residents.get(number, {})
        }
        principals = {n: one for n in wanted.principals if (one := self.registry.records.get(n)) is not None}
        return Details(histories, versions, principals)

    def _head(self, number: str, residents: bool) -> Head | None:
        versions = self.residents.get(number)
        return Head(number, 1, tuple(versions)) if residents and versions else None


@dataclass
class MemoryIndex:
    """What the index has of people: as they were when it was `built`."""

    lists: dict[tuple[str, str], list[Posting]] = field(default_factory=dict)
    reads: int = 0

    def build(self, people: MemoryPeople) -> MemoryIndex:
        """Make it anew."""
        self.lists = {}
        for number in sorted({*people.registry.records, *people.residents}):
            for scope, form in forms_of(_records(people, number), _resident(people, number)).items():
                for key in keys.of_person(form):
                    self.lists.setdefault((scope, key), []).append(Posting(number, form))
        return self

    def postings(self, scope: str) -> _Lists:
        return _Lists(self, scope)


@dataclass
class _Lists:
    index: MemoryIndex
    scope: str

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        self.index.reads += 1
        found = [one for one in self.index.lists.get((self.scope, key), []) if one.form.birth.startswith(starts)]
        return sorted(found, key=lambda one: (one.form.birth, one.id))[:most]


def _records(people: MemoryPeople, number: str) -> list[AddresseeRecord]:
    return [entry.record for entry in reversed(people.registry.history(number))]


def _resident(people: MemoryPeople, number: str) -> KnownResident:
    versions = people.residents.get(number, {})
    current = fold.current(versions)
    head = Head(number, 1, tuple(versions))
    others = sorted((one for one in versions if one != current), reverse=True)
    stored = [versions[one] for one in ([current, *others] if current else ())]
    return KnownResident(shown_category(head).category, stored)


@dataclass
class MemoryNotes:
    """`Notes`."""

    kept: dict[str, Note] = field(default_factory=dict)

    def put(self, note: Note) -> None:
        self.kept[note.id] = note

    def find(self, search: str) -> Note | None:
        return self.kept.get(search)


@dataclass
class SearchOffice:
    """A registry, residents, an index that follows at once unless it is `behind`, and the call over them."""

    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    protection: MemoryProtection = field(default_factory=MemoryProtection)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    notes: MemoryNotes = field(default_factory=MemoryNotes)
    picks: list[tuple[Pick, str]] = field(default_factory=list)
    index: MemoryIndex = field(default_factory=MemoryIndex)
    behind: bool = False
    noting: bool = False
    townspeople: int = 20_000

    def __post_init__(self) -> None:
        self.people = MemoryPeople(self.registry)

    def add(self, number: str, person: Mapping[str, str], *before: Mapping[str, str], **fields: Any) -> AddresseeRecord:
        """Register somebody; `before`: the persons of earlier versions, the oldest first."""
        versions = [*before, person]
        closed = fields.pop("closed", [fields.get("closed_to_others", False)] * len(versions))
        for revision, (one, hidden) in enumerate(zip(versions, closed, strict=True), 1):
            items = {name: value for name, value in one.items() if value and name in PERSON}
            made = record(
                number,
                **{**fields, "person": items, "revision": revision, "version": revision, "closed_to_others": hidden},
            )
            deed = Deed.REGISTERED if revision == 1 else Deed.UPDATED
            self.registry.records[number] = made
            self.registry.entries.setdefault(number, []).append(HistoryEntry(deed, made.owner, made))
        return self.registry.records[number]

    def resident(self, number: str, *versions: Mapping[str, str], category: str = "1") -> None:
        """Have somebody among the residents, the oldest version first."""
        self.people.residents[number] = {
            _entry(place, category, latest=place == len(versions)): {
                "shikuchosonkodo": "141003",
                "atenabango": number,
                **{name: value for name, value in one.items() if value},
            }
            for place, one in enumerate(versions, 1)
        }

    @property
    def call(self) -> Searching:
        return Searching(
            postings=self._postings,
            scorer=lambda _: Scorer(Frequencies(people=self.townspeople)),
            people=self.people,
            callers=CALLERS,
            decision=self.protection,
            audit=self.audit,
            withheld=withheld_items(CATALOGUE, "addressees") | withheld_items(CATALOGUE, "residents"),
            noting=self._noting() if self.noting else None,
        )

    @property
    def preceding(self) -> PrecedingSearches:
        return PrecedingSearches(
            notes=self.notes,
            fingerprints=FINGERPRINTS,
            audit=self.audit,
            count=lambda pick, system: self.picks.append((pick, system)),
        )

    def search(self, system: str = "010", **items: object) -> ApiAnswer:
        """Search for HANAKO, but for what is given; None: not set."""
        return self.call.answer(self.asked(system, **{**ASKED, **items}))

    def asked(self, system: str = "010", **items: object) -> ApiRequest:
        return ApiRequest(body={**OPERATED, **items}, system=system, received_at=RECEIVED, request_id="search-1")

    def rows(self, system: str = "010", **items: object) -> list[dict[str, Any]]:
        """Return the rows of a search that is answered."""
        answered = self.search(system, **items)
        assert answered.status == 200, answered.codes
        rows: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(answered.body))["result"]
        return rows

    def _postings(self, scope: str) -> _Lists:
        if not self.behind:
            self.index.build(self.people)
        return self.index.postings(Scope(scope))

    def _noting(self) -> Noting:
        return Noting(notes=self.notes, fingerprints=FINGERPRINTS, new_id=lambda: SEARCH_ID, kept=timedelta(hours=1))


def _entry(place: int, category: str, *, latest: bool) -> Entry:
    return Entry(
        history=place,
        sub=0,
        operated_at=f"2020010{place}000000",
        effect=category,
        origin="D",
        latest=latest,
        deleted=False,
        digest="h",
        receipt_id="r",
        line=place,
    )


def office(**fields: Any) -> SearchOffice:
    """Return one where HANAKO is registered."""
    found = SearchOffice(**fields)
    found.add(FRESH, HANAKO)
    return found
