"""転出証明書情報照会 in memory: who gets what when, and what the trail knew before; and the notice that it is here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kyotsu.addressees.requests import Callers
from kyotsu.addressees.responses import encoded
from kyotsu.catalogue.apis import in_parallel
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Deed
from kyotsu.moving.announcing import notice_of, offered
from kyotsu.moving.cases import SignalKind
from kyotsu.moving.certificate_call import ShowingCertificate
from kyotsu.moving.ports import Papers
from tests.fakes.deployment import CATALOGUE
from tests.fakes.moving_world import Japan, family, individual_number, settle_family
from tests.integration.test_protection import Trail

CASE, THERE = "I-A2026000001", "131016"
NOW = datetime(2026, 4, 3, 0, 0, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "shikuchosonkodo": THERE,
    "uketsukebango": "A2026000001",
    "gyomuid": "001",
    "sosashaid": "hanako",
    "sosanengappi": "2026-04-03",
    "sosajikoku": "09:00:00",
}


class Desk:
    """住民記録 of the municipality that people move to."""

    def __init__(self, *, certified: bool = True) -> None:
        self.japan, self.trail = Japan(), Trail()
        application = family()
        reservation = application.reservation
        assert reservation is not None
        self.japan.there.reserve(reservation)
        if certified:
            numbers = settle_family(self.japan.here, application)
            moving_out = self.japan.here.file(application, numbers)
            self.japan.settle()
            self.japan.here.say(moving_out, SignalKind.APPROVED)
        self.japan.settle()

    def ask(self, papers: Papers | None = None, **changes: Any) -> ApiAnswer:
        there = self.japan.there
        callers = Callers({THERE}, lambda _: True)
        call = ShowingCertificate(cases=there.cases, papers=papers or there.papers, callers=callers, audit=self.trail)
        body = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
        return call.answer(ApiRequest(body=body, system="001", received_at=NOW, request_id="r1"))

    def codes(self, **changes: Any) -> tuple[str, ...]:
        answer = self.ask(**changes)
        assert answer.status == 400
        assert not self.trail.told
        return answer.codes


@pytest.fixture(scope="module")
def settled() -> Desk:
    return Desk()


@pytest.fixture
def desk(settled: Desk) -> Desk:
    settled.trail.told.clear()
    return settled


@pytest.mark.parametrize("changes", [{}, {"uketsukebango": None, "tetsuzukibango": CASE}])
def test_everybody_s_certificate_is_shown_and_the_trail_knows(desk: Desk, changes: Any) -> None:
    answer = desk.ask(**changes)
    assert answer.status == 200
    body = json.loads(encoded(answer.body))
    (entry,) = body["result"]
    assert (entry["tetsuzukibango"], entry["uketsukebango"], entry["hansu"]) == (CASE, "A2026000001", 3)
    people = entry["tenshutsushomeishojoho"]["people"]
    assert [person["individual_number"] for person in people] == [individual_number(n) for n in (1, 2, 3)]
    assert body["_links"]["self"]["href"] == "/app_submit/v10/tenshutsushomeishojohoshokai"
    ((access, _),) = desk.trail.told
    assert (access.actor, access.purpose, access.deed) == ("001", "protected_address", Deed.READ)
    assert CASE in access.subject
    assert "見本" not in repr(answer)


def test_without_a_trail_nothing_is_shown(desk: Desk) -> None:
    desk.trail.broken = True
    try:
        with pytest.raises(Exception, match="timeout"):
            desk.ask()
    finally:
        desk.trail.broken = False


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"uketsukebango": None}, ("E0001",)),
        ({"tetsuzukibango": CASE}, ("E0002",)),
        ({"uketsukebango": "A#1"}, ("E0002",)),
        ({"uketsukebango": None, "tetsuzukibango": "I-A1\n"}, ("E0002",)),
        ({"uketsukebango": 1}, ("E0002",)),
        ({"shikuchosonkodo": "141003"}, ("E0002",)),
        ({"gyomuid": "010"}, ("E0002",)),
        ({"sosashaid": None}, ("E0001",)),
        ({"more": "x"}, ("E1501",)),
        ({"uketsukebango": "A9"}, ("E1876",)),
        # A case of the other kind is to this call as if it were not there.
        ({"uketsukebango": None, "tetsuzukibango": "O-A2026000001"}, ("E1876",)),
    ],
)
def test_what_is_wrong_is_told_and_nothing_shown(desk: Desk, changes: Any, codes: tuple[str, ...]) -> None:
    assert desk.codes(**changes) == codes


def test_before_it_is_complete_there_is_none() -> None:
    desk = Desk(certified=False)
    assert desk.codes() == ("E1877",)
    assert not desk.japan.there.announced.told


def test_after_erasure_there_is_none() -> None:
    """Requirement: erased is erased, also in the moment between the key's end and the case's word of it."""
    desk = Desk()
    desk.japan.there.papers.destroy(CASE)
    assert desk.codes() == ("E1878",)
    desk.japan.clock.forward(days=100)
    assert list(desk.japan.there.erasing.erase_due())
    assert desk.japan.there.of(CASE).erased_at
    assert desk.codes() == ("E1878",)


def test_residents_records_are_told_once_that_it_is_here(desk: Desk) -> None:
    case = desk.japan.there.of(CASE)
    notice = notice_of(case)
    assert set(desk.japan.there.announced.told) == {notice.key}
    assert notice_of(case) == notice
    body = json.loads(notice.body)
    assert (body["kind"], body["tetsuzukibango"], body["hansu"], body["ninzu"]) == ("CERTIFICATE", CASE, 3, 3)
    assert "見本" not in notice.body.decode()
    event = msgspec.to_builtins(offered(case, notice, "kyotsu-001"))
    assert (event["recipient"], event["bucket"], event["object_key"]) == ("001", "kyotsu-001", notice.key)


def test_no_other_system_may_ask() -> None:
    """Requirement: 転出証明書情報 is 住民記録's alone."""
    (api,) = in_parallel(CATALOGUE.apis.values(), "tenshutsushomeishojohoshokai")
    assert [system for system in CATALOGUE.systems if api.allows(system)] == ["001"]
