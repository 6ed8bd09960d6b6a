"""What others than its businesses may know of a record: whose it is and how it is linked, and nothing of the person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from kyotsu.addressees.records import NO_ID, AddresseeRecord, Operation, Use
from kyotsu.japanese import dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A record without its person."""

    number: str
    revision: int
    owner: Use
    uses: frozenset[Use]
    closed_to_others: bool
    principal: str | None
    deleted: bool
    registered_at: str
    """操作日時 of the registration that stands, YYYYMMDDhhmmss (JST)."""

    def readable_by(self, use: Use) -> bool:
        """Tell whether a system may know of the record at all."""
        return not self.closed_to_others or use == self.owner

    @property
    def readers(self) -> frozenset[Use]:
        """Who uses the record and may know of it."""
        return frozenset(use for use in self.uses if self.readable_by(use))


class Standings(Protocol):
    """Reads records without their people. Every read sees every earlier write."""

    def standings(self, numbers: Collection[str]) -> Mapping[str, Standing]:
        """Return what there is of these numbers; one that was never registered is missing."""
        ...


def standing_of(record: AddresseeRecord) -> Standing:
    """Return what of a record others may know."""
    return Standing(
        number=record.number,
        revision=record.revision,
        owner=record.owner,
        uses=record.uses,
        closed_to_others=record.closed_to_others,
        principal=record.principal,
        deleted=record.deleted,
        registered_at=moment_of(record.registered),
    )


def moment_of(operation: Operation) -> str:
    """Return 操作日時 as YYYYMMDDhhmmss (JST)."""
    return dates.operated_at(operation.day, operation.time)


def system_of(use: Use) -> str:
    """Return the id of the system behind a use, as in the catalogue: its 業務ID, else its 独自施策システム等ID."""
    return use.local_system if use.business == NO_ID else use.business


def systems_of(uses: Collection[Use]) -> list[str]:
    """Return the ids of systems, sorted."""
    return sorted({system_of(use) for use in uses})
