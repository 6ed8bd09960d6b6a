"""Search before issue (docs/decisions/0138): off, the published API; on, what an issue may name, and what it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kyotsu.addressees.issuance import Issuance
from kyotsu.addressees.preceding import Pick, Picked
from kyotsu.contracts.api import ApiAnswer
from kyotsu.contracts.audit import Deed
from tests.fakes.addressees import FRESH, RECEIVED
from tests.fakes.issuing import asked, issuance, number_in
from tests.fakes.searching import HANAKO, SEARCH_ID, SearchOffice, office

SECOND = "800000000000017"
NEW, CARRIED_OVER, CHOSEN = "0", "1", "2"
OTHER = {
    **HANAKO,
    "shimei": "鈴木　太郎",
    "uji_nihonjin": "鈴木",
    "na_nihonjin": "太郎",
    "shimei_furigana": "スズキ　タロウ",
    "seinengappi": "1950-01-01",
    "jusho_choaza": "本町１丁目",
}


@pytest.fixture
def desk() -> SearchOffice:
    """One where a search was made for HANAKO, who is registered twice."""
    found = office(noting=True, townspeople=10)
    found.add(SECOND, {**HANAKO, "seinengappi": "1974-03-21"})
    assert [row["atenabango"] for row in found.rows()] == [FRESH, SECOND]
    return found


def call(desk: SearchOffice) -> Issuance:
    return issuance(desk.registry, preceding=lambda: desk.preceding)


def issue(
    desk: SearchOffice, processing: str, number: str = "", *, system: str = "010", after: int = 40, **items: Any
) -> ApiAnswer:
    """Issue after a search, some seconds later."""
    key, person = items.pop("key", None), items.pop("person", HANAKO)
    more = {"shorikubun": processing, "atenabango": number, "kensakuid": SEARCH_ID, **person, **items}
    request = asked(system, key=key, **more)
    return call(desk).answer(replace(request, received_at=RECEIVED + timedelta(seconds=after)))


def test_off_the_published_api_is_unchanged(desk: SearchOffice) -> None:
    plain = issuance(desk.registry)
    assert plain.answer(asked()).status == 200
    named = plain.answer(asked(kensakuid=SEARCH_ID))
    assert (named.status, named.codes) == (400, ("E1501",)), "an item that the published table does not have"


@pytest.mark.parametrize("processing", [NEW, CARRIED_OVER, CHOSEN])
@pytest.mark.parametrize("nothing", [None, ""])
def test_an_issue_without_a_search(desk: SearchOffice, processing: str, nothing: str | None) -> None:
    assert issue(desk, processing, FRESH, kensakuid=nothing).codes == ("E1641",)
    assert desk.picks == []


@pytest.mark.parametrize("search", ["0" * 32, "x" * 32, "5EA7C4" + "0" * 26, "#", SEARCH_ID + "0", 5, [SEARCH_ID]])
def test_a_search_that_never_was(desk: SearchOffice, search: object) -> None:
    assert issue(desk, NEW, kensakuid=search).codes == ("E1642",)


def test_a_search_that_expired_or_is_of_another_system_is_told_like_one_that_never_was(desk: SearchOffice) -> None:
    assert issue(desk, NEW, after=3600).codes == ("E1642",)
    assert issue(desk, NEW, system="022").codes == ("E1642",)
    assert issue(desk, NEW, after=3599).status == 200


def test_all_errors_of_the_request_are_told_with_it(desk: SearchOffice) -> None:
    assert issue(desk, NEW, kensakuid=None, seibetsu="12").codes == ("E0003", "E1641")


def test_a_search_for_somebody_else(desk: SearchOffice) -> None:
    assert issue(desk, NEW, person=OTHER).codes == ("E1643",)
    assert issue(desk, CARRIED_OVER, "300000000000005", person=OTHER).codes == ("E1643",)
    assert desk.registry.records.keys() == {FRESH, SECOND}


def test_a_slip_that_was_corrected_since_is_the_same_person(desk: SearchOffice) -> None:
    assert issue(desk, NEW, person={**HANAKO, "shimei": "渡辺　佐和子", "jusho_banchigohyoki": "１番"}).status == 200


def test_who_is_chosen_must_have_been_found(desk: SearchOffice) -> None:
    desk.add("800000000000025", OTHER)
    assert issue(desk, CHOSEN, "800000000000025", person=OTHER).codes == ("E1644",)


def test_the_chosen_one_needs_no_data_of_the_person(desk: SearchOffice) -> None:
    assert issue(desk, CHOSEN, FRESH, person=dict.fromkeys(HANAKO), system="010").status == 200


@pytest.mark.parametrize(
    ("processing", "number", "picked", "rank"),
    [
        (CHOSEN, FRESH, Picked.FIRST, 1),
        (CHOSEN, SECOND, Picked.LATER, 2),
        (CARRIED_OVER, SECOND, Picked.LATER, 2),
        (CARRIED_OVER, "300000000000005", Picked.UNLISTED, 0),
        (NEW, "", Picked.NEW, 0),
    ],
)
def test_what_was_picked_is_counted_and_recorded(
    desk: SearchOffice, processing: str, number: str, picked: Picked, rank: int
) -> None:
    desk.audit.recorded.clear()
    assert issue(desk, processing, number).status == 200
    ((pick, system),) = desk.picks
    assert (pick.picked, pick.rank, pick.listed, pick.seconds, system) == (picked, rank, 2, 40, "010")
    recorded = [(access.deed, access.subject, numbers) for access, numbers in desk.audit.recorded.values()]
    subject = f"app_submit/v10/jutogaishaatenabangofuban {SEARCH_ID} {rank}/2"
    assert recorded == ([(Deed.CHANGED, subject, (number,))] if rank else [])


def test_the_only_one_is_no_blind_pick_and_nobody_found_no_pick_at_all() -> None:
    found = office(noting=True)
    assert len(found.rows()) == 1
    assert issue(found, CHOSEN, FRESH).status == 200
    empty = SearchOffice(noting=True)
    assert empty.rows() == []
    assert issue(empty, NEW).status == 200
    assert [pick.picked for pick, _ in (*found.picks, *empty.picks)] == [Picked.ONLY, Picked.NOBODY]


def test_a_repeat_is_told_the_same_although_its_search_expired_and_is_counted_once(desk: SearchOffice) -> None:
    first = issue(desk, NEW, key="k")
    again = issue(desk, NEW, key="k", after=7200)
    assert number_in(again) == number_in(first)
    assert len(desk.picks) == 1


def test_what_cant_be_recorded_is_not_done(desk: SearchOffice) -> None:
    class Refusing:
        def record(self, *_: object) -> None:
            raise OSError

    before, desk.audit = dict(desk.registry.records), Refusing()  # type: ignore[assignment]
    with pytest.raises(OSError):
        issue(desk, CHOSEN, FRESH, system="010", shimei="渡辺　佐和子")
    assert (desk.registry.records, desk.picks) == (before, [])


def test_a_pick_tells_nothing_of_a_person(desk: SearchOffice) -> None:
    issue(desk, CHOSEN, FRESH)
    ((pick, _),) = desk.picks
    assert Pick._fields == ("search", "picked", "rank", "listed", "points", "seconds")
    assert not [text for text in HANAKO.values() if len(text) > 2 and text in repr(pick)]
