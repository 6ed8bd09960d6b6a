"""Synthesis: once per state of the inputs, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.sandbox import synthesis

APP = """
import os, pathlib, sys
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
folder.mkdir()
calls = pathlib.Path(__file__).parent.parent / "calls"
calls.write_text(calls.read_text() + os.environ["KYOTSU_STAGE"] + " " + os.environ["KYOTSU_MUNICIPALITY"] + "\\n")
if (pathlib.Path(__file__).parent / "broken").exists():
    sys.exit("the stack is broken")
(folder / "manifest.json").write_text("{}")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "infra" / "sandbox").mkdir(parents=True)
    (root / "catalogue").mkdir()
    (root / "infra" / "app.py").write_text(APP, "utf-8")
    (root / "calls").write_text("", "utf-8")
    monkeypatch.setattr(synthesis, "ROOT", root)
    monkeypatch.setattr(synthesis, "ASSEMBLIES", tmp_path / "assemblies")
    return root


def calls(project: Path) -> list[str]:
    return (project / "calls").read_text("utf-8").splitlines()


def test_same_inputs_are_synthesized_once(project: Path) -> None:
    first = synthesis.synthesized("141003")
    (project / "infra" / "sandbox" / "not_an_input.py").write_text("1", "utf-8")
    assert synthesis.synthesized("141003") == first
    assert (first / "manifest.json").is_file()
    assert calls(project) == ["development 141003"]


def test_changed_input_is_synthesized_again_and_old_ones_are_removed_in_time(project: Path) -> None:
    first = synthesis.synthesized("141003")
    (project / "catalogue" / "systems.yaml").write_text("systems: []", "utf-8")
    assert synthesis.synthesized("141003") != first
    assert first.exists()  # a running sandbox may still read it
    for number in range(8):
        (project / "catalogue" / "systems.yaml").write_text(f"systems: [{number}]", "utf-8")
        synthesis.synthesized("141003")
    assert not first.exists()
    assert len(calls(project)) == 10


def test_failure_says_what_the_app_said_and_is_tried_again(project: Path) -> None:
    (project / "infra" / "broken").write_text("", "utf-8")
    with pytest.raises(synthesis.SynthesisError, match="the stack is broken"):
        synthesis.synthesized("141003")
    (project / "infra" / "broken").unlink()
    assert synthesis.synthesized("141003").is_dir()


def test_sandbox_never_imports_the_cdk() -> None:
    names = "{name.split('.')[0] for name in sys.modules}"
    look = f"import sys, infra.sandbox.__main__; sys.exit(bool({{'aws_cdk', 'jsii'}} & {names}))"
    subprocess.run([sys.executable, "-c", look], cwd=Path(__file__).parents[3], check=True)
