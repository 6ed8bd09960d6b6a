"""The number-issue call over any registry, and requests to it."""

from __future__ import annotations

from typing import Any

from kyotsu.addressees.issuance import Issuance
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.resident_numbers import ResidentNumbers
from kyotsu.addressees.serials import ReservedNumbers
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from tests.fakes.addressees import CALLERS, COMPLETE, RECEIVED
from tests.fakes.registry import MemoryCounter
from tests.fakes.sealing import FINGERPRINTS

OPERATED: dict[str, object] = {
    "shikuchosonkodo": "141003",
    "sosashaid": "123456",
    "sosanengappi": "2026-05-01",
    "sosajikoku": "09:00:00",
}


def issuance(store: Any, *, counter: Any = None, ranges: Ranges | None = None, **more: Any) -> Issuance:
    """Return the call as deployed, but for what is given."""
    within = ranges or Ranges()
    return Issuance(
        store=store,
        numbers=more.pop("numbers", None) or ReservedNumbers(counter or MemoryCounter(), within, more.pop("block", 20)),
        ranges=within,
        callers=CALLERS,
        fingerprints=FINGERPRINTS,
        **more,
    )


def resident_numbers(store: Any, *, enabled: bool = True, counter: Any = None) -> ResidentNumbers:
    return ResidentNumbers(
        store=store,
        numbers=ReservedNumbers(counter or MemoryCounter(), Ranges(), 20),
        callers=CALLERS,
        fingerprints=FINGERPRINTS,
        enabled=enabled,
    )


def asked(system: str = "010", *, key: str | None = None, **items: object) -> ApiRequest:
    """Return a valid request of a system, changed in some items."""
    ids = {"gyomuid": system} if system.isdigit() else {"gyomuid": "000", "dokujishisakushisutemutoid": system}
    return ApiRequest(
        body={**COMPLETE, **ids, **items}, system=system, received_at=RECEIVED, request_id="r", idempotency_key=key
    )


def number_in(answer: ApiAnswer) -> str:
    """Return the number of an answer that is one of status 200."""
    assert answer.status == 200, answer
    (number,) = answer.numbers
    body: Any = answer.body
    assert body.result[0].atenabango == number
    return number
