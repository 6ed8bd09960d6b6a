"""What a number-issue request comes to: 処理区分 0, 1, 2 and links (共通機能標準仕様書 2.1, 2.3.2; design.md)."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.issuing import Known, Refused, issue
from kyotsu.addressees.linking import LinkKnown
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, Deed, HistoryEntry, Origin, Use
from kyotsu.addressees.requests import IssueRequest
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from tests.fakes.addressees import FRESH, LOCAL, RESIDENT, TAX, WELFARE, record, request

RANGES = Ranges()
NOBODYS = "800000000000017"
PRINCIPAL = "800000000000025"
INDIVIDUAL = "123456789018"


def granted(made: IssueRequest, known: Known | None = None, fresh: str = FRESH) -> Change:
    outcome = issue(made, known or Known(), RANGES, fresh)
    assert isinstance(outcome, Change), outcome
    return outcome


def told(found: Change) -> tuple[Outcome, ...]:
    return tuple(outcome for _, outcome, _ in found.remarks)


def refused(made: IssueRequest, known: Known) -> list[tuple[str, str]]:
    outcome = issue(made, known, RANGES, FRESH)
    assert isinstance(outcome, Refused)
    return [(error.item, error.code) for error in outcome.errors]


def existing(caller: Use = TAX, number: str = FRESH, **items: Any) -> IssueRequest:
    return request(caller, shorikubun="1", atenabango=number, **items)


def chosen(caller: Use = TAX, number: str = FRESH, **items: Any) -> IssueRequest:
    return request(caller, shorikubun="2", atenabango=number, **items)


def link(**known: Any) -> Known:
    fields: dict[str, Any] = {"principal": record(PRINCIPAL), **known}
    return Known(link=LinkKnown(**fields))


LINKING: dict[str, Any] = {"nayosemotofuragu": "1", "nayosesakiatenabango": PRINCIPAL}


# 処理区分 0


def test_a_new_number() -> None:
    made = request(kojinbango=INDIVIDUAL)
    found = granted(made)
    assert found == Change(
        record=record(FRESH),
        expected=None,
        entry=HistoryEntry(Deed.REGISTERED, TAX, record(FRESH)),
        use=BusinessUse(FRESH, TAX, INDIVIDUAL),
        linked_to=None,
    )
    assert found.record.origin is Origin.ISSUED
    assert found.changes
    assert INDIVIDUAL not in repr(found)


def test_a_number_that_came_with_a_request_for_a_new_one_is_not_used_and_remarked() -> None:
    found = granted(request(atenabango=RESIDENT))
    assert (found.record.number, told(found)) == (FRESH, (outcomes.NUMBER_NOT_USED,))


@pytest.mark.parametrize(
    ("known", "fresh"),
    [
        (Known(record=record(FRESH)), FRESH),
        (Known(resident="3"), FRESH),
        (Known(migrated=True), FRESH),
        (Known(), "800000000000000"),
        (Known(), RESIDENT),
        (Known(), ""),
    ],
)
def test_a_taken_or_unlawful_number_is_never_issued(known: Known, fresh: str) -> None:
    with pytest.raises(ValueError, match="not issuable"):
        issue(request(), known, RANGES, fresh)


# 処理区分 1


@pytest.mark.parametrize(
    ("number", "known", "origin", "remarks"),
    [
        (RESIDENT, Known(resident="2"), Origin.CARRIED_OVER, ()),
        (RESIDENT, Known(resident="1"), Origin.CARRIED_OVER, (outcomes.STILL_REGISTERED,)),
        (RESIDENT, Known(), Origin.CARRIED_OVER, (outcomes.NUMBER_UNHEARD_OF,)),
        ("1234567", Known(resident="3"), Origin.CARRIED_OVER, (outcomes.FORM_UNUSUAL, outcomes.CHECK_DIGIT_WRONG)),
        ("A1", Known(), Origin.CARRIED_OVER, (outcomes.NUMBER_UNHEARD_OF, outcomes.CHECK_DIGIT_WRONG)),
        ("800000000000000", Known(migrated=True), Origin.MIGRATED, (outcomes.CHECK_DIGIT_WRONG,)),
    ],
)
def test_a_number_that_others_gave_is_carried_over(number: str, known: Known, origin: Origin, remarks: Any) -> None:
    """住民宛名番号 and migrated numbers may break the rule: it binds new numbers only."""
    found = granted(existing(number=number), known)
    assert (found.record.number, found.record.version, found.expected) == (number, 1, None)
    assert (found.record.origin, told(found)) == (origin, remarks)


@pytest.mark.parametrize("number", [NOBODYS, "800000000000000", "900000000000000"])
@pytest.mark.parametrize("make", [existing, chosen])
def test_a_number_of_our_ranges_that_nobody_has_is_refused(make: Any, number: str) -> None:
    """It would be issued to somebody else one day."""
    assert refused(make(number=number), Known()) == [("atenabango", "E1502")]


def test_another_business_registers_a_known_person_with_newer_data() -> None:
    found = granted(existing(WELFARE, shimei="見本　華子", shikuchosonkodo="141011"), Known(record=record()))
    assert (found.record.person["shimei"], found.record.municipality) == ("見本　華子", "141011")
    assert (found.record.version, found.record.revision, found.expected) == (2, 2, 1)
    assert (found.record.owner, found.record.uses) == (TAX, frozenset({TAX, WELFARE}))
    assert found.entry == HistoryEntry(Deed.UPDATED, WELFARE, found.record)
    assert found.use == BusinessUse(FRESH, WELFARE, None)


@pytest.mark.parametrize("make", [existing, chosen])
def test_the_same_request_again_changes_nothing(make: Any) -> None:
    made = make(WELFARE, sosanengappi="2026-04-30", kojinbango=INDIVIDUAL, shimei="見本　華子")
    first = granted(made, Known(record=record()))
    again = granted(made, Known(record=first.record, use=first.use))
    assert (again.record, again.entry, again.use) == (first.record, None, None)
    assert not again.changes


def test_a_deleted_record_is_opened_again_as_the_callers_own() -> None:
    before = record(deleted=True, version=4, revision=9, owner=WELFARE, closed_to_others=True, principal=PRINCIPAL)
    found = granted(existing(), Known(record=before))
    assert found.entry is not None
    assert (found.entry.deed, found.expected) == (Deed.REOPENED, 9)
    assert found.record == record(version=5, revision=10)
    assert refused(chosen(), Known(record=before)) == [("atenabango", "E1502")]


# 処理区分 2


def test_a_chosen_candidate_gets_another_use_and_stays_as_it_is() -> None:
    found = granted(chosen(LOCAL, shimei="見本　華子", kojinbango=INDIVIDUAL), Known(record=record()))
    assert found.record == record(uses=frozenset({TAX, LOCAL}), revision=2)
    assert found.entry == HistoryEntry(Deed.USED, LOCAL, found.record)
    assert found.use == BusinessUse(FRESH, LOCAL, INDIVIDUAL)


def test_an_individual_number_comes_later_and_is_never_lost() -> None:
    known = Known(record=record(), use=BusinessUse(FRESH, TAX, None))
    later = granted(chosen(kojinbango=INDIVIDUAL), known)
    assert (later.entry, later.use, later.changes) == (None, BusinessUse(FRESH, TAX, INDIVIDUAL), True)
    assert granted(chosen(), Known(record=record(), use=later.use)).use is None


def test_a_resident_alone_is_no_candidate() -> None:
    assert refused(chosen(number=RESIDENT), Known(resident="2")) == [("atenabango", "E1502")]


# 他業務参照不可フラグ


@pytest.mark.parametrize("make", [existing, chosen])
def test_a_closed_record_is_to_others_as_if_it_were_not_there(make: Any) -> None:
    closed = record(closed_to_others=True, uses=frozenset({TAX, WELFARE}))
    nobody = issue(make(WELFARE, **LINKING), link(), RANGES, FRESH)
    assert issue(make(WELFARE, **LINKING), Known(record=closed), RANGES, FRESH) == nobody
    assert isinstance(nobody, Refused)
    assert granted(make(), Known(record=closed)).record.closed_to_others, "a flag of 0 never opens it"


def test_only_a_record_of_ones_own_can_be_closed() -> None:
    closing: dict[str, Any] = {"tagyomusanshofukafuragu": "1"}
    closed = granted(existing(**closing), Known(record=record()))
    assert (closed.record.closed_to_others, closed.record.version) == (True, 2)
    shared = record(uses=frozenset({TAX, WELFARE}))
    assert refused(existing(**closing), Known(record=shared)) == [("tagyomusanshofukafuragu", "E1507")]
    assert refused(chosen(WELFARE, **closing), Known(record=record())) == [("tagyomusanshofukafuragu", "E1507")]
    assert granted(request(**closing)).record.closed_to_others


# 名寄せ


@pytest.mark.parametrize(
    "known", [link(), link(principal=None, principal_is_resident=True)], ids=["addressee", "resident"]
)
def test_a_new_addressee_can_be_linked_at_once(known: Known) -> None:
    found = granted(request(**LINKING), known)
    assert (found.record.number, found.record.principal, found.linked_to) == (FRESH, PRINCIPAL, PRINCIPAL)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (link(principal=None), "E1503"),
        (link(principal=record(PRINCIPAL, deleted=True)), "E1503"),
        (link(principal=record(PRINCIPAL, owner=WELFARE, closed_to_others=True)), "E1503"),
        (link(principal=record(PRINCIPAL, owner=WELFARE, closed_to_others=True, principal=NOBODYS)), "E1503"),
        (link(principal=record(PRINCIPAL, principal=NOBODYS)), "E1505"),
        (link(is_principal=True), "E1505"),
    ],
)
def test_links_that_are_refused(known: Known, code: str) -> None:
    assert refused(request(**LINKING), known) == [("nayosesakiatenabango", code)]


def test_no_link_to_itself_and_no_second_link() -> None:
    itself: dict[str, Any] = {**LINKING, "nayosesakiatenabango": FRESH}
    assert refused(existing(**itself), Known(record=record())) == [("nayosesakiatenabango", "E1504")]
    linked = record(principal=NOBODYS)
    known = Known(record=linked, link=link().link)
    assert refused(existing(**LINKING), known) == [("nayosesakiatenabango", "E1506")]


def test_a_flag_of_0_unlinks_nobody_and_the_same_link_again_is_no_change() -> None:
    linked = record(principal=PRINCIPAL)
    kept = granted(existing(), Known(record=linked, use=BusinessUse(FRESH, TAX, None)))
    assert (kept.record, kept.changes) == (linked, False)
    known = Known(record=linked, use=BusinessUse(FRESH, TAX, None), link=link().link)
    again = granted(existing(**LINKING), known)
    assert (again.changes, again.linked_to) == (False, None)


def test_linking_is_a_version_of_its_own() -> None:
    found = granted(existing(**LINKING), Known(record=record(), link=link().link))
    assert (found.record.principal, found.record.version, found.linked_to) == (PRINCIPAL, 2, PRINCIPAL)


# Bounds


def full(**changes: Any) -> AddresseeRecord:
    return record(version=999, revision=1200, **changes)


def test_a_record_with_all_its_versions_can_still_be_used_but_not_changed() -> None:
    assert refused(existing(shimei="見本　華子"), Known(record=full())) == [("atenabango", "E1008")]
    assert refused(existing(), Known(record=full(deleted=True))) == [("atenabango", "E1008")]
    assert granted(chosen(WELFARE), Known(record=full())).record.version == 999


def test_several_refusals_come_in_item_order() -> None:
    shared = record(uses=frozenset({TAX, WELFARE}))
    made = existing(**LINKING, tagyomusanshofukafuragu="1")
    known = Known(record=shared, link=LinkKnown())
    assert refused(made, known) == [("nayosesakiatenabango", "E1503"), ("tagyomusanshofukafuragu", "E1507")]


def test_every_request_reaches_one_decision_however_people_are_known() -> None:
    """No combination of what is known raises, or grants a record whose revision does not move on with its entry."""
    records = [None, record(), record(deleted=True), record(closed_to_others=True, owner=WELFARE)]
    links = [LinkKnown(), link().link, LinkKnown(principal_is_resident=True, is_principal=True)]
    made = [existing(), chosen(), existing(**LINKING), chosen(**LINKING), existing(tagyomusanshofukafuragu="1")]
    for one in made:
        for stored in records:
            for linked in links:
                for resident in (None, "1", "2"):
                    outcome = issue(one, Known(record=stored, resident=resident, link=linked), RANGES, FRESH)
                    if isinstance(outcome, Change) and outcome.entry is not None:
                        assert outcome.record.revision == (outcome.expected or 0) + 1
                        assert outcome.entry.record == outcome.record
                    else:
                        assert isinstance(outcome, Change) or outcome.errors
