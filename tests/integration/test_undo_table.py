"""`UndoTable` and retractions on DynamoDB: the first writer wins, and everyone reads what it wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kyotsu.contracts.rows import TakenBack
from kyotsu.linkage.undo_table import UndoTable
from kyotsu.linkage.undos import Step, Undo
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.test_receipt_table import NOW, accepted, receipt

UNDO = Undo("receipt", "運用者A", "誤送信", NOW)
COUNTS = TakenBack(4, 3, 2, 1)


def undos(_cloud: Cloud) -> UndoTable:
    return UndoTable("linkage", MUNICIPALITY)


def test_the_first_request_and_the_first_outcome_stay(cloud: Cloud) -> None:
    table = undos(cloud)
    assert table.find("receipt") is None
    assert table.begin(UNDO) == UNDO
    assert table.begin(replace(UNDO, by="else", started_at=NOW + timedelta(hours=1))) == UNDO
    done = replace(UNDO, counts=COUNTS, applied_again=("other",), finished_at=NOW + timedelta(minutes=1))
    assert table.decide(done) == done
    assert table.decide(replace(done, counts=TakenBack())) == done
    table.close(done)
    assert table.find("receipt") == replace(done, answered=True)


def test_steps_come_back_in_order_and_the_first_note_stays(cloud: Cloud) -> None:
    table = undos(cloud)
    steps = [Step(0, counts=COUNTS), Step(1), Step(0, again="other"), Step(0, again="third", gone=True)]
    for step in reversed(steps):
        table.record("receipt", step)
    table.record("receipt", Step(0))
    assert table.steps("receipt") == steps
    assert table.find("receipt") is None


def test_only_a_files_own_claim_of_its_content_is_released(cloud: Cloud) -> None:
    table, first, second = undos(cloud), accepted(receipt(1)), accepted(receipt(2))
    cloud.receipts.claim_content(first)
    table.release_content(second)
    assert cloud.receipts.accepted_content(second, "ab") == (first.receipt_id, first.ref.key)
    table.release_content(first)
    table.release_content(first)
    assert cloud.receipts.accepted_content(second, "ab") is None


def test_all_receipts_of_a_provider_are_found(cloud: Cloud) -> None:
    for number in range(1, 4):
        cloud.receipts.open(receipt(number))
    cloud.receipts.open(receipt(4, "002"))
    assert {found.receipt_id for found in undos(cloud).received("001")} == {receipt(n).receipt_id for n in range(1, 4)}
