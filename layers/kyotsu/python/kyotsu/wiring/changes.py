"""What the streams of the `Residents` and `Addressees` tables are told as."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from kyotsu.addressees import category_changes, clerks_list, notices, stream, telling
from kyotsu.addressees.clerks_list import ClerksList
from kyotsu.addressees.clerks_list_table import ClerksListTable
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry
from kyotsu.addressees.standing import Standing, moment_of, standing_of
from kyotsu.addressees.standing_table import StandingTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.events import NoticeOffered, ResidentCategoryChanged
from kyotsu.residents.applier import Head
from kyotsu.residents.changes import recorded
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting
from kyotsu.wiring.functions import event_bus

logger = Logger()
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ResidentChanges:
    """Tells of replaced heads."""

    municipality: str
    bus: EventBus
    registry: StandingTable

    def publish(self, before: Head | None, after: Head) -> None:
        """Publish the events of one replaced head; doing it again publishes the same ids."""
        standing = None
        if category_changes.needs_registry(before, after):
            standing = self.registry.standings([after.addressee_number]).get(after.addressee_number)
        changed = category_changes.of_resident(self.municipality, before, after, standing)
        self.bus.publish([recorded(self.municipality, after), *changed])


@dataclass(frozen=True, slots=True)
class RegistryChanges:
    """Tells of changes in the registry: to the bus, to the businesses concerned, and to clerks."""

    municipality: str
    bus: EventBus
    registry: StandingTable
    residents: ResidentTable
    clerks: ClerksList
    objects: S3Objects
    bucket_of: Callable[[str], str | None]
    """The bucket of a system; None: the catalogue does not know it."""

    def tell(self, change: Mapping[str, Any]) -> None:
        """Tell what one stream record (its `dynamodb` member) means; telling it again changes nothing."""
        before, after = stream.records_of(change)
        if after is not None:
            self._tell_of(before, after)
        posting = stream.posting_of(change)
        if posting is not None:
            self._list_alike(posting)
        remarked = stream.remarked_of(change)
        entry = clerks_list.remark(remarked) if remarked else None
        if entry is not None:
            self.clerks.add(entry)

    def retell(self, history: Sequence[HistoryEntry]) -> None:
        """Tell everything that was ever done to one record again: the same events, and the notices that are missing.

        For records of the stream that ended in the dead letters.
        """
        before: AddresseeRecord | None = None
        for entry in sorted(history, key=lambda entry: entry.record.revision):
            self._tell_of(before, entry.record)
            before = entry.record

    def _tell_of(self, before: AddresseeRecord | None, after: AddresseeRecord) -> None:
        old, new = standing_of(before) if before else None, standing_of(after)
        principals = self.registry.standings(telling.principals_of(old, new))
        told = list(telling.told(self.municipality, old, new, moment_of(after.operation), principals))
        offered = [event for one in told for notice in notices.notices_of(one) for event in self._offer(notice)]
        changed = self._category_of(old, new)
        self.bus.publish([telling.recorded(self.municipality, old, new), *told, *changed, *offered])

    def _category_of(self, old: Standing | None, new: Standing) -> list[ResidentCategoryChanged]:
        if not category_changes.changes_registration(old, new):
            return []
        head = self.residents.heads([new.number])[new.number]
        return list(category_changes.of_registry(self.municipality, old, new, head))

    def _offer(self, notice: notices.Notice) -> list[NoticeOffered]:
        bucket = self.bucket_of(notice.system)
        if bucket is None:
            # It was taken out of the catalogue: nobody is left to be told, and nobody else may wait for that.
            logger.warning("notice.nobody", extra={"system": notice.system, "notice": notice.key})
            return []
        self.objects.create(bucket, notice.key, notice.body, _JSON)
        return [notices.offered(notice, bucket)]

    def _list_alike(self, posting: stream.Posting) -> None:
        others = self.registry.alike(posting.partition)
        if len(others) > 1:
            for entry in clerks_list.pairs(posting.number, others, self.registry.standings(others)):
                self.clerks.add(entry)


@functools.cache
def resident_changes() -> ResidentChanges:
    """Return what tells of residents. Settings: MUNICIPALITY, EVENT_BUS, ADDRESSEES_TABLE."""
    municipality = setting("MUNICIPALITY")
    registry = StandingTable(clients.dynamodb(), setting("ADDRESSEES_TABLE"), municipality)
    return ResidentChanges(municipality, event_bus(), registry)


@functools.cache
def registry_changes() -> RegistryChanges:
    """Return what tells of the registry. Settings: those of `resident_changes`, RESIDENTS_TABLE, BUCKET_PREFIX."""
    tables = (setting("ADDRESSEES_TABLE"), setting("RESIDENTS_TABLE"))
    loaded = load_catalogue(layer_root())
    return registry_changes_of(setting("MUNICIPALITY"), tables, loaded, setting("BUCKET_PREFIX"), event_bus())


def registry_changes_of(
    municipality: str, tables: tuple[str, str], catalogue: Catalogue, bucket_prefix: str, bus: EventBus
) -> RegistryChanges:
    """Return what tells of the registry of a deployment; `tables`: of the registry, and of residents."""
    addressees, residents = tables
    return RegistryChanges(
        municipality=municipality,
        bus=bus,
        registry=StandingTable(clients.dynamodb(), addressees, municipality),
        residents=ResidentTable(clients.dynamodb(), residents, municipality),
        clerks=ClerksListTable(clients.dynamodb(), addressees, municipality),
        objects=S3Objects(clients.s3()),
        bucket_of=lambda system: bucket_prefix + system.lower() if system.lower() in catalogue.systems else None,
    )
