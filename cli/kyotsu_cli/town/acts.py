"""What the counter of the town hall does to one record: one function per kind of 異動, each with its 枝番 and 異動事由.

A function takes the moment of operation and the changed items; it never decides who or when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from kyotsu_cli.town.columns import Row
from kyotsu_cli.town.people import Resident

RESIDENT, MOVED_OUT, DEAD, REMOVED = "1", "2", "3", "9"
_NO_DEPARTURE: Row = {
    "tenshutsusakijushoyotei_shikuchosonkodo": "",
    "tenshutsusakijushoyotei": "",
    "tenshutsuyoteinengappi": "",
}


def _event(
    who: Resident, at: datetime, branch: str, reason: str, status: str, day: date | None, *changes: Mapping[str, str]
) -> None:
    """Record one 異動 of this day (None: the day of operation)."""
    items = {
        "idojiyu": reason,
        "juminjotai": status,
        "idonengappi": (day or at.date()).isoformat(),
        "idonengappi_fushofuragu": "0",
        "idonengappi_fushohyoki": "",
        "todokedenengappi": at.date().isoformat(),
    }
    for change in changes:
        items.update(change)
    who.register.add(at, branch, items)


def move_in(
    who: Resident, at: datetime, came_from: tuple[str, str], changes: Mapping[str, str], *, day: date | None = None
) -> None:
    """転入 (枝番 01), from abroad if the place has no code."""
    code, place = came_from
    origin = {"tennyumaejusho_shikuchosonkodo": code, "tennyumaejusho": place}
    since = {"juminnengappi": (day or at.date()).isoformat()}
    _event(who, at, "01", "01" if code else "02", RESIDENT, day, _NO_DEPARTURE, since, origin, changes)


def relocate(who: Resident, at: datetime, home: Mapping[str, str]) -> None:
    """転居 (枝番 02)."""
    _event(who, at, "02", "41", RESIDENT, None, home)


def move_out(who: Resident, at: datetime, goes_to: tuple[str, str], *, planned: date | None = None) -> None:
    """転出 (枝番 03), abroad if the place has no code; with a planned day the person stays 住登者 (転出予定者)."""
    code, place = goes_to
    departure = {
        "tenshutsusakijushoyotei_shikuchosonkodo": code,
        "tenshutsusakijushoyotei": place,
        "tenshutsuyoteinengappi": (planned or at.date()).isoformat(),
    }
    _event(who, at, "03", "21" if code else "22", RESIDENT if planned else MOVED_OUT, planned, departure)


def carry_out_departure(who: Resident, at: datetime, *, same_key: bool) -> None:
    """消除 on the planned day (枝番 03): the same key again, or a key of its own."""
    if same_key:
        who.register.correct(at, "03", {"juminjotai": MOVED_OUT})
    else:
        _event(who, at, "03", who.register.latest["idojiyu"], MOVED_OUT, None)


def change_household(who: Resident, at: datetime, reason: str, changes: Mapping[str, str]) -> None:
    """世帯変更 (枝番 04): 50 世帯分離, 51 世帯合併, 52 世帯変更, 53 世帯主変更."""
    _event(who, at, "04", reason, RESIDENT, None, changes)


def be_born(who: Resident, at: datetime, changes: Mapping[str, str]) -> None:
    """出生 (枝番 05), on the birth date."""
    _event(who, at, "05", "03", RESIDENT, who.birth, {"juminnengappi": who.birth.isoformat()}, changes)


def die(who: Resident, at: datetime, changes: Mapping[str, str]) -> None:
    """死亡 (枝番 06)."""
    _event(who, at, "06", "23", DEAD, None, changes)


def be_declared_missing(who: Resident, at: datetime) -> None:
    """失踪宣告: the 異動事由 is 職権消除, the 枝番 that of a death (06), and the 枝番 is right."""
    _event(who, at, "06", "26", DEAD, None)


def change_nationality(
    who: Resident, minus: datetime, plus: datetime, changes: Mapping[str, str], *, lost: bool
) -> None:
    """帰化・国籍取得 or (lost) 国籍喪失 (枝番 07): the 減 row, then the 増 row with a greater history number."""
    _event(who, minus, "07", "25" if lost else "24", REMOVED, minus.date())
    _event(who, plus, "07", "05" if lost else "04", RESIDENT, minus.date(), changes)


def change_family_register(who: Resident, at: datetime, changes: Mapping[str, str], *, reason: str = "43") -> None:
    """A 戸籍届出 that adds and removes nobody (枝番 08): a new name, a marriage, a 旧氏."""
    _event(who, at, "08", reason, RESIDENT, None, changes)


def enter_ex_officio(who: Resident, at: datetime, changes: Mapping[str, str]) -> None:
    """職権記載 (枝番 09)."""
    _event(who, at, "09", "06", RESIDENT, None, {"juminnengappi": at.date().isoformat()}, _NO_DEPARTURE, changes)


def cancel_departure(who: Resident, at: datetime) -> None:
    """転出取消 (枝番 09, 異動の取消し（増）)."""
    _event(who, at, "09", "09", RESIDENT, None, _NO_DEPARTURE)


def remove_ex_officio(who: Resident, at: datetime) -> None:
    """職権消除 (枝番 10)."""
    _event(who, at, "10", "26", REMOVED, None)


def cancel_arrival(who: Resident, at: datetime) -> None:
    """転入取消 (枝番 10, 異動の取消し（減）): その他消除者, whatever the person was before."""
    _event(who, at, "10", "28", REMOVED, None)


def amend_ex_officio(who: Resident, at: datetime, reason: str, changes: Mapping[str, str]) -> None:
    """職権修正 and applications that move nobody (枝番 11): 42–49, 54–59, and 07 改製."""
    _event(who, at, "11", reason, who.register.latest["juminjotai"], None, changes)


def touch_up(who: Resident, at: datetime, changes: Mapping[str, str]) -> None:
    """軽微な修正 (枝番 11, 異動事由 42): the 枝番号 of the history counts up."""
    who.register.add(at, "11", {"idojiyu": "42", **changes}, sub=True)
