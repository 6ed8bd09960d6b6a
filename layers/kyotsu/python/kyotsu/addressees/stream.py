"""What the stream of the `Addressees` table tells: records, people who are alike, and remarks nobody was told.

Functions take a stream record's `dynamodb` member: attribute values in DynamoDB's JSON, binary ones in base64.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

from kyotsu.addressees.packing import record_of, unpack_entry
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry
from kyotsu.addressees.writing import HISTORY, NUMBER, POSTING


class Posting(NamedTuple):
    """That a number was found to be of somebody with this name, birth date, sex and address."""

    partition: str
    """Key of the items of everybody who is alike."""
    number: str


class Remarked(NamedTuple):
    """A history entry with remarks."""

    entry: HistoryEntry
    codes: tuple[str, ...]


def records_of(change: Mapping[str, Any]) -> tuple[AddresseeRecord | None, AddresseeRecord | None]:
    """Return the record before and after; (None, None) if no record changed (a lease, a count of links)."""
    if change["Keys"]["sk"]["S"] != NUMBER:
        return None, None
    before, after = _record(change.get("OldImage")), _record(change.get("NewImage"))
    same = before is not None and after is not None and before.revision == after.revision
    return (None, None) if same else (before, after)


def posting_of(change: Mapping[str, Any]) -> Posting | None:
    """Return a posting that is new; None if the change is another one."""
    keys = change["Keys"]
    if not keys["sk"]["S"].startswith(f"{POSTING}#") or "OldImage" in change or "NewImage" not in change:
        return None
    return Posting(keys["pk"]["S"], keys["sk"]["S"].partition("#")[2])


def remarked_of(change: Mapping[str, Any]) -> Remarked | None:
    """Return a new history entry with remarks; None if the change is another one."""
    image = change.get("NewImage")
    if not change["Keys"]["sk"]["S"].startswith(HISTORY) or not image or "w" not in image:
        return None
    revision = int(change["Keys"]["sk"]["S"].removeprefix(HISTORY))
    entry = unpack_entry(_number(image), revision, b64decode(image["b"]["B"]))
    return Remarked(entry, tuple(sorted(image["w"]["SS"])))


def number_of(change: Mapping[str, Any]) -> str:
    """Return the number a change is about, for logs; empty if it is about none or its key tells more than that."""
    keys = change["Keys"]
    told = keys["sk"]["S"] == NUMBER or keys["sk"]["S"].startswith(HISTORY)
    return _number(keys) if told else ""


def _record(image: Mapping[str, Any] | None) -> AddresseeRecord | None:
    if not image or "n" not in image:
        return None
    return record_of(_number(image), {**image, "b": {"B": b64decode(image["b"]["B"])}})


def _number(image: Mapping[str, Any]) -> str:
    return str(image["pk"]["S"]).partition("#")[2]
