"""A case's way through its machine, as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kyotsu.moving.cases import CaseKind, SignalKind, WaitName
from kyotsu.moving.executions import Executions
from kyotsu.moving.way import Machine, Visit, drawn
from tests.fakes.moving_contract import case
from tests.fakes.moving_world import Japan, definition, family, settle_family

OUT, IN = Machine(definition("move_out")), Machine(definition("move_in"))
AT = datetime(2026, 3, 20, 1, tzinfo=UTC)


def lines(machine: Machine, *states: str, stands: bool = True) -> list[str]:
    visits = [Visit(state, AT + timedelta(seconds=place)) for place, state in enumerate(states)]
    return list(drawn(machine, visits, {"AwaitDecision": "職員の決定待ち"}, stands=stands))


def test_states_stand_in_boxes_and_the_present_one_is_marked() -> None:
    found = lines(OUT, "Resume", "Reconcile", "AwaitDecision")
    assert found[:11] == [
        "┌────────────────────────────────────┐",
        "│ Resume                             │ 2026-03-20 10:00:00",
        "└──────────────────┬─────────────────┘",
        "                   │ received",
        "┌──────────────────┴─────────────────┐",
        "│ Reconcile                          │ 2026-03-20 10:00:01",
        "└──────────────────┬─────────────────┘",
        "                   │ different",
        "╔══════════════════╧═════════════════╗",
        "║ AwaitDecision 職員の決定待ち       ║ 2026-03-20 10:00:02 ◀ 現在",
        "╚══════════════════╤═════════════════╝",
    ]
    assert found[11] == "                   ├─ accepted → Confirm"
    assert found[-2].startswith("                   └─ ")


def test_what_was_not_passed_is_named() -> None:
    last = lines(OUT, "Resume", "Close", "Ended", stands=False)[-1]
    assert "Reconcile" in last
    assert "Resume" not in last
    assert "◀" not in "".join(lines(OUT, "Resume", stands=False))


def test_of_a_long_way_the_end_is_drawn() -> None:
    shown = lines(IN, *["Assess", "AwaitNews"] * 30)
    assert shown[0] == "（これより前の 20 回は省略）"
    assert len([line for line in shown if "Assess" in line and "│" in line]) == 20


def test_a_state_that_is_no_more_is_drawn_as_it_was_called() -> None:
    """Executions outlive a deployment."""
    shown = lines(OUT, "Resume", "Gone", "AwaitDecision")
    assert any("Gone" in line for line in shown)
    assert lines(OUT, "Gone")[-1].startswith("通っていない状態")


def test_nothing_was_passed() -> None:
    assert len(lines(OUT)) == 1


@pytest.mark.parametrize("machine", [OUT, IN])
def test_every_edge_leads_to_a_state(machine: Machine) -> None:
    for state in machine.states:
        assert {target for _, target in machine.edges(state)} <= set(machine.states)


def test_a_history_tells_the_way_when_executions_are_gone() -> None:
    japan = Japan()
    moving_out = japan.here.file(family(), settle_family(japan.here, family(), jusho_banchigohyoki="9-9"))
    japan.settle()
    japan.here.say(moving_out, SignalKind.ACCEPTED)
    japan.settle()
    found = OUT.passed(japan.here.cases.history(moving_out), WaitName.APPROVAL)
    assert [visit.state for visit in found] == ["Reconcile", "Confirm", "CheckRestraint", "AwaitApproval"]


class _GoneError(Exception):
    pass


class _Client:
    exceptions = SimpleNamespace(ExecutionDoesNotExist=_GoneError)

    def __init__(self, histories: dict[str, list[tuple[str, str]]]) -> None:
        self._histories = histories

    def get_paginator(self, name: str) -> Any:
        assert name == "get_execution_history"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, *, executionArn: str, includeExecutionData: bool) -> Any:  # noqa: N803 - as boto3 has it
        assert not includeExecutionData
        name = executionArn.rpartition(":")[2]
        if name not in self._histories:
            raise _GoneError
        for kind, state in self._histories[name]:  # a page for each event
            entered = {"stateEnteredEventDetails": {"name": state}} if kind.endswith("Entered") else {}
            yield {"events": [{"type": kind, "timestamp": AT, **entered}]}


def _passed(histories: dict[str, list[tuple[str, str]]], generation: int) -> list[str] | None:
    client: Any = _Client(histories)
    executions = Executions(client, lambda _: "arn:aws:states:r:1:stateMachine:m")
    found = executions.passed(replace(case(kind=CaseKind.MOVE_OUT), id="O-A1", generation=generation))
    return None if found is None else [visit.state for visit in found]


def test_all_executions_of_a_case_are_one_way() -> None:
    first = [("ExecutionStarted", ""), ("TaskStateEntered", "Resume"), ("ChoiceStateEntered", "WhereItStands")]
    first += [("TaskScheduled", ""), ("TaskStateEntered", "Reconcile"), ("FailStateEntered", "NotFinished")]
    again = [("TaskStateEntered", "Resume")]
    assert _passed({"O-A1.1": first, "O-A1.2": again}, 2) == ["Resume", "Reconcile", "NotFinished", "Resume"]
    assert _passed({"O-A1.2": again}, 2) is None
