"""What the stream of the registry tells: events, notices in buckets, and the clerk's list; again, late and in part."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.clerks_list import Kind, Settlement, Verdict
from kyotsu.addressees.clerks_list_table import ClerksListTable
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, Deed, HistoryEntry, Operation, Use
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts import outcomes
from kyotsu.residents.effects import Remark
from kyotsu.wiring.changes import registry_changes
from tests.fakes.addressees import FRESH, TAX, WELFARE, record
from tests.fakes.deployment import PREFIX
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud
from tests.integration.conftest import Handler
from tests.integration.test_registry_table import put_resident

OTHER = "800000000000017"
BY = Operation("123456", "2026-05-02", "10:00:00")
Records = list[dict[str, Any]]


class Registry:
    """The registry, and the stream records that its writes make."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.store = RegistryTable(
            cloud.dynamodb, "addressees", "residents", MUNICIPALITY, sealer=LocalSealer(), fingerprints=FINGERPRINTS
        )
        self.told = 0

    def write(self, change: Change) -> Records:
        """Write a change; return the stream's records of it."""
        before = self._items()
        assert self.store.write(change)
        after = self._items()
        return [self._record(key, before.get(key), item) for key, item in after.items() if item != before.get(key)]

    def register(self, new: AddresseeRecord, *remarks: Remark) -> Records:
        entry = HistoryEntry(Deed.REGISTERED, new.owner, new)
        use = BusinessUse(new.number, new.owner, None)
        return self.write(Change(record=new, expected=None, entry=entry, use=use, remarks=remarks))

    def change(self, before: AddresseeRecord, deed: Deed, **fields: Any) -> tuple[AddresseeRecord, Records]:
        after = replace(before, revision=before.revision + 1, operation=BY, **fields)
        links = {
            "linked_to": after.principal if after.principal != before.principal else None,
            "unlinked_from": before.principal if after.principal != before.principal else None,
            "ended": before.uses - after.uses,
        }
        entry = HistoryEntry(deed, TAX, after)
        return after, self.write(Change(record=after, expected=before.revision, entry=entry, **links))  # type: ignore[arg-type]

    def _items(self) -> dict[tuple[str, str], Any]:
        items = self.cloud.dynamodb.scan(TableName="addressees")["Items"]
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}

    def _record(self, key: tuple[str, str], old: Any, new: Any) -> dict[str, Any]:
        self.told += 1
        images = {name: _image(item) for name, item in (("OldImage", old), ("NewImage", new)) if item}
        keys = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        return {
            "eventID": str(self.told),
            "eventName": "MODIFY" if old else "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"Keys": keys, "SequenceNumber": str(self.told), **images},
        }


