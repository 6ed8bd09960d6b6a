"""Records and history entries as their reader gets them: items by romaji name, those that are not set absent.

Which other businesses use a record, and who of them did what, is nobody's business: that somebody is known to 生活保護
tells enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
