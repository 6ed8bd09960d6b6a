"""Which numbers are linked, read without their people; and what the look-up of 032 shows of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from infra.sandbox.adaptations import transactions
from infra.sandbox.adaptations.patching import Patches
from kyotsu.addressees.link_table import LINK_ATTRIBUTES, LinkTable
from kyotsu.addressees.records import AddresseeRecord, Deed
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.audit import AuditTrail
from kyotsu.integrated.calls import ShowCall
from kyotsu.integrated.records import ADDRESS
from kyotsu.integrated.showing import UndecidedError
from kyotsu.protection.deciding import StoredProtection
from kyotsu.wiring import protection
from kyotsu.wiring.integrated import integrated_show_call
from kyotsu.wiring.registry import registry
from tests.fakes.addressees import FRESH, RESIDENT, TAX, record
from tests.fakes.integrated import request, subject
from tests.fakes.protection import MemoryAudit
from tests.fakes.registry_contract import SECOND, THIRD, closed, edited, registered
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT
from tests.integration.test_addressee_basis import protect
from tests.integration.test_audit import trail
from tests.integration.test_integrated_people import issue
from tests.integration.test_registry_table import put_resident

__all__ = ["trail"]


@pytest.fixture
def store(cloud: Cloud) -> Iterator[RegistryTable]:
    patches = Patches()
    transactions.adapt(patches)
    yield registry()
    patches.undo()


@pytest.fixture
def show(cloud: Cloud, trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShowCall]:
    """The call as deployed."""
    monkeypatch.setattr(protection, "layer_root", lambda: ROOT / "catalogue")
    protection.protection_decision.cache_clear()
    yield integrated_show_call()
    protection.protection_decision.cache_clear()


@pytest.fixture
def links(cloud: Cloud) -> LinkTable:
    return LinkTable(cloud.dynamodb, "addressees", MUNICIPALITY)


def linked(store: RegistryTable, principal: str, *numbers: str) -> list[AddresseeRecord]:
    """Register a principal, and numbers that are linked to it; return the latter's records."""
    assert store.write(registered(principal))
    changes = [registered(number, principal=principal) for number in numbers]
    assert all(store.write(change) for change in changes)
    return [change.record for change in changes]


def persons(links: LinkTable, *numbers: str) -> set[str]:
    """Return the numbers of a person, in the form in which they are written whole."""
    found = links.numbers_of(numbers)
    assert found.keys() == set(numbers)
    return {number.zfill(15) for person in found.values() for number in person}


def test_links_are_followed_both_ways(cloud: Cloud, store: RegistryTable, links: LinkTable) -> None:
    linked(store, FRESH, SECOND, THIRD)
    for number in (FRESH, SECOND, THIRD):
        assert persons(links, number) == {FRESH, SECOND, THIRD}
    assert links.numbers_of(["1"]) == {"1": {"1", "000000000000001"}}, "one that the registry does not know"
    found = links.numbers_of(["1", SECOND, THIRD])
    assert found[SECOND] == found[THIRD] == {FRESH, SECOND, THIRD}
    assert found["1"] == {"1", "000000000000001"}
    assert links.numbers_of([]) == {}


def test_leading_zeros_make_no_other_person(cloud: Cloud, store: RegistryTable, links: LinkTable) -> None:
    """Requirement: one record is linked to a resident's number as its file has it, another to it written whole."""
    plain = RESIDENT.lstrip("0")
    for number in (RESIDENT, plain):
        put_resident(cloud, number, "1")
    for number, principal in ((FRESH, plain), (SECOND, RESIDENT)):
        assert store.write(replace(registered(number, principal=principal), principal_is_resident=True))
    person = {FRESH, SECOND, RESIDENT, plain}
    assert links.numbers_of([FRESH, plain]) == {FRESH: person, plain: person}


