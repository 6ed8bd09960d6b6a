"""What the stacks take from the catalogue: the systems that get a bucket, and the files that must come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from kyotsu.catalogue.loading import load_catalogue
from kyotsu.catalogue.model import Catalogue

ROOT = Path(__file__).resolve().parent.parent


def catalogue() -> Catalogue:
    """Return the product's catalogue; raises CatalogueInvalidError with every mistake in it."""
    return load_catalogue(ROOT / "catalogue")


def provider_systems(path: Path = ROOT / "catalogue" / "systems.yaml") -> tuple[str, ...]:
    """Return the ids of all systems in the catalogue (業務ID, or a local system's id of three characters)."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["systems"]
    return tuple(entry["id"] for entry in entries)


@dataclass(frozen=True)
class ExpectedFile:
    """A provider sends files of an interface at least once in so many hours."""

    provider: str
    interface: str
    hours: int


def expected_files(folder: Path = ROOT / "catalogue" / "interfaces") -> Iterator[ExpectedFile]:
    """Yield what the interfaces in the catalogue expect of each of their providers (`expected_every`, whole days)."""
    for path in sorted(folder.glob("*.yaml")):
        interface = yaml.safe_load(path.read_text(encoding="utf-8"))
        if every := interface.get("expected_every"):
            hours = 24 * int(re.sub("[PD]", "", every))
            yield from (ExpectedFile(system.lower(), interface["id"], hours) for system in interface["providers"])
