"""Records and history entries as their reader gets them: items by romaji name, those that are not set absent.

Which other businesses use a record, and who of them did what, is nobody's business: that somebody is known to 生活保護
tells enough. A link to a principal that is closed to the reader is to it as if it were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from kyotsu.addressees.records import NO_ID, AddresseeRecord, Deed, HistoryEntry, Operation, Use

_DEEDS: Mapping[Deed, str] = {
    Deed.REGISTERED: "登録",
    Deed.UPDATED: "更新",
    Deed.REOPENED: "再登録",
    Deed.USED: "利用開始",
    Deed.LINKED: "名寄せ",
    Deed.UNLINKED: "名寄せ解除",
    Deed.ENDED: "利用終了",
    Deed.CLOSED: "削除",
}
"""処理内容."""


def without_link(record: AddresseeRecord, hidden: Collection[str]) -> AddresseeRecord:
    """Return a record, without its link if that is to one of the hidden principals."""
    return replace(record, principal=None) if record.principal in hidden else record


def entries_for(entries: Sequence[HistoryEntry], reader: Use, hidden: Collection[str]) -> Iterator[HistoryEntry]:
    """Yield the entries of a whole history that a reader may see, without links to hidden principals."""
    before: AddresseeRecord | None = None
    for entry in entries:
        told = _without_link(entry, before, hidden)
        before = entry.record
        if told is not None and entry.record.readable_by(reader):
            yield told


def _without_link(entry: HistoryEntry, before: AddresseeRecord | None, hidden: Collection[str]) -> HistoryEntry | None:
    """Return an entry without a link to a hidden principal; None if it tells of such a link and of nothing else."""
    was = None if before is None else before.principal
    if not {was, entry.record.principal} & set(hidden):
        return entry
    if entry.deed not in (Deed.LINKED, Deed.UNLINKED):
        return replace(entry, record=without_link(entry.record, hidden))
    if before is not None and (before.person, before.municipality) == (entry.record.person, entry.record.municipality):
        return None
    return HistoryEntry(Deed.UPDATED, entry.by, without_link(entry.record, hidden))


def record_items(record: AddresseeRecord, reader: Use, withheld: Collection[str]) -> dict[str, str | int]:
    """Return a record as it stands."""
    return _items(record, withheld) | {"riyofuragu": _flag(reader in record.uses)} | _when(record.operation)


def history_items(entry: HistoryEntry, reader: Use, withheld: Collection[str]) -> dict[str, str | int]:
    """Return a record as it stood, with what had been done to it; by whom only if it was the reader."""
    items = {"shorinaiyo": _DEEDS[entry.deed]} | _items(entry.record, withheld) | _when(entry.record.operation)
    if entry.by != reader:
        return items
    ids = {"gyomuid": entry.by.business, "dokujishisakushisutemutoid": entry.by.local_system}
    return items | {name: value for name, value in ids.items() if value != NO_ID}


def _items(record: AddresseeRecord, withheld: Collection[str]) -> dict[str, str | int]:
    items: dict[str, str | int] = {
        "shikuchosonkodo": record.municipality,
        "atenabango": record.number,
        "rirekibango": record.version,
        **{name: value for name, value in record.person.items() if name not in withheld},
        "nayosemotofuragu": _flag(record.principal is not None),
    }
    if record.principal is not None:
        items["nayosesakiatenabango"] = record.principal
    items["tagyomusanshofukafuragu"] = _flag(record.closed_to_others)
    items["sakujofuragu"] = _flag(record.deleted)
    return items


def _when(operation: Operation) -> dict[str, str | int]:
    return {"sosanengappi": operation.day, "sosajikoku": operation.time}


def _flag(holds: bool) -> str:
    return "1" if holds else "0"
