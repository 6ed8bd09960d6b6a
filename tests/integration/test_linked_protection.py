"""A measure for a 住登外者宛名番号 protects the resident it is linked to, whatever goes out: as deployed, on moto."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kyotsu.addressees.records import AddresseeRecord, Deed
from kyotsu.addressees.table import RegistryTable
from kyotsu.runtime import clients
from tests.fakes.addressees import FRESH
from tests.fakes.deliveries import read
from tests.fakes.deployment import body, name, row
from tests.fakes.registry_contract import closed, edited, registered
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import Handler
from tests.integration.test_addressee_basis import protect
from tests.integration.test_deliveries import PEOPLE, Delivered, delivered
from tests.integration.test_link_table import store
from tests.integration.test_protection import Trail, operator, trail

__all__ = ["delivered", "operator", "store", "trail"]
SHOWN, HIDDEN, LAST = (person["atenabango"] for person in PEOPLE)
LANE = {"interface": "001o006", "recipient": "002"}


def link(store: RegistryTable, number: str = HIDDEN) -> AddresseeRecord:
    """Register a 住登外者 who is linked to a resident; return the record."""
    change = replace(registered(FRESH, principal=number), principal_is_resident=True)
    assert store.write(change)
    return change.record


def places(delivered: Delivered) -> dict[str, str]:
    """Return what the recipient was told of where people live."""
    return {
        got["atenabango"]: got["jusho_choaza"] for content in delivered.objects("002").values() for got in read(content)
    }


def test_an_address_goes_to_no_recipient_and_no_call_is_made_per_person(
    delivered: Delivered, store: RegistryTable
) -> None:
    link(store)
    protect(delivered.cloud, FRESH, "1")
    delivered.plan(delivered.send(PEOPLE))
    with delivered.cloud.counted() as calls:
        delivered.call("deliver_files", LANE)
    assert places(delivered) == {SHOWN: "架空町", HIDDEN: "", LAST: "架空町"}
    # All people of the part; then the linked number; then the measures. And who is linked to the principal.
    assert (calls["BatchGetItem"], calls["Query"]) == (3, 3 + 1)


@pytest.mark.parametrize("ends", [False, True])
def test_a_link_counts_from_when_it_is_made_also_if_its_record_is_closed_then(
    delivered: Delivered, store: RegistryTable, ends: bool
) -> None:
    """Requirement: the file was planned before, and is delivered after."""
    protect(delivered.cloud, FRESH, "1")
    delivered.plan(delivered.send(PEOPLE))
    linked = link(store)
    if ends:
        assert store.write(closed(linked))
    delivered.work()
    assert places(delivered) == {SHOWN: "架空町", HIDDEN: "", LAST: "架空町"}


def test_a_link_that_was_taken_back_protects_no_more(delivered: Delivered, store: RegistryTable) -> None:
    protect(delivered.cloud, FRESH, "1")
    linked = link(store)
    delivered.plan(delivered.send(PEOPLE))
    assert store.write(edited(linked, Deed.UNLINKED, principal=None))
    delivered.work()
    assert places(delivered)[HIDDEN] == "架空町"


def test_whoever_links_cannot_be_read_for_waits_and_goes_out_by_what_is_known_then(
    delivered: Delivered, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(store)
    protect(delivered.cloud, FRESH, "1")
    delivered.plan(delivered.send(PEOPLE))
    client = clients.dynamodb()

    def refused(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "Query")

    with monkeypatch.context() as patch:
        patch.setattr(client, "query", refused)
        delivered.call("deliver_files", LANE)
        assert places(delivered) == {SHOWN: "架空町", LAST: "架空町"}
    delivered.call("deliver_files", LANE)
    assert places(delivered) == {SHOWN: "架空町", HIDDEN: "", LAST: "架空町"}


def test_kyotsu_resident_show_withholds_the_address(
    cloud: Cloud, receive_file: Handler, store: RegistryTable, operator: Callable[..., Any], trail: Trail
) -> None:
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(atenabango=HIDDEN, jusho_choaza="架空町")]))
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    link(store)
    assert json.loads(operator("resident", "show", HIDDEN, "--json").stdout)["record"]["jusho_choaza"] == "架空町"
    protect(cloud, FRESH, "1")
    shown = json.loads(operator("resident", "show", HIDDEN, "--json").stdout)
    assert (shown["withheld"], "jusho_choaza" in shown["record"]) == (True, False)
    assert [access.withheld for access, _ in trail.told] == [False, True]
