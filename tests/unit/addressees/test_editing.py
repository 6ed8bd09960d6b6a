"""What an edit of a record comes to: updates, ends of use, links and their taking back (2.3.2; docs/decisions/0114)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.editing import End, Link, Linking, Situation, Update, decide, principal_of
from kyotsu.addressees.issuing import Refused
from kyotsu.addressees.records import (
    MOST_VERSIONS,
    REGISTRY,
    AddresseeRecord,
    BusinessUse,
    Deed,
    HistoryEntry,
    Operation,
    Use,
)
from kyotsu.addressees.store import KnownNumber, Lease
from kyotsu.contracts import outcomes
from tests.fakes.addressees import FRESH, RECEIVED, RESIDENT, TAX, WELFARE, record, request

PRINCIPAL = "800000000000025"
INDIVIDUAL = "123456789018"
LATER = Operation("654321", "2026-05-02", "10:00:00")
MOVED = {**request().person, "jusho_shikugunchosonmei": "中央区"}
BOTH = record(uses=frozenset({TAX, WELFARE}))


def update(use: Use = TAX, **changes: Any) -> Update:
    fields: dict[str, Any] = {"municipality": "141003", "person": request().person, **changes}
    return Update(number=FRESH, use=use, operation=LATER, **fields)


def end(use: Use = TAX, **changes: Any) -> End:
    return End(number=FRESH, use=use, operation=LATER, **changes)


def link(use: Use = TAX, principal: str | None = PRINCIPAL, **changes: Any) -> Link:
    return Link(number=FRESH, use=use, operation=LATER, linking=Linking(principal), **changes)


def situation(
    stored: AddresseeRecord | None = None,
    principal: KnownNumber | None = None,
    *,
    keep: bool = True,
    use: BusinessUse | None = None,
    **known: Any,
) -> Situation:
    own = KnownNumber(number=FRESH, record=stored, use=use, **known)
    target = principal or KnownNumber(number=PRINCIPAL, record=record(PRINCIPAL))
    return Situation(known=own, principal=target, now=RECEIVED, residents_keep_numbers=keep)


def done(edit: Update | End | Link, held: Situation | None = None) -> Change:
    outcome = decide(edit, held or situation(record()))
    assert isinstance(outcome, Change), outcome
    return outcome


def refused(edit: Update | End | Link, held: Situation | None = None) -> list[tuple[str, str]]:
    outcome = decide(edit, held or situation(record()))
    assert isinstance(outcome, Refused), outcome
    return [(error.item, error.code) for error in outcome.errors]


# Updates


def test_an_update_is_a_new_version() -> None:
    after = record(version=2, revision=2, person=MOVED, operation=LATER)
    mine = BusinessUse(FRESH, TAX, INDIVIDUAL)
    assert done(update(person=MOVED), situation(record(), use=mine)) == Change(
        record=after, expected=1, entry=HistoryEntry(Deed.UPDATED, TAX, after)
    )


def test_an_update_that_says_the_same_changes_nothing() -> None:
    mine = BusinessUse(FRESH, TAX, INDIVIDUAL)
    found = done(update(individual_number=INDIVIDUAL), situation(record(), use=mine))
    assert not found.changes
    assert (found.record, found.expected) == (record(), 1)


@pytest.mark.parametrize("operation", [LATER, Operation("1", "1999-01-01", "00:00:00")])
def test_the_order_processed_counts_and_no_date(operation: Operation) -> None:
    """1.1.2."""
    found = done(replace(update(person=MOVED), operation=operation))
    assert (found.record.person, found.record.version, found.record.operation) == (MOVED, 2, operation)


def test_a_business_that_sends_an_update_uses_the_record_from_then_on() -> None:
    """Flow (1) ⑩: the number that was chosen is told by sending the data."""
    found = done(update(WELFARE, individual_number=INDIVIDUAL))
    assert found.record.uses == {TAX, WELFARE}
    assert (found.record.version, found.record.revision, found.record.owner) == (1, 2, TAX)
    assert found.entry == HistoryEntry(Deed.USED, WELFARE, found.record)
    assert found.use == BusinessUse(FRESH, WELFARE, INDIVIDUAL)


def test_an_individual_number_alone_is_no_version() -> None:
    found = done(update(individual_number=INDIVIDUAL), situation(record(), use=BusinessUse(FRESH, TAX, None)))
    assert (found.entry, found.record) == (None, record())
    assert found.use == BusinessUse(FRESH, TAX, INDIVIDUAL)
    assert found.changes
    assert INDIVIDUAL not in repr(found)


def test_an_individual_number_that_is_not_sent_stays() -> None:
    assert done(update(person=MOVED), situation(record(), use=BusinessUse(FRESH, TAX, INDIVIDUAL))).use is None


@pytest.mark.parametrize(("before", "flag", "after"), [(False, True, True), (True, False, False), (True, None, True)])
def test_the_owner_closes_and_opens_its_record(before: bool, flag: bool | None, after: bool) -> None:
    found = done(update(closed_to_others=flag), situation(record(closed_to_others=before)))
    assert found.record.closed_to_others is after
    assert found.record.version == 1 + (before != after)


@pytest.mark.parametrize(("use", "stored"), [(WELFARE, BOTH), (TAX, BOTH), (WELFARE, record())])
def test_nobody_closes_what_others_use(use: Use, stored: AddresseeRecord) -> None:
    found = refused(update(use, closed_to_others=True), situation(stored))
    assert found == [("tagyomusanshofukafuragu", outcomes.CLOSING_SHARED.code)]


@pytest.mark.parametrize("make", [update, end, link])
@pytest.mark.parametrize("stored", [None, record(closed_to_others=True), record(closed_to_others=True, deleted=True)])
def test_what_others_may_not_see_is_not_there(make: Any, stored: AddresseeRecord | None) -> None:
    held = situation(stored, linked=1, lease=Lease(TAX, "1", RECEIVED + timedelta(minutes=1)))
    assert refused(make(WELFARE, seen=7), held) == [("atenabango", outcomes.NOT_REGISTERED.code)]


@pytest.mark.parametrize("make", [update, link])
def test_a_closed_record_is_not_edited(make: Any) -> None:
    assert refused(make(), situation(record(deleted=True))) == [("atenabango", outcomes.NOT_REGISTERED.code)]


@pytest.mark.parametrize("make", [update, end, link])
def test_an_edit_names_the_version_it_has_seen(make: Any) -> None:
    assert done(make(seen=3), situation(record(version=3))).expected == 1
    outcome = decide(make(seen=2), situation(record(version=3)))
    assert isinstance(outcome, Refused)
    assert [(error.item, error.code) for error in outcome.errors] == [("rirekibango", outcomes.VERSION_OUTDATED.code)]
    assert "最新の履歴番号：3" in outcome.errors[0].message


@pytest.mark.parametrize("make", [update, end, link])
@pytest.mark.parametrize("holder", [(WELFARE, LATER.operator), (TAX, "1")])
def test_who_comes_while_somebody_else_edits_is_refused(make: Any, holder: tuple[Use, str]) -> None:
    held = situation(record(), lease=Lease(*holder, RECEIVED + timedelta(seconds=1)))
    assert refused(make(), held) == [("atenabango", outcomes.EDITED_BY_ANOTHER.code)]
    assert done(make(), replace(held, now=RECEIVED + timedelta(seconds=1))).changes or make is update


def test_the_holder_of_the_lease_edits() -> None:
    held = situation(record(), lease=Lease(TAX, LATER.operator, RECEIVED + timedelta(minutes=1)))
    assert done(update(person=MOVED), held).changes


def test_all_refusals_are_told_at_once_in_item_order() -> None:
    lease = Lease(WELFARE, "1", RECEIVED + timedelta(minutes=1))
    found = refused(update(seen=9, closed_to_others=True, linking=Linking(FRESH)), situation(BOTH, lease=lease))
    assert [code for _, code in found] == ["E1524", "E1523", "E1504", "E1507"]


def test_versions_end_but_a_record_can_be_closed() -> None:
    full = record(version=MOST_VERSIONS)
    assert refused(update(person=MOVED), situation(full)) == [("atenabango", outcomes.TOO_MANY_VERSIONS.code)]
    assert done(end(), situation(full)).record.deleted


# Ends of use


def test_a_business_ends_its_own_use() -> None:
    found = done(end(), situation(BOTH, linked=3))
    assert found.record == replace(BOTH, uses=frozenset({WELFARE}), revision=2)
    assert (found.entry, found.ended) == (HistoryEntry(Deed.ENDED, TAX, found.record), frozenset({TAX}))
    assert not found.closes


def test_the_last_business_closes_the_record() -> None:
    stored = record(principal=PRINCIPAL, version=4, revision=9)
    found = done(end(), situation(stored))
    after = replace(stored, uses=frozenset(), revision=10, deleted=True, principal=None, operation=LATER)
    assert found == Change(
        record=after,
        expected=9,
        entry=HistoryEntry(Deed.CLOSED, TAX, after),
        ended=frozenset({TAX}),
        unlinked_from=PRINCIPAL,
    )
    assert found.closes


@pytest.mark.parametrize(("keep", "category", "closed"), [(True, "1", True), (False, "1", False), (True, "3", False)])
def test_a_number_that_is_a_residents_again_is_closed_for_everybody(keep: bool, category: str, closed: bool) -> None:
    """Flow (4), where the number goes on as the 住民宛名番号."""
    found = done(end(), situation(BOTH, keep=keep, resident=category))
    assert (found.record.deleted, found.closes) == (closed, closed)
    assert found.ended == (BOTH.uses if closed else {TAX})


@pytest.mark.parametrize("stored", [record(deleted=True, uses=frozenset()), record(owner=WELFARE)])
def test_what_ended_ends_no_more(stored: AddresseeRecord) -> None:
    found = done(end(), situation(stored, resident="1"))
    assert not found.changes
    assert [outcome for _, outcome, _ in found.remarks] == [outcomes.NOTHING_TO_END]


@pytest.mark.parametrize("held", [situation(record(), linked=1), situation(BOTH, linked=1, resident="1")])
def test_a_principal_is_not_closed(held: Situation) -> None:
    assert refused(end(), held) == [("atenabango", outcomes.PRINCIPAL_IN_USE.code)]


# Links


def test_a_link_and_its_taking_back_are_versions() -> None:
    linked = done(link())
    assert (linked.record.principal, linked.record.version, linked.linked_to) == (PRINCIPAL, 2, PRINCIPAL)
    assert linked.entry == HistoryEntry(Deed.LINKED, TAX, linked.record)
    assert linked.record.number == FRESH, "no number is ever replaced"
    back = done(link(principal=None), situation(linked.record))
    assert (back.record.principal, back.record.version, back.unlinked_from) == (None, 3, PRINCIPAL)
    assert back.entry == HistoryEntry(Deed.UNLINKED, TAX, back.record)
    assert back.record.person == record().person


@pytest.mark.parametrize("stored", [record(), record(principal=PRINCIPAL)])
def test_the_same_link_again_is_nothing(stored: AddresseeRecord) -> None:
    assert not done(link(principal=stored.principal), situation(stored)).changes


@pytest.mark.parametrize("resident", ["1", "3", ""])
def test_a_residents_number_is_a_lawful_principal(resident: str) -> None:
    target = KnownNumber(number=RESIDENT, resident=resident)
    found = done(link(principal=RESIDENT), situation(record(), target))
    assert (found.linked_to, found.principal_is_resident) == (RESIDENT, True)


@pytest.mark.parametrize(
    ("principal", "held", "outcome"),
    [
        (FRESH, situation(record()), outcomes.LINK_TO_ITSELF),
        (PRINCIPAL, situation(record(principal=RESIDENT)), outcomes.LINKED_ALREADY),
        (PRINCIPAL, situation(record(), KnownNumber(number=PRINCIPAL)), outcomes.PRINCIPAL_UNUSABLE),
        (PRINCIPAL, situation(record(), linked=1), outcomes.LINK_CHAIN),
        (
            PRINCIPAL,
            situation(record(), KnownNumber(number=PRINCIPAL, record=record(PRINCIPAL, principal=FRESH))),
            outcomes.LINK_CHAIN,
        ),
        (
            PRINCIPAL,
            situation(
                record(), KnownNumber(number=PRINCIPAL, record=record(PRINCIPAL, owner=WELFARE, closed_to_others=True))
            ),
            outcomes.PRINCIPAL_UNUSABLE,
        ),
    ],
)
def test_no_chain_no_cycle_no_self(principal: str, held: Situation, outcome: outcomes.Outcome) -> None:
    assert refused(link(principal=principal), held) == [("nayosesakiatenabango", outcome.code)]
    assert refused(update(linking=Linking(principal)), held) == [("nayosesakiatenabango", outcome.code)]


def test_only_who_uses_a_record_links_it_and_the_registrys_clerks() -> None:
    assert refused(link(WELFARE)) == [("atenabango", outcomes.NOT_A_USER.code)]
    found = done(link(REGISTRY))
    assert (found.record.principal, found.record.uses) == (PRINCIPAL, frozenset({TAX}))


def test_which_number_must_be_known() -> None:
    edits = [link(), link(principal=None), update(), update(linking=Linking(RESIDENT)), end()]
    assert [principal_of(edit) for edit in edits] == [PRINCIPAL, None, None, RESIDENT, None]
    with pytest.raises(ValueError, match="principal"):
        decide(link(), replace(situation(record()), principal=None))
