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
from kyotsu.addressees.link_table import LINK_ATTRIBUTES, FormerLinkUnknownError, LinkTable
from kyotsu.addressees.person_numbers import numbers_of_person
from kyotsu.addressees.records import AddresseeRecord, Deed
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.audit import AuditTrail
from kyotsu.integrated.calls import ShowCall
from kyotsu.integrated.records import ADDRESS
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


def persons(store: RegistryTable, links: LinkTable, *numbers: str) -> set[str]:
    """Return the numbers of a person; those that the registry itself tells by histories are the same."""
    found = set(links.same_person(numbers))
    assert found == set(numbers_of_person(store, *store.look(numbers, TAX).numbers.values()))
    return found


def test_links_are_followed_both_ways(cloud: Cloud, store: RegistryTable, links: LinkTable) -> None:
    linked(store, FRESH, SECOND, THIRD)
    for number in (FRESH, SECOND, THIRD):
        assert persons(store, links, number) == {FRESH, SECOND, THIRD}
    assert persons(store, links, "1") == {"1"}, "one that the registry does not know"
    assert persons(store, links, "1", SECOND) == {"1", FRESH, SECOND, THIRD}
    assert set(links.same_person([])) == set()


def test_a_residents_number_that_is_no_record_is_followed(cloud: Cloud, store: RegistryTable, links: LinkTable) -> None:
    put_resident(cloud, RESIDENT, "1")
    assert store.write(replace(registered(principal=RESIDENT), principal_is_resident=True))
    assert persons(store, links, RESIDENT) == persons(store, links, FRESH) == {RESIDENT, FRESH}


def test_whom_a_closed_record_was_linked_to_counts_until_it_is_opened_again(
    store: RegistryTable, links: LinkTable
) -> None:
    (second,) = linked(store, FRESH, SECOND)
    ended = closed(second)
    assert store.write(ended)
    assert persons(store, links, SECOND) == {FRESH, SECOND}
    opened = edited(ended.record, Deed.REOPENED, deleted=False, uses=frozenset({TAX}))
    assert store.write(opened)
    assert persons(store, links, SECOND) == {SECOND}
    again = closed(opened.record)
    assert store.write(again)
    assert persons(store, links, SECOND) == {SECOND}, "nobody's, when it was closed for the second time"
    assert store.write(edited(again.record))
    assert persons(store, links, SECOND) == {SECOND}


def test_a_record_written_while_closed_keeps_whom_it_was_linked_to(store: RegistryTable, links: LinkTable) -> None:
    (second,) = linked(store, FRESH, SECOND)
    ended = closed(second)
    assert store.write(ended)
    assert store.write(edited(ended.record))
    assert persons(store, links, SECOND) == {FRESH, SECOND}


def test_a_link_that_was_taken_back_counts_no_more(store: RegistryTable, links: LinkTable) -> None:
    (second,) = linked(store, FRESH, SECOND)
    assert store.write(edited(second, Deed.UNLINKED, principal=None))
    assert persons(store, links, FRESH) == {FRESH}
    assert persons(store, links, SECOND) == {SECOND}


def test_a_closed_record_that_does_not_say_whom_it_was_linked_to_is_no_answer(
    cloud: Cloud, store: RegistryTable, links: LinkTable
) -> None:
    assert store.write(registered())
    assert store.write(closed(record()))
    key: Any = {"pk": {"S": f"{MUNICIPALITY}#{FRESH}"}, "sk": {"S": "A"}}
    cloud.dynamodb.update_item(TableName="addressees", Key=key, UpdateExpression="REMOVE q")
    with pytest.raises(FormerLinkUnknownError):
        links.same_person([FRESH])


def test_nothing_else_is_read_and_who_is_linked_to_nobody_costs_one_read(
    cloud: Cloud, store: RegistryTable, links: LinkTable
) -> None:
    linked(store, FRESH, SECOND)
    start = len(cloud.calls)
    links.same_person([THIRD])
    assert [operation for operation, _ in cloud.calls[start:]] == ["GetItem"]
    links.same_person([SECOND])
    reads = cloud.calls[start:]
    assert {operation for operation, _ in reads} == {"GetItem", "Query"}
    for _, asked in reads:
        assert set(asked["ProjectionExpression"].split(", ")) <= set(LINK_ATTRIBUTES)
        assert asked["ConsistentRead"]


def test_a_principals_links_are_read_page_by_page(
    store: RegistryTable, links: LinkTable, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(store, FRESH, SECOND, THIRD)
    query = cloud.dynamodb.query
    monkeypatch.setattr(cloud.dynamodb, "query", lambda **asked: query(**asked, Limit=1))
    assert set(links.same_person([SECOND])) == {FRESH, SECOND, THIRD}


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
    audit, elsewhere = MemoryAudit(), LinkTable(cloud.dynamodb, "elsewhere", MUNICIPALITY)
    broken = ShowCall(show.callers, replace(show.showing, people=elsewhere), audit)
    with pytest.raises(ClientError):
        shown(broken)
    assert not audit.recorded
