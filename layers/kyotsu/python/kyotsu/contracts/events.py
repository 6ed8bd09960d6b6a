"""Domain events on the `kyotsu` event bus. Delivered at least once: `event_id` is the same for a repeat."""

from __future__ import annotations

import msgspec

SOURCE = "kyotsu"


class FileAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """A file got its answer."""

    event_id: str
    municipality: str
    receipt_id: str
    provider: str
    object_key: str
    version_id: str
    status: str
    answered_at: str
    interface: str = ""
    branch: str = ""
    mode: str = ""
    """`F` or `D`; these three are empty where the file's name could not be read."""


class FileUndone(msgspec.Struct, frozen=True, kw_only=True):
    """What a file had brought was taken back."""

    event_id: str
    municipality: str
    receipt_id: str
    provider: str
    object_key: str
    version_id: str
    undone_at: str


class ResidentRecorded(msgspec.Struct, frozen=True, kw_only=True):
    """The stored versions of a resident changed."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    """Counts up per resident; a consumer drops what is not above the last it saw."""


class ResidentCategoryChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A person's 住民区分 became another one, by the residents and the registry of 住登外者 together.

    `before` and `after` may be the same where somebody was registered, or a registration ended, without any effect.
    """

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    """Counts up per person over both sources; a consumer drops what is not above the last it saw."""
    before: str | None
    after: str | None
    since: str | None


class AddresseeRecorded(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a 住登外者 was written: registered, changed, used by another business, linked or closed."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    """The record's revision; a consumer drops what is not above the last it saw."""
    systems: list[str]
    """業務ID, or ids of local systems, that use the record or did until now, and may know of it.

    Not all of them may know of a principal: the event names none."""
    closed: bool


class AddresseeLinked(msgspec.Struct, frozen=True, kw_only=True):
    """A record was linked to a principal (名寄せ); `systems` may know of that one."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    systems: list[str]
    principal: str
    operated_at: str
    """ISO 8601."""


class AddresseeUnlinked(msgspec.Struct, frozen=True, kw_only=True):
    """A link was taken back (名寄せ解除); `systems` may know of the principal."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    systems: list[str]
    principal: str
    """That it was linked to."""
    operated_at: str


class AddresseeClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A record was closed: nobody uses it any more."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    systems: list[str]
    """Those that used it until then. Not all of them may know of a principal: the event names none."""
    operated_at: str


class NoticeOffered(msgspec.Struct, frozen=True, kw_only=True):
    """A notice stands in the bucket of a system."""

    event_id: str
    municipality: str
    recipient: str
    bucket: str
    object_key: str
    addressee_number: str
    sequence: int


class SequenceGapFound(msgspec.Struct, frozen=True, kw_only=True):
    """連番 of a provider's interface and branch are missing for too long: higher ones arrived."""

    event_id: str
    municipality: str
    provider: str
    interface: str
    branch: str
    numbers: list[str]
    """The missing numbers, `000003` or `000003-000005`, lowest first."""


class SequenceGapClosed(msgspec.Struct, frozen=True, kw_only=True):
    """連番 that a `SequenceGapFound` told of have arrived."""

    event_id: str
    municipality: str
    provider: str
    interface: str
    branch: str
    numbers: list[str]


class PeopleMissingFromFullSet(msgspec.Struct, frozen=True, kw_only=True):
    """住登者 of the records do not occur in a full file that is a complete set; their list stands beside its answer."""

    event_id: str
    municipality: str
    receipt_id: str
    provider: str
    interface: str
    branch: str
    count: int


class DeliveryOffered(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file stands where its recipient may fetch it."""

    event_id: str
    municipality: str
    delivery_id: str
    recipient: str
    provider: str
    interface: str
    receipt_id: str
    bucket: str
    object_key: str
    manifest_key: str
    part: int
    last: bool
    rows: int
    sha256: str
    deadline: str


class DeliveryWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a delivery was taken back after parts of it had been offered."""

    event_id: str
    municipality: str
    delivery_id: str
    recipient: str
    provider: str
    interface: str
    receipt_id: str
    bucket: str
    object_key: str
    """Of the notice that says so."""


class DeliveryAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient told of a part: it fetched, acknowledged or refused it."""

    event_id: str
    municipality: str
    delivery_id: str
    recipient: str
    provider: str
    interface: str
    receipt_id: str
    part: int
    state: str
    delivery_state: str


class FileUndelivered(msgspec.Struct, frozen=True, kw_only=True):
    """A file did not reach one of its recipients in time."""

    event_id: str
    municipality: str
    delivery_id: str
    recipient: str
    provider: str
    interface: str
    receipt_id: str
    object_key: str
    code: str


class IntegratedAddresseeIssued(msgspec.Struct, frozen=True, kw_only=True):
    """A 団体内統合宛名番号 was issued: the intermediate server must know it (共通機能標準仕様書 2.1, 2.4.3 (1)⑧)."""

    event_id: str
    municipality: str
    integrated_number: str


class IntegratedAddresseeDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """No business uses a person any more: the intermediate server must forget the number (2.4.3 (2)⑦)."""

    event_id: str
    municipality: str
    integrated_number: str
    deleted_at: str
    """When it was processed, ISO 8601, JST."""
