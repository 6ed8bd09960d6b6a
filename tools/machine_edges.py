"""Write docs/state-machine-edges.md: how often the tests' walk goes over each edge of the machines of 引越しOSS.

The walk is that of tests/unit/moving/test_flows.py: every scenario with each try of each Task failing for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.fakes.asl import Edges, edges_of
from tests.fakes.moving_world import definition
from tests.unit.moving.test_flows import SCENARIOS, walked

FILE = Path(__file__).parents[1] / "docs" / "state-machine-edges.md"
_HEAD = """# Edges of the state machines that the tests go over

Made by `.venv/bin/python -m tools.machine_edges`; don't edit. {scenarios} scenarios on the real files of the
machines, each once for every try of every Task, which is throttled or dies until the state gives up; and every wait
left alone until its time-out, every choice given a word that nobody says. A test fails when an edge is missed, or when
this page is not what the walk finds.
"""


def document(walk: Mapping[str, Edges]) -> str:
    """Return the page: each Retry, Catch, choice and transition, where it leads, and how often it was gone over."""
    return _HEAD.format(scenarios=len(SCENARIOS)) + "".join(_section(name, walk[name]) for name in sorted(walk))


def _section(name: str, edges: Edges) -> str:
    rows = "".join(f"| {' | '.join(cells)} |\n" for cells in _rows(definition(name), edges))
    return f"\n## {name}\n\n| state | edge | leads to | times |\n|---|---|---|---|\n{rows}"


def _rows(machine: Mapping[str, Any], edges: Edges) -> Iterator[tuple[str, ...]]:
    for state, edge in edges_of(machine):
        what, target = _said(machine["States"][state], *edge.partition(" ")[::2])
        yield state, what, target or state, str(edges.seen.get((state, edge), 0))


def _said(state: Mapping[str, Any], kind: str, number: str) -> tuple[str, str]:
    match kind:
        case "retry":
            return f"Retry {_errors(state['Retry'][int(number)])}", ""
        case "catch":
            caught = state["Catch"][int(number)]
            return f"Catch {_errors(caught)}", caught["Next"]
        case "choice":
            choice = state["Choices"][int(number)]
            return f"`{choice['StringEquals']}`", choice["Next"]
        case "default":
            return "any other word", state["Default"]
        case _:
            return "done", state["Next"]


def _errors(handler: Mapping[str, Any]) -> str:
    first, *others = handler["ErrorEquals"]
    return f"`{first}`" + (f" and {len(others)} more" if others else "")


if __name__ == "__main__":
    FILE.write_text(document(walked()), encoding="utf-8")
