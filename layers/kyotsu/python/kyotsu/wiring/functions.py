"""What each Lambda function is made of. Built once per worker, on its first event."""

from __future__ import annotations

import functools
import gc

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.ports import RowApplier
from kyotsu.linkage.admission import Admission
from kyotsu.linkage.passing import PassingApplier
from kyotsu.linkage.reception import Reception
from kyotsu.linkage.table import ReceiptTable
from kyotsu.protection.rows import protection_applier
from kyotsu.residents.applier import ResidentApplier
from kyotsu.residents.sealing import Sealing
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.executions import Executions
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting
from kyotsu.wiring.adapters import LargeFileMachine, LinkageEvents, LinkageObjects
from kyotsu.wiring.appliers import ADDRESSEES, INTEGRATED, PASSING, PROTECTION, RESIDENTS, Appliers
from kyotsu.wiring.catalogue import effect_rules
from kyotsu.wiring.sealing import deployed_sealing


@functools.cache
def reception() -> Reception:
    """Return the reception of linkage files."""
    collect_rarely()
    municipality = setting("MUNICIPALITY")
    catalogue = load_catalogue(layer_root())
    seals = sealing()

    def table(name: str) -> ResidentTable:
        return ResidentTable(clients.dynamodb(), setting(name), municipality, seals)

    rules = effect_rules(catalogue, RESIDENTS)
    appliers = Appliers(
        {
            RESIDENTS: lambda: ResidentApplier(table("RESIDENTS_TABLE"), rules, seals.fingerprints),
            PROTECTION: lambda: protection_applier(table("PROTECTION_TABLE"), seals.fingerprints),
            ADDRESSEES: _registry_applier,
            INTEGRATED: _integrated_applier,
            PASSING: PassingApplier,
        }
    )
    return Reception(
        admission=Admission(
            catalogue=catalogue,
            municipality=municipality,
            accepted_municipalities=frozenset(setting("ACCEPTED_MUNICIPALITIES").split(",")),
            bucket_prefix=setting("BUCKET_PREFIX"),
            appliers=frozenset(appliers),
        ),
        appliers=appliers,
        objects=LinkageObjects(S3Objects(clients.s3()), setting("WORK_BUCKET")),
        receipts=ReceiptTable(setting("LINKAGE_TABLE"), municipality),
        events=LinkageEvents(event_bus()),
        clock=SystemClock(),
        large_files=LargeFileMachine(lambda: Executions(clients.states(), setting("LARGE_FILE_MACHINE"))),
        small_chunks=int(setting("SMALL_CHUNKS")),
    )


def _registry_applier() -> RowApplier:
    # Imported where it is needed: both packages cost every cold start a fifth more, and files of theirs are few.
    from kyotsu.wiring.registry import registry_applier

    return registry_applier()


def _integrated_applier() -> RowApplier:
    from kyotsu.wiring.integrated_people import integrated_applier

    return integrated_applier()


def collect_rarely() -> None:
    """Let the garbage collector look less often.

    A chunk is some 200,000 small objects without cycles; looking for cycles among them takes a fifth of the time
    (docs/performance.md). They are gone when the chunk is done, so that what adds up to the threshold is what cycles
    keep.
    """
    gc.set_threshold(300_000, 10, 10)


@functools.cache
def sealing() -> Sealing:
    """Return what seals items and tells rows apart. Its keys are asked for when they are first needed."""
    catalogue, keys = load_catalogue(layer_root()), (setting("PERSONAL_KEY"), setting("FINGERPRINT_SECRET"))
    return deployed_sealing(catalogue, setting("MUNICIPALITY"), *keys)


@functools.cache
def event_bus() -> EventBus:
    """Return the domain event bus."""
    return EventBus(clients.events(), setting("EVENT_BUS"))
