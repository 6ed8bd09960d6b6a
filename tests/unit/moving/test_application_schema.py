"""The published schema of documents, held against the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from kyotsu.moving.application import DocumentRefusedError, read
from tests.fakes.moving_intake import application, as_bytes, person, withdrawal
from tools.moving_application import FILE, schema

VALIDATOR = Draft202012Validator(schema())
ODD: list[Any] = [None, True, 0, 1, 31, 1000, -1, 1.5, "", "x", "x\n", "A1\n", "141003\n", "2026-04-01", "x" * 101]
ODD += ["x" * 301, "１", "self", "1", [], {}, ["tennyuyoyaku"], ["x"], [person(1, "x")], [{}]]
PLACES = [
    *((name,) for name in application()),
    *(("people", 0, name) for name in (*person(1, ""), "individual_number_reference", "relationship", "unknown")),
    *(("filer", name) for name in ("name", "capacity", "position", "phone", "unknown")),
    *(("new_address", name) for name in ("postal_code", "municipality_code", "building", "prefecture", "unknown")),
    ("unknown",),
]


def is_read(document: Any) -> bool:
    try:
        read(as_bytes(document))
    except DocumentRefusedError:
        return False
    return True


def test_the_committed_schema_is_the_reader_s() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema(), "run .venv/bin/python tools/moving_application.py"


@pytest.mark.parametrize("document", [application(), withdrawal()])
def test_documents_of_the_tests_fit(document: Any) -> None:
    VALIDATOR.validate(document)
    assert is_read(document)


@given(place=st.sampled_from(PLACES), value=st.sampled_from(ODD), missing=st.booleans())
def test_schema_and_reader_agree(place: tuple[str | int, ...], value: Any, missing: bool) -> None:
    """Requirement: who holds a document against the schema knows whether it is read. Real dates are the reader's."""
    document = json.loads(as_bytes(application()))
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    if missing:
        inner.pop(place[-1], None)
    else:
        inner[place[-1]] = value
    if isinstance(value, str) and place[-1] in ("planned_on", "visit_on", "submitted_at") and not missing:
        return
    assert is_read(document) == VALIDATOR.is_valid(document)
