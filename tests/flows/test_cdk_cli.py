"""The pinned CDK CLI and plain Python write the same templates."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from infra.sandbox.synthesis import synthesized
from tests.flows.conftest import PATH, ROOT


def test_the_pinned_cli_synthesizes_what_plain_python_does(tmp_path: Path, node_modules: Path) -> None:
    choice = ["-c", "stage=development", "-c", "municipality=141003"]
    options = ["--quiet", "--no-notices", "--no-lookups", "--output", str(tmp_path)]
    environment = os.environ | {"PATH": PATH}
    subprocess.run([node_modules / ".bin" / "cdk", "synth", *choice, *options], cwd=ROOT, env=environment, check=True)
    templates = _templates(tmp_path)
    assert templates
    assert templates == _templates(synthesized("141003")), "what plain Python writes, and sandboxes read"


def _templates(folder: Path) -> dict[str, object]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.template.json")}
