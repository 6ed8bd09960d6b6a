"""The clock of a sandbox's functions: moved for the product's code alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.sandbox.clock import FILE, VARIABLE, ClockError, forward, read, reset
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.worker import Function

ROOT = Path(__file__).parents[3]
HANDLER = """
from datetime import UTC, datetime
from kyotsu.runtime.clock import SystemClock
from kyotsu.access.asking import now as of_tokens

def handler(event, context):
    moments = {"product": SystemClock().now(), "tokens": of_tokens(), "machine": datetime.now(UTC)}
    return {name: moment.isoformat() for name, moment in moments.items()}
"""
TOKENS = """
from kyotsu.runtime.clock import SystemClock

def now():
    return SystemClock().now()
"""


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    return tmp_path / FILE


@pytest.fixture
def functions(tmp_path: Path, clock: Path) -> Iterator[Functions]:
    product = tmp_path / "product" / "kyotsu"
    for package in ("runtime", "access"):
        (product / package).mkdir(parents=True)
    source = ROOT / "layers" / "kyotsu" / "python" / "kyotsu" / "runtime" / "clock.py"
    (product / "runtime" / "clock.py").write_bytes(source.read_bytes())
    (product / "access" / "asking.py").write_text(TOKENS, "utf-8")
    (tmp_path / "handler.py").write_text(HANDLER, "utf-8")
    paths = (tmp_path, tmp_path / "product")
    own = {
        "AWS_LAMBDA_FUNCTION_NAME": "asks",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "",
        "AWS_LAMBDA_LOG_STREAM_NAME": "",
        VARIABLE: str(clock),
    }
    running = Functions()
    log, bytecode = tmp_path / "log", tmp_path / "bytecode"
    running.add(Function("asks", "arn", "handler.handler", paths, own, 10, log, bytecode))
    yield running
    running.close()


def told(functions: Functions) -> dict[str, timedelta]:
    """How far each moment that a function tells is ahead of this machine's time."""
    answer = functions.invoke("asks", {})
    assert answer.error is None, json.dumps(answer.error)
    now = datetime.now(UTC)
    return {name: datetime.fromisoformat(moment) - now for name, moment in answer.result.items()}


def test_worker_that_runs_already_follows_and_comes_back(functions: Functions, clock: Path) -> None:
    assert told(functions)["product"] <= timedelta()
    forward(clock, timedelta(days=70))
    assert timedelta(days=69, hours=23) < told(functions)["product"] <= timedelta(days=70)
    reset(clock)
    assert told(functions)["product"] <= timedelta()


def test_tokens_and_everything_else_keep_the_machines_time(functions: Functions, clock: Path) -> None:
    forward(clock, timedelta(days=70))
    ahead = told(functions)
    assert max(ahead["tokens"], ahead["machine"]) <= timedelta()
    assert ahead["product"] > timedelta(days=69)


def test_clock_goes_on_from_where_it_stands(clock: Path) -> None:
    assert forward(clock, timedelta(days=1)) == timedelta(days=1)
    assert forward(clock, timedelta(hours=2)) == read(clock) == timedelta(days=1, hours=2)
    reset(clock)
    reset(clock)
    assert read(clock) == timedelta()


@pytest.mark.parametrize("by", [timedelta(), timedelta(days=-1), timedelta(days=4000)])
def test_clock_never_goes_back_nor_out_of_reach(clock: Path, by: timedelta) -> None:
    with pytest.raises(ClockError):
        forward(clock, by)
    assert not clock.exists()