def _image(item: Any) -> dict[str, Any]:
    return {
        name: {kind: b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
        for name, typed in item.items()
    }


@pytest.fixture
def registry(cloud: Cloud, quick_transactions: None) -> Registry:
    for system in ("010", "022"):
        cloud.s3.create_bucket(Bucket=PREFIX + system, CreateBucketConfiguration={"LocationConstraint": REGION})
    return Registry(cloud)


@pytest.fixture
def clerks(cloud: Cloud) -> ClerksListTable:
    return ClerksListTable(cloud.dynamodb, "addressees", MUNICIPALITY)


def notices(cloud: Cloud, system: str) -> dict[str, Any]:
    found = cloud.s3.list_objects_v2(Bucket=PREFIX + system).get("Contents", [])
    keys = [each["Key"] for each in found]
    return {key: json.loads(cloud.s3.get_object(Bucket=PREFIX + system, Key=key)["Body"].read()) for key in keys}


def kinds(cloud: Cloud) -> list[tuple[str, str]]:
    return sorted((kind, detail["event_id"]) for kind, detail in cloud.events())


def test_a_link_and_a_closing_are_told_once_to_each_business_however_often_they_come(
    cloud: Cloud, registry: Registry, publish_addressees: Handler
) -> None:
    registry.register(record(OTHER))
    shared = record(uses=frozenset({TAX, WELFARE}))
    stream = registry.register(shared)
    linked, told = registry.change(shared, Deed.LINKED, principal=OTHER)
    stream += told
    unlinked, told = registry.change(linked, Deed.UNLINKED, principal=None)
    stream += told
    _, told = registry.change(unlinked, Deed.CLOSED, deleted=True, uses=frozenset[Use]())
    stream += told
    first: list[tuple[str, str]] = []
    for _ in range(2):
        assert publish_addressees({"Records": stream}, None) == {"batchItemFailures": []}
        first = first or kinds(cloud)
    assert kinds(cloud) == first
    assert [kind for kind, _ in first] == [
        "AddresseeClosed",
        "AddresseeLinked",
        *["AddresseeRecorded"] * 4,
        "AddresseeUnlinked",
        *["NoticeOffered"] * 6,
        *["ResidentCategoryChanged"] * 2,
    ]
    for system in ("010", "022"):
        found = notices(cloud, system)
        stem = f"notices/{MUNICIPALITY}-{FRESH}"
        assert list(found) == [
            f"{stem}-2-addressee-linked.json",
            f"{stem}-3-addressee-unlinked.json",
            f"{stem}-4-addressee-closed.json",
        ]
        assert found[f"{stem}-2-addressee-linked.json"] == {
            "notice_id": f"{MUNICIPALITY}-{FRESH}-2-addressee-linked",
            "kind": "LINKED",
            "message": f"宛名番号 {FRESH} を、名寄せ先宛名番号 {OTHER} に名寄せしました。宛名番号は変わりません。",
            "atenabango": FRESH,
            "nayosesakiatenabango": OTHER,
            "revision": 2,
            "operated_at": "2026-05-02T10:00:00+09:00",
        }


def test_a_record_closed_to_others_tells_its_owner_alone_and_nobody_of_it(
    cloud: Cloud, registry: Registry, publish_addressees: Handler
) -> None:
    """Requirement: to others it is as if it were not there, also as the principal of a link (他業務参照不可)."""
    registry.register(record(OTHER, closed_to_others=True))
    shared = record(uses=frozenset({TAX, WELFARE}))
    registry.register(shared)
    _, stream = registry.change(shared, Deed.LINKED, principal=OTHER)
    assert publish_addressees({"Records": stream}, None) == {"batchItemFailures": []}
    assert len(notices(cloud, "010")) == 1
    assert notices(cloud, "022") == {}
    assert next(detail["systems"] for kind, detail in cloud.events() if kind == "AddresseeLinked") == ["010"]


def test_a_system_that_is_gone_from_the_catalogue_keeps_nobody_else_waiting(
    cloud: Cloud, registry: Registry, publish_addressees: Handler
) -> None:
    shared = record(uses=frozenset({TAX, Use("000", "ZZ9")}))
    registry.register(shared)
    _, stream = registry.change(shared, Deed.CLOSED, deleted=True, uses=frozenset[Use]())
    assert publish_addressees({"Records": stream}, None) == {"batchItemFailures": []}
    assert len(notices(cloud, "010")) == 1


def test_from_the_record_that_fails_everything_is_delivered_again_and_told_the_same(
    cloud: Cloud, registry: Registry, publish_addressees: Handler
) -> None:
    shared = record()
    stream = registry.register(shared)
    closed, told = registry.change(shared, Deed.CLOSED, deleted=True, uses=frozenset[Use]())
    numbers = [r for r in stream + told if r["dynamodb"]["Keys"]["sk"]["S"] == "A"]
    cloud.s3.delete_bucket(Bucket=f"{PREFIX}010")
    failed = publish_addressees({"Records": numbers}, None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": numbers[1]["dynamodb"]["SequenceNumber"]}]
    assert ("AddresseeClosed", f"{MUNICIPALITY}-{FRESH}-{closed.revision}-addressee-closed") not in kinds(cloud)
    cloud.s3.create_bucket(Bucket=f"{PREFIX}010", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert publish_addressees({"Records": numbers[1:]}, None) == {"batchItemFailures": []}
    assert "AddresseeClosed" in {kind for kind, _ in kinds(cloud)}


def test_the_category_is_that_of_both_sources(cloud: Cloud, registry: Registry, publish_addressees: Handler) -> None:
    put_resident(cloud, FRESH, "2")
    put_resident(cloud, OTHER, "1")
    stream = registry.register(record()) + registry.register(record(OTHER))
    publish_addressees({"Records": stream}, None)
    told = {d["addressee_number"]: d for kind, d in cloud.events() if kind == "ResidentCategoryChanged"}
    assert (told[FRESH]["before"], told[FRESH]["after"], told[FRESH]["sequence"]) == ("2", "X", 2)
    assert (told[OTHER]["before"], told[OTHER]["after"]) == ("1", "1")


def test_people_alike_are_listed_once_and_stay_settled(
    cloud: Cloud, registry: Registry, publish_addressees: Handler, clerks: ClerksListTable
) -> None:
    later = Operation("123456", "2026-05-01", "09:05:00")
    third = "800000000000025"
    stream = registry.register(record()) + registry.register(record(OTHER, registered=later, operation=later))
    stream += registry.register(record(third, owner=WELFARE, registered=later, operation=later))
    for _ in range(2):
        assert publish_addressees({"Records": stream}, None) == {"batchItemFailures": []}
    found = {entry.numbers: (entry.kind, entry.systems) for entry in clerks.open()}
    assert found == {
        (FRESH, OTHER): (Kind.REPEAT, ("010",)),
        (FRESH, third): (Kind.DOUBLE, ("010", "022")),
        (OTHER, third): (Kind.DOUBLE, ("010", "022")),
    }
    settlement = Settlement(verdict=Verdict.DIFFERENT, operator="k", settled_at="2026-05-02T10:00:00+09:00")
    settled = f"pair-{FRESH}-{OTHER}"
    assert clerks.settle(settled, settlement)
    assert clerks.settle(settled, settlement), "the answer to the first may have been lost"
    assert not clerks.settle(settled, replace(settlement, operator="other")), "somebody else settled it"
    assert not clerks.settle("pair-of-nobody", settlement)
    publish_addressees({"Records": stream}, None)
    assert {entry.numbers for entry in clerks.open()} == {(FRESH, third), (OTHER, third)}
    assert [(entry.entry_id, how.verdict) for entry, how in clerks.settled()] == [(settled, Verdict.DIFFERENT)]


def test_remarks_of_an_issue_are_listed(
    cloud: Cloud, registry: Registry, publish_addressees: Handler, clerks: ClerksListTable
) -> None:
    stream = registry.register(record(), ("宛名番号", outcomes.STILL_REGISTERED, {}))
    publish_addressees({"Records": stream}, None)
    (entry,) = clerks.open()
    assert (entry.entry_id, entry.kind, entry.numbers) == (f"remark-{FRESH}-1", Kind.REMARK, (FRESH,))
    assert (entry.systems, entry.codes) == (("010",), ("W1503",))


def test_a_lease_is_no_change(cloud: Cloud, registry: Registry, publish_addressees: Handler) -> None:
    (number,) = [r for r in registry.register(record()) if r["dynamodb"]["Keys"]["sk"]["S"] == "A"]
    images = number["dynamodb"]
    held = {**images["NewImage"], "e": {"S": "010/000/1"}, "u": {"N": "1"}}
    changed = {**number, "dynamodb": {**images, "OldImage": images["NewImage"], "NewImage": held}}
    cloud.events()
    assert publish_addressees({"Records": [changed]}, None) == {"batchItemFailures": []}
    assert cloud.events() == []


def test_what_ended_in_the_dead_letters_can_be_told_again(cloud: Cloud, registry: Registry) -> None:
    registry.register(record(OTHER))
    shared = record(uses=frozenset({TAX, WELFARE}))
    registry.register(shared)
    linked, _ = registry.change(shared, Deed.LINKED, principal=OTHER)
    registry.change(linked, Deed.UNLINKED, principal=None)
    for _ in range(2):
        registry_changes().retell(registry.store.history(FRESH))
        assert [kind for kind, _ in kinds(cloud)] == [
            *("AddresseeLinked", "AddresseeRecorded", "AddresseeRecorded", "AddresseeRecorded", "AddresseeUnlinked"),
            *["NoticeOffered"] * 4,
            "ResidentCategoryChanged",
        ]
        assert len(notices(cloud, "022")) == 2
