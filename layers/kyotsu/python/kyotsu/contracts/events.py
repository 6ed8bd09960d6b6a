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
