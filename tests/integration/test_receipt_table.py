"""`ReceiptTable` on DynamoDB: the first writer wins, and everyone reads what it wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kyotsu.contracts.rows import Counts
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Chunk, ChunkResult, Reason, Receipt, Scan, Status
from tests.fakes.deployment import BUCKET
from tests.integration.cloud import MUNICIPALITY, Cloud

NOW = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)


def receipt(number: int = 1, provider: str = "001") -> Receipt:
    ref = ObjectRef(BUCKET, f"outbox/{number}.csv", "v")
    return Receipt(ref, MUNICIPALITY, provider, NOW + timedelta(seconds=number))


def accepted(found: Receipt) -> Receipt:
    labelled = replace(found, interface="001o006", branch="01", mode="D", version="v1", sha256="ab", problems=3)
    return labelled.decided(Status.ACCEPTED, NOW, counts=Counts(2, 1, 1), reason=Reason("I1001", "同じ内容"))


def test_a_receipt_comes_back_as_it_was(cloud: Cloud) -> None:
    table = cloud.receipts
    scan = Scan(5, "ab", (Chunk(0, 3, 100, 1), Chunk(1, 100, 250, 17)))
    first = table.open(receipt())
    table.save_scan(first, scan)
    decided = table.decide(accepted(first))
    table.close(first)
    assert table.get(first.receipt_id) == replace(decided, scan=scan, answered=True)
    assert table.find("nothing") is None


def test_opening_again_returns_what_is_there(cloud: Cloud) -> None:
    first = cloud.receipts.open(receipt())
    later = replace(receipt(), received_at=NOW + timedelta(days=1))
    assert cloud.receipts.open(later) == first
    cloud.receipts.decide(accepted(first))
    assert cloud.receipts.open(later).status is Status.ACCEPTED


def test_a_file_that_may_protect_people_holds_back_from_its_receipt_until_let_go_and_never_again(cloud: Cloud) -> None:
    holding, table = replace(receipt(), holds=True), cloud.receipts
    table.open(receipt(2))
    assert not table.holding()
    assert table.open(holding) == holding == table.get(holding.receipt_id)
    assert table.holding()
    other = table.open(replace(receipt(3), holds=True))
    table.let_go(holding)
    table.let_go(holding)
    assert table.holding()
    table.let_go(other)
    assert not table.holding()
    assert table.open(holding) == holding
    assert not table.holding(), "a repeat holds nothing back"


def test_the_first_decision_stays(cloud: Cloud) -> None:
    first = cloud.receipts.open(receipt())
    decided = cloud.receipts.decide(accepted(first))
    other = first.decided(Status.REJECTED, NOW + timedelta(hours=1), reason=Reason("E1120", "gone"))
    assert cloud.receipts.decide(other) == decided == cloud.receipts.get(first.receipt_id)


def test_the_ledger_is_in_order_and_the_first_note_of_a_chunk_stays(cloud: Cloud) -> None:
    first = cloud.receipts.open(receipt())
    results = [ChunkResult(index, Counts(read=index), index) for index in (10, 2, 0)]
    for result in [*results, ChunkResult(2, Counts(read=99), 99)]:
        cloud.receipts.record_chunk(first, result)
    assert cloud.receipts.ledger(first) == sorted(results, key=lambda result: result.index)
    assert cloud.receipts.ledger(receipt(2)) == []


def test_content_belongs_to_the_file_that_claimed_it_first(cloud: Cloud) -> None:
    first, second = accepted(receipt(1)), accepted(receipt(2))
    assert cloud.receipts.accepted_content(second, "ab") is None
    cloud.receipts.claim_content(first)
    cloud.receipts.claim_content(second)
    assert cloud.receipts.accepted_content(second, "ab") == (first.receipt_id, first.ref.key)
    assert cloud.receipts.accepted_content(first, "ab") is None
    for other in ({"branch": "02"}, {"mode": "F"}, {"version": "v0"}, {"interface": "001o009"}):
        assert cloud.receipts.accepted_content(replace(second, **other), "ab") is None  # type: ignore[arg-type] # all str


def test_a_providers_receipts_are_listed_the_latest_first(cloud: Cloud) -> None:
    for number in (1, 3, 2):
        cloud.receipts.open(receipt(number))
    cloud.receipts.open(receipt(4, provider="002"))
    listed = [found.ref.key for found in cloud.receipts.listed("001", 2)]
    assert listed == ["outbox/3.csv", "outbox/2.csv"]
