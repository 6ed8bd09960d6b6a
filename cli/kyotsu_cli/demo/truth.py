"""The town's truth against what the deployment says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from kyotsu.contracts.protection import OPERATOR, Reader, Verdict
from kyotsu.japanese.dates import compact
from kyotsu.protection.gate import RecordGate
from kyotsu.residents.reading import ResidentReader, shown_category
from kyotsu_cli.town.support import TRUTH


def read(folder: Path) -> list[dict[str, Any]]:
    """Return the truth of a town, one entry per person."""
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def differences(people: list[dict[str, Any]], reader: ResidentReader, moment: str) -> Iterator[str]:
    """Yield every difference. `moment` is "before" (after the full file only) or "after" (after all files)."""
    heads = reader.source.heads([person["addressee_number"] for person in people])
    for person in people:
        number = person["addressee_number"]
        head = heads[number]
        wanted = person["before"] if moment == "before" else person
        shown = shown_category(head)
        if (shown.category, shown.since) != (wanted["category"], wanted["since"]):
            right = f"{wanted['category']}（{wanted['since']}）"
            yield f"{number}: 住民区分 {shown.category}（{shown.since}）、正解 {right}"
        for point in person["history"] if moment == "after" else ():
            at = compact(datetime.fromisoformat(point["at"]))
            then = shown_category(head, at).category
            if then != point["category"]:
                yield f"{number}: {point['at']} 時点の住民区分 {then}、正解 {point['category']}"


def protection_differences(people: list[dict[str, Any]], folder: Path, gate: RecordGate) -> Iterator[str]:
    """Yield every difference between who is protected and whose places of living an operator is not shown."""
    with (folder / TRUTH).open(encoding="utf-8") as lines:
        stories = {line["addressee_number"]: line for line in map(json.loads, lines)}
    operator = Reader(OPERATOR, "operation")
    verdicts = gate.decision.decide([person["addressee_number"] for person in people], operator)
    for number in (person["addressee_number"] for person in people):
        right = Verdict.WITHHELD if number in stories and stories[number]["protected"] else Verdict.OPEN
        if verdicts.get(number) is not right:
            yield f"{number}: 支援措置 {verdicts.get(number)}、正解 {right}（{stories.get(number, {}).get('story')}）"
    for number in (number for number, story in stories.items() if story["protected"]):
        if not gate.withheld.isdisjoint(gate.shown(number, operator).items or ()):
            yield f"{number}: 居所が分かる項目が示されました"


def categories(people: list[dict[str, Any]], reader: ResidentReader) -> Counter[str | None]:
    """Return how many people the deployment says to be in each 住民区分."""
    numbers = [person["addressee_number"] for person in people]
    return Counter(shown.category for shown in reader.categories(numbers))
