"""Papers on moto: the contract, what calls they cost, and that nothing is readable once the key is destroyed."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.moving.papers_table import KEY, NotDeletedError, PapersTable
from kyotsu.moving.ports import PapersDestroyedError
from kyotsu.runtime import clients
from kyotsu.runtime.sealing import PAPERS, KmsSealer
from kyotsu.runtime.tables import TableItem, bound
from tests.fakes.moving_contract import PapersContract
from tests.fakes.sealing import LocalSealer
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud

LARGE = b"large" * 100_000


@pytest.fixture
def sealer() -> LocalSealer:
    return LocalSealer()


@pytest.fixture
def papers(cloud: Cloud, quick_transactions: None, sealer: LocalSealer) -> PapersTable:
    bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    cloud.s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
    return PapersTable(cloud.dynamodb, cloud.s3, "papers", "papers", MUNICIPALITY, sealer)


class TestPapersTable(PapersContract):
    pass


def _items(cloud: Cloud) -> list[dict[str, Any]]:
    return cloud.dynamodb.scan(TableName="papers")["Items"]


def _objects(cloud: Cloud) -> list[str]:
    return [found["Key"] for found in cloud.s3.list_objects_v2(Bucket="papers").get("Contents", [])]


def test_nothing_is_kept_in_the_clear(cloud: Cloud, papers: PapersTable) -> None:
    name = "山田太郎".encode()
    papers.put("O-A1", "raw", name)
    papers.put("O-A1", "form", name * 100_000)
    assert not any(name in str(item).encode() or name in item.get("b", {}).get("B", b"") for item in _items(cloud))
    assert name not in cloud.s3.get_object(Bucket="papers", Key="141003/O-A1/form")["Body"].read()


def test_every_method_costs_so_many_calls(cloud: Cloud, papers: PapersTable, sealer: LocalSealer) -> None:
    def calls() -> list[str]:
        made = [name for name, _ in cloud.calls]
        cloud.calls.clear()
        return made

    calls()
    papers.put("O-A1", "raw", b"first")
    assert (calls(), sealer.made, sealer.opened) == (["GetItem", "PutItem", "TransactWriteItems"], 1, 0)
    papers.put("O-A1", "form", LARGE)
    assert (calls(), sealer.made, sealer.opened) == (["GetItem", "PutObject", "TransactWriteItems"], 1, 1)
    papers.get("O-A1", "raw")
    assert (calls(), sealer.opened) == (["BatchGetItem"], 2)
    papers.get("O-A1", "form")
    assert (calls(), sealer.opened) == (["BatchGetItem", "GetObject"], 3)
    papers.destroy("O-A1")
    assert calls() == ["UpdateItem", "ListObjectsV2", "DeleteObjects", "Query", "DeleteItem", "DeleteItem"]
    papers.get("O-A1", "raw")
    assert (calls(), sealer.made, sealer.opened) == (["BatchGetItem"], 1, 3)


def test_destruction_leaves_a_mark_and_nothing_else(cloud: Cloud, papers: PapersTable) -> None:
    papers.put("O-A1", "raw", b"small")
    papers.put("O-A1", "form", LARGE)
    papers.put("O-A1", "form", b"small now, and the object is left over")
    papers.put("O-A10", "form", LARGE)
    papers.destroy("O-A1")
    own = [item for item in _items(cloud) if item["pk"]["S"].endswith("#O-A1")]
    assert own == [{"pk": {"S": "141003#CASE#O-A1"}, "sk": {"S": KEY}, "d": {"N": "1"}}]
    assert _objects(cloud) == ["141003/O-A10/form"]


def test_the_key_goes_first(cloud: Cloud, papers: PapersTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement: whatever a crash leaves, it is unreadable, and the next try removes it."""
    papers.put("O-A1", "raw", b"small")
    papers.put("O-A1", "form", LARGE)

    def refuse(**_: Any) -> dict[str, Any]:
        return {"Errors": [{"Key": "141003/O-A1/form", "Code": "SlowDown"}]}

    with monkeypatch.context() as patch:
        patch.setattr(cloud.s3, "delete_objects", refuse)
        with pytest.raises(NotDeletedError):
            papers.destroy("O-A1")
    assert len(_items(cloud)) == 3
    assert papers.get("O-A1", "raw") is None
    assert papers.get("O-A1", "form") is None
    with pytest.raises(PapersDestroyedError):
        papers.put("O-A1", "raw", b"late")
    papers.destroy("O-A1")
    assert (len(_items(cloud)), _objects(cloud)) == (1, [])


