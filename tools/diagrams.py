"""Write docs/state-machines.md: each state machine as a picture, from its own file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MACHINES = ROOT / "statemachines"
FILE = ROOT / "docs" / "state-machines.md"
_HEAD = """# State machines

Made from [statemachines](../statemachines) by `.venv/bin/python tools/diagrams.py`; don't edit. Which edges the tests
go over, and how often: [state-machine-edges.md](state-machine-edges.md).
"""


def document() -> str:
    """Return the page: a Mermaid state diagram, what each state is for, its waits and the retries of every machine."""
    return _HEAD + "".join(_section(path) for path in sorted(MACHINES.glob("*.asl.json")))


def _section(path: Path) -> str:
    machine = json.loads(path.read_text("utf-8"))
    name = path.name.removesuffix(".asl.json")
    picture = "\n".join(["stateDiagram-v2", *_flow(machine, "    ")])
    parts = [
        f"\n## {name}\n\n{machine['Comment']}\n\n```mermaid\n{picture}\n```\n",
        _table(("state", "what for"), _comments(machine)),
        _table(("waits", "for one of"), _waits(machine)),
        _table(("retried", "tries", "in"), _retries(machine)),
    ]
    return "\n".join(filter(None, parts))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |\n" for cells in rows]
    return "".join([f"| {' | '.join(head)} |\n", "|---" * len(head), "|\n", *lines]) if lines else ""


def _flow(flow: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}[*] --> {flow['StartAt']}"
    for name, state in flow["States"].items():
        if "ItemProcessor" in state:
            yield f"{indent}state {name} {{"
            yield from _flow(state["ItemProcessor"], indent + "    ")
            yield f"{indent}}}"
        if state["Type"] == "Choice":
            yield f"{indent}state {name} <<choice>>"
        for target, words in _targets(state):
            yield f"{indent}{name} --> {target}: {words}" if words else f"{indent}{name} --> {target}"
        if state.get("End") or state["Type"] in ("Fail", "Succeed"):
            yield f"{indent}{name} --> [*]"


def _targets(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where a state leads, and by which words or errors; several that lead to one place share an arrow."""
    if "Next" in state:
        yield state["Next"], ""
    chosen: dict[str, list[str]] = {}
    for choice in state.get("Choices", []):
        chosen.setdefault(choice["Next"], []).append(_words(choice))
    if "Default" in state:
        chosen.setdefault(state["Default"], []).append("else")
    for caught in state.get("Catch", []):
        chosen.setdefault(caught["Next"], []).extend(caught["ErrorEquals"])
    for target, words in chosen.items():
        yield target, ", ".join(words)


def _words(choice: dict[str, Any]) -> str:
    """Return what a choice asks for: the word itself, where it is one."""
    if "StringEquals" in choice:
        return str(choice["StringEquals"])
    asked = {key: value for key, value in choice.items() if key not in ("Variable", "Next", "Comment")}
    return " ".join([choice.get("Variable", ""), *(f"{key} {value}" for key, value in asked.items())]).strip()


def _states(flow: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in flow["States"].items():
        yield name, state
        yield from _states(state.get("ItemProcessor", {"States": {}}))


def _comments(flow: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, state in _states(flow):
        if said := state.get("Comment") or state.get("Cause"):
            yield name, said


def _waits(flow: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, state in _states(flow):
        if kinds := state.get("Parameters", {}).get("Payload", {}).get("kinds"):
            yield name, ", ".join(f"`{kind}`" for kind in kinds)


def _retries(flow: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield each way of retrying once, with the states that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, state in _states(flow):
        for retry in state.get("Retry", []):
            errors = ", ".join(f"`{error}`" for error in retry["ErrorEquals"])
            found.setdefault((errors, str(retry["MaxAttempts"] + 1)), []).append(name)
    for (errors, tries), names in found.items():
        yield errors, tries, ", ".join(names)


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