def test_what_is_no_number_is_linked_to_nobody_and_hinders_nobody(store: RegistryTable, links: LinkTable) -> None:
    linked(store, FRESH, SECOND)
    odd = ["", "C", "O#request", "宛名番号", "1" * 16, "１２３"]
    found = links.numbers_of([SECOND, *odd])
    assert found == {SECOND: {FRESH, SECOND}, **{number: {number} for number in odd[:4]},
                     "1" * 16: {"1" * 16}, "１２３": {"１２３"}}  # fmt: skip


def test_a_residents_number_that_is_no_record_is_followed(cloud: Cloud, store: RegistryTable, links: LinkTable) -> None:
    put_resident(cloud, RESIDENT, "1")
    assert store.write(replace(registered(principal=RESIDENT), principal_is_resident=True))
    assert persons(links, RESIDENT) == persons(links, FRESH) == {RESIDENT, FRESH}


def test_whom_a_closed_record_was_linked_to_counts_until_it_is_opened_again(
    store: RegistryTable, links: LinkTable
) -> None:
    (second,) = linked(store, FRESH, SECOND)
    ended = closed(second)
    assert store.write(ended)
    assert persons(links, SECOND) == persons(links, FRESH) == {FRESH, SECOND}
    assert list(store.linked_to(FRESH)) == []
    assert store.look([FRESH], TAX).numbers[FRESH].linked == 0
    opened = edited(ended.record, Deed.REOPENED, deleted=False, uses=frozenset({TAX}))
    assert store.write(opened)
    assert (persons(links, SECOND), persons(links, FRESH)) == ({SECOND}, {FRESH})
    again = closed(opened.record)
    assert store.write(again)
    assert persons(links, SECOND) == {SECOND}, "nobody's, when it was closed for the second time"
    assert persons(links, FRESH) == {FRESH}
    assert store.write(edited(again.record))
    assert persons(links, SECOND) == {SECOND}


def test_a_record_written_while_closed_keeps_whom_it_was_linked_to(store: RegistryTable, links: LinkTable) -> None:
    (second,) = linked(store, FRESH, SECOND)
    ended = closed(second)
    assert store.write(ended)
    assert store.write(edited(ended.record))
    assert persons(links, SECOND) == persons(links, FRESH) == {FRESH, SECOND}


def test_closed_and_linked_again_it_is_listed_once_and_can_be_taken_back(
    store: RegistryTable, links: LinkTable
) -> None:
    (second,) = linked(store, FRESH, SECOND)
    ended = closed(second)
    opened = edited(ended.record, Deed.REOPENED, deleted=False, uses=frozenset({TAX}), principal=FRESH)
    assert store.write(ended)
    assert store.write(opened)
    assert list(store.linked_to(FRESH)) == [SECOND]
    assert persons(links, FRESH) == {FRESH, SECOND}
    assert store.write(edited(opened.record, Deed.UNLINKED, principal=None))
    assert list(store.linked_to(FRESH)) == []
    assert persons(links, FRESH) == {FRESH}


def test_others_are_found_by_way_of_a_closed_record(store: RegistryTable, links: LinkTable) -> None:
    """Requirement: the principal of a closed record is linked on; all are one person's."""
    (second,) = linked(store, FRESH, SECOND)
    assert store.write(closed(second))
    assert store.write(registered(THIRD))
    assert store.write(edited(record(), Deed.LINKED, principal=THIRD))
    for number in (FRESH, SECOND, THIRD):
        assert persons(links, number) == {FRESH, SECOND, THIRD}


def test_a_link_that_was_taken_back_counts_no_more(store: RegistryTable, links: LinkTable) -> None:
    (second,) = linked(store, FRESH, SECOND)
    assert store.write(edited(second, Deed.UNLINKED, principal=None))
    assert persons(links, FRESH) == {FRESH}
    assert persons(links, SECOND) == {SECOND}


def test_a_closed_record_that_does_not_say_whom_it_was_linked_to_is_no_answer(
    cloud: Cloud, store: RegistryTable, links: LinkTable
) -> None:
    assert store.write(registered())
    assert store.write(closed(record()))
    key: Any = {"pk": {"S": f"{MUNICIPALITY}#{FRESH}"}, "sk": {"S": "A"}}
    cloud.dynamodb.update_item(TableName="addressees", Key=key, UpdateExpression="REMOVE q")
    assert links.numbers_of([FRESH, SECOND]) == {SECOND: {SECOND}}


