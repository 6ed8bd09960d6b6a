"""Rows of the linkage files that reservations and 転入通知 are handed out in (interfaces of 029, ours)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kyotsu.japanese import dates
from kyotsu.japanese.text import full_width
from kyotsu.moving.cases import Case, CaseKind
from kyotsu.moving.cs.messages import Notice
from kyotsu.moving.documents import MovingPerson, Reservation

RESERVATIONS, NOTICES, BRANCH, VERSION = "029o001", "029o002", "01", "v1"
OPERATOR = "KYOTSU"
"""操作者ID: no person made these files."""
_RESERVED = {CaseKind.MOVE_IN: "1", CaseKind.IN_CITY: "2"}


def reservation_rows(
    case: Case, reservation: Reservation, edition: int, made_at: str, *, recalled: bool = False
) -> Iterator[Mapping[str, str]]:
    """Yield a row for each person, by romaji name. What recipients of a recalled one read of people is nothing.

    A recall is of everybody of the case, also where the reservation itself was destroyed.
    """
    numbers = {person.position: person.addressee_number or "" for person in case.people}
    people = {person.position: person for person in reservation.people}
    if recalled:
        people = {position: MovingPerson(position=position) for position in sorted({*numbers, *people})}
    for person in people.values():
        yield {
            **_head(case, person.position, edition, made_at),
            "atenabango": numbers.get(person.position, ""),
            "tetsuzukikubun": _RESERVED[case.kind],
            "torikeshifuragu": "1" if recalled else "0",
            **({} if recalled else _visit(reservation, person)),
        }


def notice_rows(case: Case, notices: Sequence[Notice], edition: int, made_at: str) -> Iterator[Mapping[str, str]]:
    """Yield a row for each person whose 転入通知 came, by romaji name."""
    numbers = {person.position: person.addressee_number or "" for person in case.people}
    for notice in notices:
        address = notice.new_address
        yield {
            **_head(case, notice.position, edition, made_at),
            "atenabango": numbers.get(notice.position, ""),
            "tsuchinengappi": _day(notice.notified_on),
            "tennyunengappi": _day(notice.moved_on),
            "shimei": full_width(notice.name),
            "seinengappi": _day(notice.birth_date),
            "seibetsu": notice.sex,
            "jusho_shikuchosonkodo": address.municipality_code,
            "jusho_todofuken": full_width(address.prefecture),
            "jusho_shikugunchosonmei": full_width(address.municipality_name),
            "jusho_choaza": full_width(address.machiaza),
            "jusho_banchigohyoki": full_width(address.street_number),
            "jusho_katagaki": full_width(address.building),
            "jusho_yubinbango": address.postal_code.replace("-", ""),
        }


def _visit(reservation: Reservation, person: MovingPerson) -> dict[str, str]:
    return {
        "raichoyoteinengappi": reservation.visit_on,
        "idoyoteinengappi": reservation.planned_on,
        "moto_shikuchosonkodo": reservation.from_municipality,
        "shimei": full_width(person.name or person.roman_name),
        "shimei_furigana": full_width(person.name_kana),
        "seinengappi": _day(person.birth_date),
        "seibetsu": person.sex,
    }


def _day(text: str) -> str:
    """Return a date as the layouts have it; an indefinite one has no form there."""
    return text if dates.is_date(text) else ""


def _head(case: Case, position: int, edition: int, made_at: str) -> dict[str, str]:
    """Return what names a row: case, person and edition, which rises, and the moment it was made (YYYYMMDDhhmmss)."""
    return {
        "shikuchosonkodo": case.municipality,
        "uketsukebango": case.application_number or case.id,
        "renban": str(position),
        "hansu": str(edition),
        "sosashaid": OPERATOR,
        "sosanengappi": f"{made_at[:4]}-{made_at[4:6]}-{made_at[6:8]}",
        "sosajikoku": f"{made_at[8:10]}:{made_at[10:12]}:{made_at[12:]}",
    }
