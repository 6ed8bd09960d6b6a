"""Version twins: one file through two layout versions, on what is stored now, without any effect."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kyotsu.catalogue.comparing import ItemDifference, compare_layouts
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.ports import RowApplier
from kyotsu.contracts.rows import FileContext
from kyotsu.linkage.applying import rows_of
from kyotsu.linkage.scanning import scan
from kyotsu.linkage.twin import Pair, Side, Tally, Twin, layout_of
from kyotsu.residents.applier import ResidentApplier
from kyotsu.residents.chunk import REQUIRED_ITEMS
from kyotsu.residents.comparing import HeadsOnce, NobodyKnown, PersonDifference, person_differences
from kyotsu.residents.trial import HeadSource, TrialStore
from kyotsu.runtime.fingerprints import HmacFingerprints
from kyotsu.wiring.appliers import RESIDENTS
from kyotsu.wiring.catalogue import effect_rules
from kyotsu.wiring.trial import Source

_RECEIPT = "twin"
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TwinSource:
    """Which municipality's file it is, and the records it would meet."""

    municipality: str
    accepted_municipalities: frozenset[str]
    heads: HeadSource
    applier: Callable[[TrialStore], RowApplier]
    """Makes what turns rows into records of a store."""


def deployed(municipality: str, accepted: frozenset[str], source: Source) -> TwinSource:
    """Return a deployment as a twin reads it."""
    return TwinSource(municipality, accepted, source.residents, source.applier.over)


def unconnected(catalogue: Catalogue, municipalities: Collection[str]) -> TwinSource:
    """Return some municipalities without a deployment: nobody has a record yet."""
    accepted = sorted(municipalities)
    # Fingerprints tell rows of this run apart; nothing is kept that they would have to match.
    key = os.urandom(32)
    fingerprints = HmacFingerprints(lambda: key, accepted[0])
    rules = effect_rules(catalogue, RESIDENTS)
    return TwinSource(
        accepted[0],
        frozenset(accepted),
        NobodyKnown(),
        lambda store: ResidentApplier(store, rules, fingerprints),
    )


@dataclass(frozen=True, slots=True)
class Twinned:
    """What differs. Usable while its `twinned` block runs."""

    pair: Pair
    columns: tuple[str, ...]
    """Romaji names of the file's own layout."""
    layout: list[ItemDifference]
    tally: Tally
    stores: tuple[TrialStore, TrialStore] | None
    """Records after the file, under the one version and the other; None if no records were made."""
    unmade: tuple[str, ...]
    """Items without which no records can be made, and that one of the layouts does not have."""

    def people(self) -> Iterator[PersonDifference]:
        """Yield the people whose record or 住民区分 would differ, by addressee number."""
        if self.stores:
            yield from person_differences(*self.stores)


@contextmanager
def twinned(
    path: Path, pair: Pair, catalogue: Catalogue, source: TwinSource, now: datetime, progress: Callable[[int], object]
) -> Iterator[Twinned]:
    """Run a local file through two versions; raises FileRejectedError if its own version would reject the file.

    `progress` is told the bytes read. Memory does not grow with the file.
    """
    layouts = [layout_of(catalogue, version) for version in (pair.own, pair.other)]
    own, other = layouts
    applied = pair.interface.applier == RESIDENTS
    lacking = {name for layout in layouts for name in REQUIRED_ITEMS.difference(layout.columns)} if applied else set()
    heads = HeadsOnce(source.heads)
    with ExitStack() as stack:
        stores = (TrialStore(heads), TrialStore(heads))
        for store in stores:
            stack.callback(store.close)
        made = applied and not lacking
        sides = [
            Side(
                layout,
                own,
                _context(pair, version.id, layout.columns, source, now),
                source.applier(store) if made else None,
            )
            for layout, version, store in zip(layouts, (pair.own, pair.other), stores, strict=True)
        ]
        gone = {place: name for place, name in enumerate(own.columns) if name not in other.columns}
        twin = Twin(sides[0], sides[1], len(own.columns), gone)
        _run(path, pair, own.columns, twin, progress)
        differences = compare_layouts(own, other)
        yield Twinned(pair, own.columns, differences, twin.tally, stores if made else None, tuple(sorted(lacking)))


def _run(path: Path, pair: Pair, columns: tuple[str, ...], twin: Twin, progress: Callable[[int], object]) -> None:
    with path.open("rb") as stream:
        found = scan(iter(lambda: stream.read(_BLOCK_BYTES), b""), columns, pair.own.id)
        for chunk in found.chunks:
            stream.seek(chunk.start)
            data = stream.read(chunk.end - chunk.start)
            twin.compare(rows_of(data, chunk))
            progress(len(data))


def _context(pair: Pair, version: str, columns: tuple[str, ...], source: TwinSource, now: datetime) -> FileContext:
    return FileContext(
        municipality=source.municipality,
        receipt_id=_RECEIPT,
        interface=pair.interface.id,
        branch=pair.branch.id,
        mode=pair.mode,
        version=version,
        columns=columns,
        received_at=now,
        accepted_municipalities=source.accepted_municipalities,
    )