def test_nothing_else_is_read_and_who_is_linked_to_nobody_costs_one_read(
    cloud: Cloud, store: RegistryTable, links: LinkTable
) -> None:
    linked(store, FRESH, SECOND, THIRD)
    alone = [f"9{number:014d}" for number in range(99)]
    with cloud.counted() as calls:
        links.numbers_of(alone)
    assert calls == {"BatchGetItem": 1}, "a hundred at a time"
    with cloud.counted() as calls:
        assert len(links.numbers_of([*alone, SECOND])) == 100
    assert calls == {"BatchGetItem": 3, "Query": 1}, "then the principal, then who else is linked to it"
    for _, asked in cloud.calls[-4:]:
        request = asked.get("RequestItems", {"addressees": asked})["addressees"]
        assert set(request["ProjectionExpression"].split(", ")) <= set(LINK_ATTRIBUTES)
        assert request["ConsistentRead"]


def test_a_principals_links_are_read_page_by_page(
    store: RegistryTable, links: LinkTable, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(store, FRESH, SECOND, THIRD)
    query = cloud.dynamodb.query
    monkeypatch.setattr(cloud.dynamodb, "query", lambda **asked: query(**asked, Limit=1))
    assert persons(links, SECOND) == {FRESH, SECOND, THIRD}


def test_who_can_not_be_read_is_missing_with_whom_it_may_be_linked_to(
    store: RegistryTable, links: LinkTable, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    (second,) = linked(store, FRESH, SECOND)
    assert store.write(closed(second))
    read = cloud.dynamodb.batch_get_item

    def refused(**asked: Any) -> Any:
        if SECOND in str(asked):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "BatchGetItem")
        return read(**asked)

    monkeypatch.setattr(cloud.dynamodb, "batch_get_item", refused)
    assert links.numbers_of([FRESH, THIRD]) == {THIRD: {THIRD}}


def test_a_principal_whose_links_can_not_be_read_is_missing(
    store: RegistryTable, links: LinkTable, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(store, FRESH, SECOND)

    def refused(**asked: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Query")

    monkeypatch.setattr(cloud.dynamodb, "query", refused)
    assert links.numbers_of([SECOND, THIRD]) == {THIRD: {THIRD}}


def shown(call: ShowCall) -> Any:
    header = {"shikuchosonkodo": MUNICIPALITY, "sosashaid": "1", "sosanengappi": "2026-05-01", "sosajikoku": "09:00"}
    answer = call.answer(request({**header, "atenabango": SECOND}))
    (person,) = json.loads(msgspec.json.encode(answer.body))["result"]
    return person


@pytest.mark.parametrize("ends", [False, True])
def test_the_address_is_absent_if_who_is_linked_in_the_registry_is_protected(
    cloud: Cloud, store: RegistryTable, show: ShowCall, ends: bool
) -> None:
    """Requirement: as deployed; the protected number stands for nobody among the integrated people."""
    issue(subject(atenabango=SECOND))
    (second,) = linked(store, FRESH, SECOND)
    if ends:
        assert store.write(closed(second))
    assert set(ADDRESS) & shown(show).keys()
    protect(cloud, FRESH, "1")
    person = shown(show)
    assert not set(ADDRESS) & person.keys()
    assert person["shimei"]


def test_where_the_registry_can_not_be_read_nothing_is_shown_and_the_trail_tells_of_nothing(
    cloud: Cloud, store: RegistryTable, show: ShowCall
) -> None:
    issue(subject(atenabango=SECOND))
    audit, decision = MemoryAudit(), show.showing.protection
    assert isinstance(decision, StoredProtection)
    elsewhere = replace(decision, people=LinkTable(cloud.dynamodb, "elsewhere", MUNICIPALITY))
    broken = ShowCall(show.callers, replace(show.showing, protection=elsewhere), audit)
    with pytest.raises(UndecidedError):
        shown(broken)
    assert not audit.recorded
