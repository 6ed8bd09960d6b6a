"""支援措置: lawful files, versions in one line, and who a deployment in memory says is protected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kyotsu.contracts.protection import OPERATOR, Reader, SamePerson, Verdict
from kyotsu.protection.deciding import StoredProtection, Undone
from kyotsu.protection.rows import place_and_start
from kyotsu.residents.applier import Head
from kyotsu.residents.versions import Entry
from kyotsu.wiring.catalogue import layout_columns
from kyotsu.wiring.protection import Entitlement
from tests.fakes.deployment import CATALOGUE, NUMBER, Deployment, body
from tests.fakes.memory import MemoryResidents
from tests.fakes.protection import MemoryLinks

SUPPORT_COLUMNS = tuple(layout_columns(CATALOGUE, "001o009/v1"))
ANYBODY = Reader(OPERATOR, "operation")


def support_name(mode: str = "D", sequence: int = 1) -> str:
    """Return a lawful file name of 001o009."""
    return f"001o009_00_{mode}_v1_20261120093000_{sequence:06d}.csv"


def support_row(**items: str) -> dict[str, str]:
    """Return a lawful row of 001o009 with some items set otherwise."""
    lawful = {
        "shikuchosonkodo": "141003",
        "atenabango": NUMBER,
        "rirekibango": "1",
        "shiensochikaishinengappi": "2026-04-01",
        "shiensochishuryonengappi": "2027-03-31",
        "shiensochikubun": "1",
        "saishinfuragu": "1",
        "sosashaid": "op01",
        "sosanengappi": "2026-04-01",
        "sosajikoku": "09:30:00",
        "sakujofuragu": "0",
    }
    return {**lawful, **items}


def support_body(*rows: dict[str, str]) -> bytes:
    """Return a file's bytes."""
    return body(rows, SUPPORT_COLUMNS)


def measure(history: int = 1, time: int = 9, kind: str = "1", **changes: Any) -> Entry:
    """Return a version of one measure: latest, not deleted. `time` is the hour of 操作日時."""
    place, start = changes.pop("place", "141003"), changes.pop("start", "2026-04-01")
    built = Entry(
        history=history,
        sub=place_and_start(place, start),
        operated_at=f"20260401{time:02d}0000",
        effect=kind,
        origin="D",
        latest=True,
        deleted=False,
        digest=f"digest-{history}-{time}-{kind}",
        receipt_id="file",
        line=2,
    )
    return built._replace(**changes)


@dataclass
class MemoryHeads:
    """A `ProtectionSource` over heads in memory; some people's can't be read."""

    residents: MemoryResidents
    unreadable: set[str] = field(default_factory=set)

    def readable_heads(self, numbers: Collection[str]) -> Mapping[str, Head]:
        return {number: head for number, head in self.residents.heads(numbers).items() if number not in self.unreadable}


@dataclass
class KnownStates:
    """`UndoneFiles` with what was told them; of others nothing can be told."""

    states: dict[str, Undone | None] = field(default_factory=dict)

    def undone(self, receipt_id: str) -> Undone | None:
        return self.states.get(receipt_id)


def decision(
    residents: MemoryResidents, states: Mapping[str, Undone | None] | None = None, people: SamePerson | None = None
) -> StoredProtection:
    """Return the decision over a set in memory; without `people`, nobody is linked to anybody."""
    known = KnownStates(dict(states or {}))
    return StoredProtection(MemoryHeads(residents), known, people or MemoryLinks(), Entitlement(CATALOGUE))


def protected(deployment: Deployment, numbers: Sequence[str]) -> set[str]:
    """Return those of these people whom a deployment says to be protected; all of them must be decided."""
    found = decision(deployment.protected).decide(numbers, ANYBODY)
    assert found.keys() == set(numbers)
    return {number for number, verdict in found.items() if verdict is Verdict.WITHHELD}
