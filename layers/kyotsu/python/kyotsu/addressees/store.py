"""Ports of the registry: what its use cases ask of storage. `kyotsu.addressees.table` is the one on DynamoDB."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from kyotsu.addressees.changes import Change
from kyotsu.addressees.numbers import NumberKind
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, HistoryEntry, Use
from kyotsu.contracts.sealing import Fingerprints

INDIVIDUAL_NUMBER = "kojinbango"
"""Purpose of the fingerprints by which 個人番号 are compared without being opened."""


class Lease(NamedTuple):
    """Who edits a record alone, and until when (排他制御); it ends by itself."""

    holder: Use
    operator: str
    """操作者ID."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNumber:
    """Everything that is known of one number, read together by strongly consistent reads."""

    number: str
    record: AddresseeRecord | None = None
    use: BusinessUse | None = None
    """The part of the business that was asked for; of a store that opens nothing, without its 個人番号."""
    individual_number: bytes | None = field(default=None, repr=False)
    """Keyed fingerprint (`INDIVIDUAL_NUMBER`) of the part's 個人番号."""
    resident: str | None = None
    """住民区分 among the residents, "" if there is none; None: no resident ever had the number."""
    migrated: bool = False
    """Whether a migration reserved the number."""
    issued_to_residents: bool = False
    """Whether the 住民記録 system obtained the number here."""
    linked: int = 0
    """How many records are linked to it."""
    lease: Lease | None = None

    def was_sent(self, individual_number: str | None, fingerprints: Fingerprints) -> bool:
        """Tell whether it is the part's 個人番号: whoever only has to know that need not open it."""
        if individual_number is None or self.individual_number is None:
            return False
        return fingerprints.of(INDIVIDUAL_NUMBER, individual_number) == self.individual_number


class Done(NamedTuple):
    """What happened once under a key, so that a repeat is told the same."""

    key: str
    """Names what must happen once: `request/{system}/{Idempotency-Key}` or `row/{receipt id}/{line}`."""
    content: bytes
    """Keyed fingerprint of what was asked."""
    answer: bytes
    """What a repeat is told; it holds no personal data."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the registry."""

    numbers: Mapping[str, KnownNumber]
    done: Done | None = field(default=None)


class RegistryStore(Protocol):
    """The registry. Every read sees every earlier write."""

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """Return what is known of numbers, with a business's parts of them, and what happened under a key."""
        ...

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        """Write a change, and that it happened, together or not at all.

        False: something it was decided on is no longer so, or the key was used meanwhile. Look again then.
        Without a change, or with one that `changes` nothing, a `done` is written alone.
        """
        ...

    def history(self, number: str) -> Sequence[HistoryEntry]:
        """Return what was done to a record, oldest first."""
        ...

    def lease(self, number: str, wanted: Lease, now: datetime) -> Lease:
        """Give the lease to who wants it, unless somebody else holds one that has not ended; return who holds it now.

        Who holds it already gets it prolonged.
        """
        ...

    def release(self, number: str, holder: Use, operator: str) -> None:
        """End a lease; that there is none, or that it is somebody else's, changes nothing."""
        ...

    def linked_to(self, principal: str) -> Iterator[str]:
        """Yield the numbers that are linked to a principal."""
        ...

    def alike(self, record: AddresseeRecord) -> Collection[str]:
        """Return the other open numbers of people with exactly this record's name, birth date, sex and address."""
        ...


class MigrationStore(Protocol):
    """What a migration asks of the registry beside `RegistryStore`."""

    def reserve(self, numbers: Collection[str]) -> set[str]:
        """Reserve numbers of another registry, so that they are never issued; again changes nothing.

        Returns those that can't be reserved: issued here, or registered without a migration. Nothing of them changed.
        """
        ...


class ResidentNumberStore(Protocol):
    """What issuing a 住民宛名番号 asks of the registry."""

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """As `RegistryStore.look`."""
        ...

    def take(self, number: str, done: Done | None = None) -> bool:
        """Note that the 住民記録 system obtained a number, and that it happened, together or not at all.

        False: the number is the registry's, a migration's or was obtained before, or the key was used meanwhile.
        """
        ...


class NumberSource(Protocol):
    """Hands out numbers of reserved blocks: no number twice, whoever asks; gaps are lawful."""

    def next(self, kind: NumberKind) -> str:
        """Return a number that was never handed out before; raises NumbersExhaustedError."""
        ...
