"""Response bodies against the published examples, member by member and in their order."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kyotsu.addressees import responses
from kyotsu.addressees.items import BY_NAME
from kyotsu.addressees.responses import ISSUE, Failure, Success, issued_number
from kyotsu.addressees.rules import missing
from tests.fakes.addressees import record, request

SPECIFICATION: dict[str, Any] = json.loads(Path(__file__).with_name("published_2_0.json").read_text(encoding="utf-8"))
PUBLISHED: dict[str, Any] = SPECIFICATION["responses"]
EXAMPLE = "123456789123456"


def bodies() -> dict[str, Success | Failure]:
    """Make each published example from a request that leads to it."""
    made = request(sosanengappi="2021-11-01", sosajikoku="09:00")
    done = issued_number(record(EXAMPLE), replace(made, municipality="131016"))
    error = missing(BY_NAME["atenabango"])
    return {
        "200": responses.done(ISSUE, [done]),
        "400": responses.refused(ISSUE, [error]),
        "401": responses.unauthorized(ISSUE),
        "503": responses.unavailable(ISSUE),
    }


@pytest.mark.parametrize("status", PUBLISHED)
def test_a_body_is_literally_the_published_one(status: str) -> None:
    body = bodies()[status]
    compact = json.dumps(PUBLISHED[status], ensure_ascii=False, separators=(",", ":"))
    assert responses.encoded(body).decode() == compact


def test_the_call_and_its_paths_are_those_published() -> None:
    assert ISSUE.path == SPECIFICATION["call"]
    assert set(PUBLISHED) == {"200", "400", "401", "503"}
