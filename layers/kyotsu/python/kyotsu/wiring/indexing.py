"""What keeps the index of candidates in step with the registry and the residents."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from kyotsu.addressees.candidates_table import CandidateKeys
from kyotsu.addressees.frequencies_table import FrequenciesTable
from kyotsu.addressees.index_sweep import Sweep
from kyotsu.addressees.index_table import IndexTable
from kyotsu.addressees.index_walk import After, Phase
from kyotsu.addressees.indexed_people import KnownResident
from kyotsu.addressees.indexing import Indexing
from kyotsu.addressees.items import PERSON
from kyotsu.addressees.people_table import RegisteredPeopleTable
from kyotsu.addressees.records import AddresseeRecord
from kyotsu.addressees.walk_table import WalkTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.residents import fold
from kyotsu.residents.reading import shown_category
from kyotsu.residents.table import ResidentTable
from kyotsu.residents.versions import Entry
from kyotsu.runtime import clients
from kyotsu.runtime.batches import in_parallel
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring.catalogue import layout_columns
from kyotsu.wiring.registry import fingerprints

MOST_VERSIONS = 20
"""Of a resident: the newest. A form holds ten names and addresses."""
_ITEMS = frozenset({*PERSON, "kyushi", "kyushi_furigana", "tennyumaejusho"})


@dataclass(frozen=True, slots=True)
class BothSources:
    """`PeopleSource` by the tables. Rights: Query of `Addressees`, BatchGetItem of `Residents`."""

    registry: RegisteredPeopleTable
    residents: ResidentTable
    catalogue: Catalogue

    def record(self, number: str) -> Sequence[AddresseeRecord]:
        """Return a record as it stands, then as it stood before."""
        return self.registry.records(number)

    def resident(self, number: str) -> KnownResident:
        """Return a resident's versions that count: of each entry of the history the latest, the current one first."""
        head = self.residents.heads([number])[number]
        current = fold.current(head.entries)
        if current is None:
            return KnownResident(None, ())
        alive = [entry for entry in fold.winners(head.entries).values() if not entry.deleted and entry != current]
        newest = sorted(alive, key=lambda entry: entry.key, reverse=True)
        return KnownResident(shown_category(head).category, self._items(number, [current, *newest]))

    def _items(self, number: str, entries: Sequence[Entry]) -> list[dict[str, str]]:
        return [
            {name: value for name, value in zip(self._columns(layout), values, strict=True) if value and name in _ITEMS}
            for layout, values in self.residents.several(number, list(islice(entries, MOST_VERSIONS)))
        ]

    def _columns(self, layout: str) -> Sequence[str]:
        return layout_columns(self.catalogue, layout)


@dataclass(frozen=True, slots=True)
class ResidentNumbers:
    """`NumberPages` over the residents. Right: Scan."""

    residents: ResidentTable

    def page(self, after: After) -> tuple[Sequence[str], After]:
        """Return the numbers of some heads."""
        heads, following = self.residents.page(after)
        return [head.addressee_number for head in heads], following


@dataclass(frozen=True, slots=True)
class IndexTables:
    """A deployment's tables, for functions and for operators' commands."""

    municipality: str
    addressees: str
    residents: str
    candidates: str

    def indexing(self, fingerprints: Fingerprints, catalogue: Catalogue) -> Indexing:
        """Return what follows people."""
        client = clients.dynamodb()
        registry = RegisteredPeopleTable(client, self.addressees, self.municipality)
        residents = ResidentTable(client, self.residents, self.municipality)
        keys = CandidateKeys(self.municipality, fingerprints)
        return Indexing(self._index(keys), BothSources(registry, residents, catalogue), keys)

    def sweep(
        self,
        fingerprints: Fingerprints,
        catalogue: Catalogue,
        *,
        grace: timedelta = timedelta(),
        every: timedelta = timedelta(),
        at_once: bool = True,
    ) -> Sweep:
        """Return a run of the sweep. As it is, a rebuild: `begin`, then `run` until it says that it is finished."""
        client = clients.dynamodb()
        return Sweep(
            indexing=self.indexing(fingerprints, catalogue),
            index=self._index(CandidateKeys(self.municipality, fingerprints)),
            sources={
                Phase.RESIDENTS: ResidentNumbers(ResidentTable(client, self.residents, self.municipality)),
                Phase.REGISTRY: RegisteredPeopleTable(client, self.addressees, self.municipality),
            },
            walks=WalkTable(client, self.candidates, self.municipality),
            put_frequencies=FrequenciesTable(client, self.candidates, self.municipality).put,
            clock=SystemClock(),
            in_parallel=in_parallel,
            grace=grace,
            every=every,
            at_once=at_once,
        )

    def _index(self, keys: CandidateKeys) -> IndexTable:
        return IndexTable(clients.dynamodb(), self.candidates, keys)


@functools.cache
def indexing() -> Indexing:
    """Return what follows people. Settings: MUNICIPALITY, ADDRESSEES_TABLE, RESIDENTS_TABLE, CANDIDATES_TABLE,
    FINGERPRINT_SECRET. Rights: those of `IndexTable`'s standing and write, and of `BothSources`."""
    return _tables().indexing(fingerprints(), load_catalogue(layer_root()))


def sweep(*, at_once: bool = False) -> Sweep:
    """Return a run of the sweep. Settings: those of `indexing`, GRACE_MINUTES and WALK_HOURS."""
    return _tables().sweep(
        fingerprints(),
        load_catalogue(layer_root()),
        grace=timedelta(minutes=float(setting("GRACE_MINUTES"))),
        every=timedelta(hours=float(setting("WALK_HOURS"))),
        at_once=at_once,
    )


def _tables() -> IndexTables:
    names = ("MUNICIPALITY", "ADDRESSEES_TABLE", "RESIDENTS_TABLE", "CANDIDATES_TABLE")
    return IndexTables(*map(setting, names))
