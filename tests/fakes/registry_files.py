"""Files of 031i001, and their reception over a registry in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kyotsu.addressees.applying import RegistryApplier
from kyotsu.addressees.numbers import Ranges
from kyotsu.linkage.admission import Admission
from kyotsu.linkage.keys import ObjectRef, errors_key
from kyotsu.wiring.catalogue import layout_columns
from tests.fakes.addressees import CALLERS, COMPLETE, FRESH
from tests.fakes.deployment import CATALOGUE, PREFIX, Deployment, body
from tests.fakes.registry import MemoryRegistry
from tests.fakes.sealing import FINGERPRINTS

COLUMNS = tuple(layout_columns(CATALOGUE, "031i001/v1"))


def registry_row(number: str = FRESH, **items: str) -> dict[str, str]:
    """Return a lawful row of 031i001 with some items set otherwise."""
    lawful = {name: str(value) for name, value in COMPLETE.items() if name in COLUMNS and name != "gyomuid"}
    return {**lawful, "atenabango": number, "sakujofuragu": "0", **items}


def registry_body(*rows: dict[str, str]) -> bytes:
    """Return a file's bytes."""
    return body(rows, COLUMNS)


def registry_name(sequence: int = 1) -> str:
    """Return a lawful file name of 031i001."""
    return f"031i001_00_D_v1_20261120093000_{sequence:06d}.csv"


@dataclass
class RegistryFiles:
    """Receives files of 031i001 into a registry in memory."""

    registry: MemoryRegistry = field(default_factory=lambda: MemoryRegistry(opens=False))
    deployment: Deployment = field(default_factory=Deployment)
    keep: bool = True

    def __post_init__(self) -> None:
        reception = self.deployment.reception
        self.applier = RegistryApplier(
            store=self.registry,
            fingerprints=FINGERPRINTS,
            ranges=Ranges(),
            clock=self.deployment.clock,
            residents_keep_numbers=self.keep,
            handles_individual_numbers=CALLERS.handles_individual_numbers,
        )
        municipalities = frozenset({"141003", "141011"})
        admission = Admission(CATALOGUE, "141003", municipalities, PREFIX, {"residents", "protection", "addressees"})
        appliers = {**reception.appliers, "addressees": self.applier}
        self.deployment.reception = replace(reception, admission=admission, appliers=appliers)

    def send(self, *rows: dict[str, str], sequence: int = 1, system: str = "010") -> Any:
        """Receive a file of a system and return its answer."""
        return self.deployment.send(registry_name(sequence), registry_body(*rows), system=system)

    def told(self, answer: Any, system: str = "010") -> list[tuple[str, str, str]]:
        """Return line, item and code of each error and remark of an answer."""
        bucket = f"{PREFIX}{system}"
        ref = ObjectRef(bucket, answer["object_key"], answer["version_id"])
        written = self.deployment.objects.written.get((bucket, errors_key(ref)), b"")
        lines: Sequence[dict[str, str]] = list(csv.DictReader(io.StringIO(written.decode())))
        return [(line["line"], line["item"], line["code"]) for line in lines]


def counts(answer: Any) -> dict[str, int]:
    """Return the counts of an answer that are not zero."""
    return {name: count for name, count in answer["counts"].items() if count and name != "read"}
