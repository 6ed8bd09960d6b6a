"""The cloud assembly that the CDK app wrote: stacks in order of dependency, and where their assets lie."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Stack:
    """One synthesized stack. `assets` maps an S3 object key of the asset bucket to the file or folder behind it."""

    name: str
    template: dict[str, Any]
    assets: dict[str, Path]


def read_stacks(folder: Path) -> list[Stack]:
    """Return the stacks of the assembly in `folder` (nested assemblies included), each after those it depends on."""
    found: dict[str, Stack] = {}
    needs: dict[str, set[str]] = {}
    for directory, artifacts in _assemblies(folder):
        for identifier, artifact in artifacts.items():
            if artifact["type"] == "aws:cloudformation:stack":
                found[identifier] = _stack(directory, identifier, artifact, artifacts)
                needs[identifier] = set(artifact.get("dependencies", []))
    return [found[identifier] for identifier in TopologicalSorter(needs).static_order() if identifier in found]


def _assemblies(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    artifacts: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8")).get("artifacts", {})
    yield folder, artifacts
    for artifact in artifacts.values():
        if artifact["type"] == "cdk:cloud-assembly":
            yield from _assemblies(folder / artifact["properties"]["directoryName"])


def _stack(folder: Path, identifier: str, artifact: dict[str, Any], artifacts: dict[str, Any]) -> Stack:
    assets: dict[str, Path] = {}
    for dependency in artifact.get("dependencies", []):
        if artifacts.get(dependency, {}).get("type") == "cdk:asset-manifest":
            assets |= _assets(folder, artifacts[dependency]["properties"]["file"])
    properties = artifact["properties"]
    template = json.loads((folder / properties["templateFile"]).read_text("utf-8"))
    return Stack(properties.get("stackName", identifier), template, assets)


def _assets(folder: Path, manifest: str) -> dict[str, Path]:
    files = json.loads((folder / manifest).read_text("utf-8")).get("files", {})
    return {
        destination["objectKey"]: (folder / file["source"]["path"]).resolve()
        for file in files.values()
        if "path" in file["source"]
        for destination in file["destinations"].values()
    }
