"""The linked systems that get a bucket, read from the catalogue."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def provider_systems(path: Path = ROOT / "catalogue" / "systems.yaml") -> tuple[str, ...]:
    """Return the ids of all systems in the catalogue (業務ID, or a local system's id of three characters)."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["systems"]
    return tuple(entry["id"] for entry in entries)
