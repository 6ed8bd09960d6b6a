"""Issue 5, 3: links have no chains or cycles, and a principal with links can't be deleted, whoever works at once."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import Phase, find, given, settings

from tests.fakes.registry import MemoryRegistry
from tests.properties.interleaved_links import RESIDENTS, STEPS, BrokenLinkError, Clerks, Step


def registry() -> MemoryRegistry:
    return MemoryRegistry(residents=dict.fromkeys(RESIDENTS, "1"))


@settings(max_examples=400)
@given(STEPS)
def test_links_hold_in_every_interleaving(steps: list[Step]) -> None:
    Counter(Clerks(registry()).work(steps))


@pytest.mark.parametrize("condition", ["_holds", "_is_principal"])
def test_each_condition_is_needed(condition: str) -> None:
    """Without it an interleaving is found that breaks a link: the property above can fail."""

    def breaks(steps: list[Step]) -> bool:
        with patch.object(MemoryRegistry, condition, lambda *_: True):
            try:
                list(Clerks(registry()).work(steps))
            except (BrokenLinkError, KeyError):
                return True
        return False

    assert find(STEPS, breaks, settings=settings(max_examples=1_000, phases=[Phase.generate]))
