"""Step functions of 引越しOSS on moto: their events as the machine files make them, and what they write and tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest

from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.cases import CaseKind, CaseState
from kyotsu.moving.rules import Rules
from kyotsu.runtime.logs import StepFailedError
from kyotsu.runtime.tables import TableItem, bound
from kyotsu.wiring import moving, moving_following, moving_steps
from tests.fakes.moving_contract import OPENED, case
from tests.integration.cloud import REGION, Cloud
from tests.integration.conftest import load

CASE = case(
    "A1",
    CaseKind.MOVE_IN,
    application_number="",
    state=CaseState.WAITING,
    generation=1,
    has_reservation=True,
    revision=1,
)
MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:none"


@pytest.fixture
def world(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A case with its tables."""
    bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    cloud.s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
    settings = {
        "MOVING_TABLE": "moving",
        "PAPERS_TABLE": "papers",
        "PAPER_BUCKET": "papers",
        "PAPER_KEY": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
        "APPLICATION_BUCKET": "papers",
        "MOVE_IN_MACHINE": MACHINE,
        "MOVE_OUT_MACHINE": MACHINE,
        "MOVING_TIMEOUTS": "{}",
        "MOVING_RULES": msgspec.json.encode(Rules()).decode(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    caches: list[Any] = [moving.cases, moving.papers, moving.machines, moving.starting, moving.awaiting, moving.rules]
    caches += [moving_following.erasing, moving_steps.advance_move_in]
    for cached in caches:
        cached.cache_clear()
    moving.cases().open(CASE, OPENED)
    yield
    for cached in caches:
        cached.cache_clear()


def awaited(token: str, retry: int) -> dict[str, Any]:
    """Return the event of a wait, as the machine's file makes it."""
    return {
        "case": CASE.id,
        "wait": "news",
        "kinds": ["certificate", "withdrawn", "erased"],
        "token": token,
        "execution": f"{CASE.id}.1",
        "entered": "2026-04-01T00:00:00Z",
        "retry": retry,
    }


def test_a_wait_is_registered_and_its_newest_try_counts(world: None) -> None:
    handler = load("moving/await_signal").handler
    handler(awaited("second", 1), None)
    handler(awaited("first", 0), None)
    wait = moving.cases().waiting(CASE.id)
    assert wait is not None
    assert (wait.token, wait.visit) == ("second", CASE.stage)


def test_a_step_answers_with_the_word_that_the_machine_chooses_by(world: None) -> None:
    handler = load("moving/advance_move_in").handler
    assert handler({"case": CASE.id, "step": "assess"}, None) == {"result": "distribute"}
    assert handler({"case": CASE.id, "step": "expire"}, None) == {"result": "ended"}
    assert moving.cases().get(CASE.id).state is CaseState.EXPIRED
    assert handler({"case": CASE.id, "step": "assess"}, None) == {"result": "ended"}


def test_what_fails_tells_its_kind_and_nothing_of_a_document(world: None, caplog: pytest.LogCaptureFixture) -> None:
    handler = load("moving/advance_move_in").handler
    with pytest.raises(StepFailedError, match=r"^NoSuchCaseError$"):
        handler({"case": "I-none", "step": "assess"}, None)
    assert json.dumps([vars(record).get("error") for record in caplog.records]).count("NoSuchCaseError") == 1
