"""Requests and records of the registry of non-resident addressees. Nobody in them exists."""

from __future__ import annotations

from datetime import UTC, datetime

from kyotsu.addressees.records import AddresseeRecord, Operation, Origin, Use
from kyotsu.addressees.requests import Callers, Circumstances, IssueRequest, validated

TAX = Use("010")
WELFARE = Use("022")
LOCAL = Use("000", "A01")
FRESH = "800000000000009"
"""The first number of the default range."""
RESIDENT = "000000000000213"
LIBRARY = "017"
"""A system that may not handle 個人番号 here."""
ACCEPTED = frozenset({"141003", "141011"})
CALLERS = Callers(ACCEPTED, lambda system: system != LIBRARY)
RECEIVED = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)
COMPLETE: dict[str, object] = {
    "shorikubun": "0",
    "shikuchosonkodo": "141003",
    "shimei": "見本　花子",
    "uji_nihonjin": "見本",
    "na_nihonjin": "花子",
    "seibetsu": "2",
    "seinengappi": "1980-02-29",
    "jusho_shikuchosonkodo": "131016",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
    "gyomuid": "010",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    "sosashaid": "123456",
    "sosanengappi": "2026-05-01",
    "sosajikoku": "09:00:00",
}


def circumstances(caller: Use = TAX) -> Circumstances:
    return Circumstances(ACCEPTED, caller, RECEIVED, individual_numbers=caller != Use(LIBRARY))


def request(caller: Use = TAX, **items: object) -> IssueRequest:
    """Return a valid request of a caller, changed in some items."""
    own = {"gyomuid": caller.business, "dokujishisakushisutemutoid": caller.local_system}
    return validated({**COMPLETE, **own, **items}, circumstances(caller))


def record(number: str = FRESH, *, owner: Use = TAX, deleted: bool = False, **changes: object) -> AddresseeRecord:
    """Return a record as `request()` leaves it, changed in some fields."""
    fields: dict[str, object] = {
        "number": number,
        "municipality": "141003",
        "version": 1,
        "revision": 1,
        "person": request().person,
        "owner": owner,
        "uses": frozenset({owner}),
        "closed_to_others": False,
        "principal": None,
        "deleted": deleted,
        "origin": Origin.ISSUED,
        "registered": Operation("123456", "2026-05-01", "09:00:00"),
        "operation": Operation("123456", "2026-05-01", "09:00:00"),
    }
    return AddresseeRecord(**{**fields, **changes})  # type: ignore[arg-type]
