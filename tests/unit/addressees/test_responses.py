"""Response bodies against the published examples, member by member and in their order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kyotsu.addressees import responses
from kyotsu.addressees.responses import ISSUE, ErrorEntry, Failure, IssuedNumber, Success

PUBLISHED: dict[str, Any] = json.loads(Path(__file__).with_name("published_2_0.json").read_text(encoding="utf-8"))[
    "responses"
]
NUMBER = IssuedNumber(
    shikuchosonkodo="131016",
    atenabango="123456789123456",
    rirekibango=1,
    sosashaid="123456",
    sosanengappi="2021-11-01",
    sosajikoku="09:00:00",
)
BODIES = {
    "200": responses.done(ISSUE, [NUMBER]),
    "400": responses.refused(ISSUE, [ErrorEntry("E0001", "宛名番号が設定されていません。")]),
    "401": responses.unauthorized(ISSUE),
    "503": responses.unavailable(ISSUE),
}


@pytest.mark.parametrize("status", PUBLISHED)
def test_a_body_is_literally_the_published_one(status: str) -> None:
    body: Success | Failure = BODIES[status]
    compact = json.dumps(PUBLISHED[status], ensure_ascii=False, separators=(",", ":"))
    assert responses.encoded(body).decode() == compact
