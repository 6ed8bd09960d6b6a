"""The answer beside a file, and its errors file, as bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import msgspec

from kyotsu.contracts.rows import RowProblem
from kyotsu.japanese.text import is_digits
from kyotsu.linkage.receipts import Receipt

JSON = "application/json; charset=utf-8"
CSV = "text/csv; charset=utf-8"
ERRORS_HEADER = b"line,item,code,message,atenabango\n"
_NUMBER_LENGTH = 15


def answer_body(receipt: Receipt) -> bytes:
    """Return the answer's JSON, indented for the person who opens it."""
    return msgspec.json.format(msgspec.json.encode(receipt.answer()), indent=2) + b"\n"


def errors_body(problems: Iterable[RowProblem]) -> bytes:
    """Return lines of the errors file, without its header.

    No received text but a plausible addressee number is repeated: neither personal data nor a formula that a
    spreadsheet would run can get in.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    for problem in problems:
        number = problem.addressee_number
        shown = number if is_digits(number) and len(number) <= _NUMBER_LENGTH else ""
        writer.writerow((problem.line, problem.item, problem.outcome.code, problem.message, shown))
    return stream.getvalue().encode()
