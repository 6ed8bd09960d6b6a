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
    """A resident's 住民区分 became another one."""

    event_id: str
    municipality: str
    addressee_number: str
    sequence: int
    before: str | None
    after: str | None
    since: str | None


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
