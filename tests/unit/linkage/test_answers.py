"""Answers and errors files as bytes (design.md, File linkage: Answer)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Counts, RowProblem
from kyotsu.linkage.answers import ERRORS_HEADER, answer_body, errors_body
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Reason, Receipt, Status

RECEIPT = Receipt(
    ref=ObjectRef("b", "outbox/k.csv", "v"),
    municipality="141003",
    provider="001",
    received_at=datetime(2026, 3, 31, 15, 0, 0, 123456, tzinfo=UTC),
    interface="001o006",
    branch="01",
    mode="D",
    version="v1",
    status=Status.DUPLICATE,
    counts=Counts(3, 1, 0, 0, 1, 0, 1, 2),
    sha256="ab",
    reason=Reason("I1001", "同じ内容です。"),
    answered_at=datetime(2026, 3, 31, 15, 0, 1, tzinfo=UTC),
)


def test_an_answer_has_the_published_fields_in_japanese_time() -> None:
    assert json.loads(answer_body(RECEIPT)) == {
        "receipt_id": RECEIPT.receipt_id,
        "object_key": "outbox/k.csv",
        "version_id": "v",
        "interface": "001o006",
        "branch": "01",
        "mode": "D",
        "version": "v1",
        "status": "DUPLICATE",
        "counts": {
            "read": 3,
            "added": 1,
            "updated": 0,
            "deleted": 0,
            "unchanged": 1,
            "stale": 0,
            "failed": 1,
            "warned": 2,
        },
        "sha256": "ab",
        "received_at": "2026-04-01T00:00:00.123+09:00",
        "answered_at": "2026-04-01T00:00:01.000+09:00",
        "reason": {"code": "I1001", "message": "同じ内容です。"},
    }


def test_japanese_stands_readable_in_the_answer() -> None:
    assert "同じ内容です。".encode() in answer_body(RECEIPT)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("000000000000019", "000000000000019"),
        ("1", "1"),
        ("=HYPERLINK(1)", ""),
        ("@SUM(1)", ""),
        ("-1", ""),
        ("+1", ""),
        ("\t1", ""),
        ("１２３", ""),
        ("1" * 16, ""),
        ("架空　太郎", ""),
    ],
)
def test_only_a_plausible_number_is_repeated(number: str, shown: str) -> None:
    """A wrong column, a name or a formula that a spreadsheet would run must not come back."""
    problem = RowProblem(5, "宛名番号", outcomes.REQUIRED, "宛名番号が設定されていません。", number)
    line = errors_body([problem]).decode()
    assert line == f"5,宛名番号,E0001,宛名番号が設定されていません。,{shown}\n"


def test_the_header_names_the_columns() -> None:
    assert ERRORS_HEADER == b"line,item,code,message,atenabango\n"
