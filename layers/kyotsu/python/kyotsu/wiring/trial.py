"""Trials: the product's own use cases over ports that leave no trace."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kyotsu.addressees.applying import RegistryApplier
from kyotsu.addressees.trial import TrialRegistry
from kyotsu.contracts.ports import Clock, RowApplier
from kyotsu.linkage.admission import Admission
from kyotsu.linkage.answers import ERRORS_HEADER
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.reception import Reception
from kyotsu.linkage.trial import AcceptedContents, NoHandOver, TrialEvents, TrialObjects, TrialReceipts
from kyotsu.residents.applier import ResidentApplier, VersionApplier
from kyotsu.residents.trial import CategoryChange, HeadSource, TrialStore
from kyotsu.wiring.appliers import ADDRESSEES, PROTECTION, RESIDENTS

_VERSION = "preview"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a trial reads what is there."""

    residents: HeadSource
    applier: ResidentApplier
    """How rows become versions; over another store than the real one."""
    protection: HeadSource
    """Who is under 支援措置."""
    protection_applier: VersionApplier
    contents: AcceptedContents
    clock: Clock
    registry: RegistryApplier | None = None
    """How rows become edits of the registry; None: no such file is tried."""

    def appliers(self, residents: TrialStore, protected: TrialStore) -> dict[str, RowApplier]:
        """Return the appliers of all interfaces over trial stores."""
        found: dict[str, RowApplier] = {
            RESIDENTS: self.applier.over(residents),
            PROTECTION: self.protection_applier.over(protected),
        }
        if self.registry is not None:
            found[ADDRESSEES] = self.registry.over(TrialRegistry(self.registry.store, self.registry.fingerprints))
        return found


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a file would come to. Usable while its `previewed` block runs."""

    receipt: Receipt
    store: TrialStore
    objects: TrialObjects

    def category_changes(self) -> Iterator[CategoryChange]:
        """Yield whose 住民区分 would become another one, by addressee number."""
        return self.store.category_changes()

    def problems(self, limit: int) -> list[dict[str, str]]:
        """Return the first lines that the errors file would have."""
        self.objects.problems.seek(0)
        columns = ERRORS_HEADER.decode().strip().split(",")
        text = io.TextIOWrapper(self.objects.problems, "utf-8", newline="")
        try:
            return list(islice(csv.DictReader(text, columns), limit))
        finally:
            text.detach()


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that was not sent yet: the bucket and key it would have, and its metadata."""

    path: Path
    bucket: str
    key: str
    metadata: Mapping[str, str]


@contextmanager
def previewed(
    file: LocalFile, admission: Admission, source: Source, progress: Callable[[int], object]
) -> Iterator[Previewed]:
    """Receive a local file without any effect, now and on what is stored now.

    `progress` is told the bytes read. Memory does not grow with the file.
    """
    store, protected = TrialStore(source.residents), TrialStore(source.protection)
    objects = TrialObjects(file.path, file.metadata, progress)
    reception = Reception(
        admission=admission,
        appliers=source.appliers(store, protected),
        objects=objects,
        receipts=TrialReceipts(source.contents),
        events=TrialEvents(),
        clock=source.clock,
        large_files=NoHandOver(),
        small_chunks=sys.maxsize,
    )
    try:
        receipt = reception.receive(ObjectRef(file.bucket, file.key, _VERSION))
        if receipt is None:
            raise ValueError(f"{file.key} is no key of file linkage")
        yield Previewed(receipt, store, objects)
    finally:
        store.close()
        protected.close()
        objects.problems.close()
