"""What a move costs: transitions of the machines (what Step Functions bills), tries of their Tasks, calls of ports.

Counted on the real machine files, with what docs/performance.md says. Who changes a machine sees here what it costs.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pytest

from kyotsu.moving.cases import SignalKind
from kyotsu.moving.rules import Rules
from tests.fakes.asl import Status
from tests.fakes.interruption import Interruption
from tests.fakes.moving_world import Japan, family
from tests.unit.moving.test_flows import begun, moved

STORE_CALLS_OF_THREE = 260
"""Calls to cases and papers, both sides: each is at most two requests of DynamoDB."""


def no_difference(size: int, approval: Literal["clerk", "automatic"]) -> tuple[Japan, Interruption]:
    """差異なし, from the application to the end on both sides."""
    counted = Interruption()
    japan, application = Japan(Rules(approval=approval), counted), family(size=size)
    moving_out, _ = begun(japan, application)
    if approval == "clerk":
        japan.here.say(moving_out, SignalKind.APPROVED)
        japan.settle()
    moved(japan, application)
    return japan, counted


@pytest.mark.parametrize(
    ("size", "approval", "leaving", "arriving"),
    [
        (1, "automatic", (18, 9), (28, 18)),
        (3, "automatic", (26, 13), (34, 22)),
        (3, "clerk", (30, 15), (34, 22)),
    ],
)
def test_transitions_of_a_move_without_difference(
    size: int, approval: Literal["clerk", "automatic"], leaving: tuple[int, int], arriving: tuple[int, int]
) -> None:
    japan, _ = no_difference(size, approval)
    (out,), (in_,) = japan.here.executions.values(), japan.there.executions.values()
    assert (out.status, in_.status) == (Status.SUCCEEDED, Status.SUCCEEDED)
    assert ((len(out.path), out.tried), (len(in_.path), in_.tried)) == (leaving, arriving)


def test_calls_of_a_family_of_three() -> None:
    _, counted = no_difference(3, "clerk")
    calls = Counter(name.partition(".")[0] for name in counted.calls)
    assert calls["MemoryCases"] + calls["MemoryPapers"] <= STORE_CALLS_OF_THREE
    assert calls["MemoryHanding"] == 4, "one reservation, and a file for each 転入通知"
    assert calls["MemoryOutbox"] == 2
    assert calls["MemoryStatus"] <= 4
