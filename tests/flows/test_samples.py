"""The samples that linked systems copy do their work in the sandbox; the Java one is read, not run (its README)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import PATH, ROOT, Sandbox
from tests.flows.elsewhere import delivery_of, environment, file_of, numbers_in
from tests.flows.sandbox_process import eventually

Command = Sequence[str | Path]
SAMPLES = ROOT / "docs" / "samples"
PYTHON: Command = (sys.executable, SAMPLES / "python" / "linked_system.py")


@pytest.fixture(scope="session")
def typescript(node_modules: Path) -> Command:
    """Compile the sample, types checked, to where its packages are found."""
    built = ROOT / ".build" / "samples" / "typescript"
    built.mkdir(parents=True, exist_ok=True)
    (built / "package.json").write_bytes((SAMPLES / "typescript" / "package.json").read_bytes())
    compiler = node_modules / "typescript" / "bin" / "tsc"
    command: list[str | Path] = ["node", compiler, "-p", SAMPLES / "typescript", "--outDir", built]
    done = subprocess.run(command, env={"PATH": PATH}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return ("node", built / "linked-system.js")


def test_a_file_from_typescript_is_answered_and_two_systems_take_its_delivery_over_until_one_is_stopped(
    sandbox: Sandbox, typescript: Command, tmp_path: Path
) -> None:
    """The whole way of part 3: a system elsewhere sends, the others receive, and the operator can stop one."""
    file = file_of(tmp_path)
    (answer,) = _ran(sandbox, "001", typescript, "send", sandbox.bucket, file)
    assert (answer["status"], answer["counts"]["added"]) == ("ACCEPTED", 2)
    for system, sample in (("023", typescript), ("024", PYTHON)):
        delivery = delivery_of(sandbox, answer["receipt_id"], system)["delivery_id"]
        fetched = _ran(sandbox, system, sample, "fetch", sandbox.bucket, system, tmp_path / system)
        (taken,) = [each for each in fetched if each["delivery_id"] == delivery]
        assert numbers_in(Path(taken["file"])) == numbers_in(file)
        eventually(_is_acknowledged(sandbox, delivery), 60)
        assert _ran(sandbox, system, sample, "fetch", sandbox.bucket, system, tmp_path / system) == []

    disabled = sandbox.kyotsu("access", "client", "disable", "024")
    assert disabled.returncode == 0, disabled.stderr
    try:
        # Its next token is refused at once; what becomes of the credentials it has: test_federated.py.
        for sample in (typescript, PYTHON):
            refused = _run(sandbox, "024", sample, "fetch", sandbox.bucket, "024", tmp_path / "stopped")
            assert refused.returncode != 0
            assert "401" in refused.stderr
    finally:
        assert sandbox.kyotsu("access", "client", "enable", "024").returncode == 0


def test_a_file_from_python_is_answered(sandbox: Sandbox, tmp_path: Path) -> None:
    file = file_of(tmp_path, 3)
    (answer,) = _ran(sandbox, "001", PYTHON, "send", sandbox.bucket, file)
    assert (answer["status"], answer["counts"]["read"]) == ("ACCEPTED", 3)


@pytest.mark.parametrize("other", ["010", "001"])
def test_a_system_sees_nothing_of_another(sandbox: Sandbox, typescript: Command, tmp_path: Path, other: str) -> None:
    for sample in (typescript, PYTHON):
        refused = _run(sandbox, "012", sample, "fetch", sandbox.bucket, other, tmp_path)
        assert refused.returncode != 0
        assert "AccessDenied" in refused.stderr


def _is_acknowledged(sandbox: Sandbox, delivery: str) -> Callable[[], bool]:
    def look() -> bool:
        shown = sandbox.kyotsu("deliveries", "show", delivery, "--json").stdout
        return bool(json.loads(shown)["state"] == "ACKNOWLEDGED")

    return look


def _run(sandbox: Sandbox, system: str, sample: Command, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*map(str, sample), *map(str, arguments)]
    return subprocess.run(
        command, env=environment(sandbox, system), capture_output=True, text=True, check=False, timeout=120
    )


def _ran(sandbox: Sandbox, system: str, sample: Command, *arguments: str | Path) -> list[dict[str, Any]]:
    """Run a sample that must end well, and return the lines of JSON it printed."""
    done = _run(sandbox, system, sample, *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
