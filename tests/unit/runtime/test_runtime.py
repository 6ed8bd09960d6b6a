"""Settings, logs, the clock and streams of pieces."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from aws_lambda_powertools import Logger
from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.objects import _Pieces
from kyotsu.runtime.settings import SettingMissingError, setting


def test_a_missing_setting_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KYOTSU_TEST", "x")
    assert setting("KYOTSU_TEST") == "x"
    monkeypatch.delenv("KYOTSU_TEST")
    with pytest.raises(SettingMissingError, match="KYOTSU_TEST"):
        setting("KYOTSU_TEST")


def test_a_logged_failure_says_what_and_where_but_not_what_an_error_may_hold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = Logger(service="test-logs")
    try:
        int("架空　太郎")
    except ValueError as error:
        log_failure(logger, "row.failed", error, receipt_id="r1")
    (record,) = caplog.records
    line = vars(record)
    assert (record.levelno, record.getMessage(), line["receipt_id"]) == (logging.ERROR, "row.failed", "r1")
    assert (line["error"], line["place"].split(":")[0]) == (
        "ValueError",
        "test_a_logged_failure_says_what_and_where_but_not_what_an_error_may_hold",
    )
    assert "太郎" not in str(line)


def test_the_clock_knows_its_zone() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.binary(max_size=9), max_size=9), st.lists(st.integers(1, 20), min_size=1))
def test_pieces_read_as_one_stream_in_any_sizes(pieces: list[bytes], sizes: list[int]) -> None:
    """The transfer manager takes a short read for the end, so that only the last may be short."""
    stream, whole = _Pieces(iter(pieces)), b"".join(pieces)
    start = 0
    for size in sizes:
        assert stream.read(size) == whole[start : start + size]
        start += size
    assert stream.read() == whole[start:]
    assert stream.read() == stream.read(5) == b""
