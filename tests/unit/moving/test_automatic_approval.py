"""決裁 without a clerk: only where nothing is to be weighed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kyotsu.moving.cases import CasePerson, SignalKind
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.out_advance import MoveOut
from kyotsu.moving.rules import Rules
from tests.fakes.moving import MemoryCases, MemoryStatus
from tests.fakes.moving_contract import OPENED, case, signal
from tests.fakes.moving_intake import FixedClock
from tests.fakes.moving_world import MemoryRestraints


@pytest.mark.parametrize(
    ("changes", "early", "approval", "word"),
    [
        ({}, None, "automatic", "approved"),
        ({}, None, "clerk", "approval"),
        ({"differs": True}, None, "automatic", "approval"),
        ({"remarks": ("W1701",)}, None, "automatic", "approval"),
        ({}, SignalKind.AMENDED, "automatic", "approval"),
        ({}, SignalKind.WITHDRAWN, "automatic", "withdrawn"),
    ],
)
def test_a_case_is_approved_by_nobody_only_if_it_is_clear(
    changes: dict[str, Any], early: SignalKind | None, approval: Any, word: str
) -> None:
    cases, clock = MemoryCases(), FixedClock()
    opened = cases.open(case(people=(CasePerson(1, "000000000000019"),)), OPENED)
    cases.save(replace(opened, **changes))
    if early:
        cases.signal(opened.id, signal("s1", early))
    out = MoveOut(Moves(cases, clock), Told(MemoryStatus(), clock), MemoryRestraints(), Rules(approval=approval))
    assert out.check_restraint(opened.id) == word