@pytest.mark.parametrize("body", [b"small", LARGE])
def test_what_is_sealed_while_the_key_is_destroyed_does_not_appear(
    cloud: Cloud, papers: PapersTable, sealer: LocalSealer, body: bytes
) -> None:
    papers.put("O-A1", "raw", b"first")
    opened = sealer.open_key

    def destroyed_meanwhile(wrapped: bytes) -> Any:
        key = opened(wrapped)
        papers.destroy("O-A1")
        return key

    sealer.open_key = destroyed_meanwhile  # type: ignore[method-assign]
    with pytest.raises(PapersDestroyedError):
        papers.put("O-A1", "form", body)
    assert (len(_items(cloud)), _objects(cloud)) == (1, [])


def test_of_two_first_papers_at_once_both_open(papers: PapersTable, sealer: LocalSealer) -> None:
    made = sealer.new_key

    def another_was_first() -> Any:
        sealer.new_key = made  # type: ignore[method-assign]
        papers.put("O-A1", "raw", b"other")
        return made()

    sealer.new_key = another_was_first  # type: ignore[method-assign]
    papers.put("O-A1", "reservation", b"own")
    assert (papers.get("O-A1", "raw"), papers.get("O-A1", "reservation")) == (b"other", b"own")


def test_a_paper_opens_in_its_own_place_alone(cloud: Cloud, papers: PapersTable) -> None:
    papers.put("O-A1", "raw", b"first")
    (item,) = [item for item in _items(cloud) if item["sk"]["S"] == "P#raw"]
    cloud.dynamodb.put_item(TableName="papers", Item={**item, "sk": {"S": "P#notice"}})
    with pytest.raises(SealBrokenError):
        papers.get("O-A1", "notice")


def test_a_key_of_papers_is_no_key_of_records() -> None:
    with mock_aws():
        clients.kms.cache_clear()
        key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["Arn"]
        sealers = [
            KmsSealer(lambda: boto3.client("kms", region_name=REGION), key, MUNICIPALITY, *purpose)
            for purpose in ((), (PAPERS,))
        ]
        sealed = sealers[1].new_key()
        assert sealers[1].open_key(sealed.wrapped).open_bytes(sealed.seal_bytes(b"x", "here"), "here") == b"x"
        with pytest.raises(SealBrokenError):
            sealers[0].open_key(sealed.wrapped)


@pytest.mark.parametrize("effect", ["before-call", "after-call"])
def test_every_call_of_a_destruction_may_fail_and_nothing_was_readable_meanwhile(
    cloud: Cloud, papers: PapersTable, effect: str
) -> None:
    for at in range(1, 7):
        case_id = f"O-A{at}-{effect}"
        papers.put(case_id, "raw", b"small")
        papers.put(case_id, "form", LARGE)
        calls = 0

        def fail(at: int = at, **_: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise ConnectionError

        for client in (cloud.dynamodb, cloud.s3):
            client.meta.events.register(f"{effect}.*.*", fail, unique_id="fail")
        try:
            with pytest.raises(ConnectionError):
                papers.destroy(case_id)
        finally:
            for client in (cloud.dynamodb, cloud.s3):
                client.meta.events.unregister(f"{effect}.*.*", unique_id="fail")
        # The key goes by the first call: until it is made, all is as it was, and afterwards nothing can be read.
        gone = [papers.get(case_id, name) is None for name in ("raw", "form")]
        assert gone == [(at, effect) != (1, "before-call")] * 2
        papers.destroy(case_id)
        own = [item for item in _items(cloud) if item["pk"]["S"].endswith(f"#{case_id}")]
        assert [item["sk"]["S"] for item in own] == [KEY]
        assert not [key for key in _objects(cloud) if case_id in key]
