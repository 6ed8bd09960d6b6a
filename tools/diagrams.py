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

Made from [statemachines](../statemachines) by `.venv/bin/python tools/diagrams.py`; don't edit.
"""


def document() -> str:
    """Return the page: a Mermaid state diagram and the retries of every machine."""
    return _HEAD + "".join(_section(path) for path in sorted(MACHINES.glob("*.asl.json")))


def _section(path: Path) -> str:
    machine = json.loads(path.read_text("utf-8"))
    name = path.name.removesuffix(".asl.json")
    picture = "\n".join(["stateDiagram-v2", *_flow(machine, "    ")])
    retries = "".join(f"| {' | '.join(cells)} |\n" for cells in _retries(machine))
    table = f"| state | retried | tries |\n|---|---|---|\n{retries}"
    return f"\n## {name}\n\n{machine['Comment']}\n\n```mermaid\n{picture}\n```\n\n{table}"


def _flow(flow: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}[*] --> {flow['StartAt']}"
    for name, state in flow["States"].items():
        if "ItemProcessor" in state:
            yield f"{indent}state {name} {{"
            yield from _flow(state["ItemProcessor"], indent + "    ")
            yield f"{indent}}}"
        if "Next" in state:
            yield f"{indent}{name} --> {state['Next']}"
        for caught in state.get("Catch", []):
            yield f"{indent}{name} --> {caught['Next']}: {', '.join(caught['ErrorEquals'])}"
        if state.get("End") or state["Type"] in ("Fail", "Succeed"):
            yield f"{indent}{name} --> [*]"


def _retries(flow: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, state in flow["States"].items():
        yield from _retries(state.get("ItemProcessor", {"States": {}}))
        for retry in state.get("Retry", []):
            yield name, ", ".join(f"`{error}`" for error in retry["ErrorEquals"]), str(retry["MaxAttempts"] + 1)


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
