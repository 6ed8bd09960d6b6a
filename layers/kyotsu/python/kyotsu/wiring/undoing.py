"""What `functions/linkage/undo_file` is made of, and the same on trial."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kyotsu.linkage.admission import Admission
from kyotsu.linkage.reception import always
from kyotsu.linkage.trial import ReadObjects, TrialEvents, TrialUndos
from kyotsu.linkage.undo_table import UndoTable
from kyotsu.linkage.undoing import Undoing
from kyotsu.linkage.undos import Undo, UndoObjects, Undos
from kyotsu.protection.retracting import protection_retractor
from kyotsu.residents.retracting import ResidentRetractor
from kyotsu.residents.table import ResidentTable
from kyotsu.residents.trial import CategoryChange, TrialStore
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting
from kyotsu.wiring.adapters import LinkageEvents
from kyotsu.wiring.appliers import PROTECTION, RESIDENTS
from kyotsu.wiring.functions import event_bus, reception
from kyotsu.wiring.trial import Source


@functools.cache
def undoing() -> Undoing:
    """Return what takes files back: over the same tables, buckets and rules as reception."""
    received, municipality = reception(), setting("MUNICIPALITY")
    # Retractions hold nothing that must be sealed.
    residents = ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), municipality)
    protected = ResidentTable(clients.dynamodb(), setting("PROTECTION_TABLE"), municipality)
    return Undoing(
        admission=received.admission,
        appliers=received.appliers,
        retractors={RESIDENTS: ResidentRetractor(residents), PROTECTION: protection_retractor(protected)},
        objects=received.objects,
        undos=UndoTable(setting("LINKAGE_TABLE"), municipality),
        events=LinkageEvents(event_bus()),
        clock=received.clock,
    )


@dataclass(frozen=True, slots=True)
class UndoTried:
    """What an undo would come to. Usable while its `undo_tried` block runs."""

    undo: Undo
    store: TrialStore

    def category_changes(self) -> Iterator[CategoryChange]:
        """Yield whose 住民区分 would become another one, by addressee number."""
        return self.store.category_changes()


@contextmanager
def undo_tried(
    receipt_id: str,
    admission: Admission,
    source: Source,
    objects: UndoObjects,
    undos: Undos,
    progress: Callable[[int], object],
) -> Iterator[UndoTried]:
    """Take a file back without any effect; raises UndoRefusedError. `progress` is told the bytes worked on."""
    store, protected = TrialStore(source.residents), TrialStore(source.protection)
    use_case = Undoing(
        admission=admission,
        appliers=source.appliers(store, protected),
        retractors={RESIDENTS: ResidentRetractor(store), PROTECTION: protection_retractor(protected)},
        objects=ReadObjects(objects),
        undos=TrialUndos(undos),
        events=TrialEvents(),
        clock=source.clock,
        progress=progress,
    )
    try:
        yield UndoTried(use_case.undo(receipt_id, "", "", always), store)
    finally:
        store.close()
        protected.close()
