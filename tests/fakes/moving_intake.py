"""An intake on ports in memory, and documents for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kyotsu.moving.filing import Filing
from kyotsu.moving.intake import Intake
from kyotsu.moving.referred_numbers import ReferredNumbers
from kyotsu.moving.rules import Rules
from kyotsu.moving.starting import Starting
from tests.fakes.interruption import Interruption
from tests.fakes.moving import MemoryCases, MemoryMachines, MemoryPapers, MemoryStatus
from tests.fakes.sealing import FINGERPRINTS

HERE, THERE, WARD = "141003", "131016", "141011"
NUMBER, OTHER_NUMBER = "983205673214", "379474484458"
"""Published specimens."""


def application(number: str = "A1", revision: int = 1, **changes: Any) -> dict[str, Any]:
    """Return an application of two people who leave 141003 for 131016."""
    return {
        "document": "application",
        "application_number": number,
        "revision": revision,
        "submitted_at": "2026-03-20T10:00:00+09:00",
        "parts": ["tenshutsutodoke", "tennyuyoyaku"],
        "from_municipality": HERE,
        "to_municipality": THERE,
        "planned_on": "2026-04-01",
        "visit_on": "2026-04-03",
        "previous_address": {"municipality_code": HERE, "machiaza": "港町一丁目", "street_number": "１番地"},
        "new_address": {"municipality_code": THERE, "municipality_name": "千代田区"},
        "filer": {"name": "山田　太郎", "capacity": "self", "position": 1},
        "people": [person(1, "山田　太郎"), person(2, "山田　花子", birth_date="1985-00-00", sex="2")],
        **changes,
    }


def person(position: int, name: str, **changes: Any) -> dict[str, Any]:
    """Return somebody who moves."""
    return {"position": position, "name": name, "birth_date": "1980-05-06", "sex": "1", **changes}


def withdrawal(number: str = "A1", *parts: str, **changes: Any) -> dict[str, Any]:
    """Return the withdrawal of parts."""
    return {
        "document": "withdrawal",
        "application_number": number,
        "submitted_at": "2026-03-21T10:00:00+09:00",
        "parts": list(parts or ("tenshutsutodoke", "tennyuyoyaku")),
        "from_municipality": HERE,
        "to_municipality": THERE,
        **changes,
    }


def as_bytes(document: Any) -> bytes:
    """Return a document as it arrives."""
    return json.dumps(document, ensure_ascii=False).encode()


@dataclass
class MemoryNumbers:
    """`IndividualNumbers`."""

    stored: dict[str, str] = field(default_factory=dict)

    def resolve(self, reference: str) -> str | None:
        return self.stored.get(reference)

    def discard(self, references: Iterable[str]) -> None:
        for reference in list(references):
            self.stored.pop(reference, None)


@dataclass
class FixedClock:
    """A clock that stands still."""

    at: datetime = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Office:
    """A municipality's intake. Its ports may break at a call; what they hold stays."""

    def __init__(self, *accepted: str, rules: Rules | None = None) -> None:
        self.accepted = accepted or (HERE, WARD)
        self.rules = rules or Rules()
        self.cases, self.papers, self.machines = MemoryCases(), MemoryPapers(), MemoryMachines()
        self.numbers, self.status, self.clock = MemoryNumbers(), MemoryStatus(), FixedClock()

    def intake(self, interruption: Interruption | None = None) -> Intake:
        """Return the intake, with its ports breaking as told."""
        around = (interruption or Interruption()).around
        cases, papers = around(self.cases), around(self.papers)
        return Intake(
            municipality=self.accepted[0],
            filing=Filing(self.accepted, self.rules),
            cases=cases,
            papers=papers,
            starting=Starting(cases, around(self.machines), self.clock),
            numbers=ReferredNumbers(papers, around(self.numbers)),
            fingerprints=FINGERPRINTS,
            status=around(self.status),
            clock=self.clock,
        )
