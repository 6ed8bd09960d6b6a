"""The pinned CDK CLI and plain Python write the same templates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.flows.conftest import PATH, ROOT


def test_the_pinned_cli_synthesizes_what_plain_python_does(tmp_path: Path, node_modules: Path) -> None:
    choice = ["-c", "stage=development", "-c", "municipality=131016"]
    options = ["--quiet", "--no-notices", "--no-lookups", "--output", str(tmp_path / "cli")]
    environment = os.environ | {"PATH": PATH}
    subprocess.run([node_modules / ".bin" / "cdk", "synth", *choice, *options], cwd=ROOT, env=environment, check=True)
    plain = {"KYOTSU_STAGE": "development", "KYOTSU_MUNICIPALITY": "131016", "CDK_OUTDIR": str(tmp_path / "plain")}
    subprocess.run([sys.executable, ROOT / "infra" / "app.py"], env=environment | plain, check=True)
    templates = _templates(tmp_path / "plain")
    stacks = {"Stateful", "Access", "Linkage", "Delivery", "Watch"}
    assert {name.split(".")[0].rsplit("-", 1)[1] for name in templates} == stacks
    assert _templates(tmp_path / "cli") == templates


def _templates(folder: Path) -> dict[str, object]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.template.json")}
