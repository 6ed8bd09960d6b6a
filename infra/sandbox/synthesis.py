"""Synthesizes a municipality's templates with the CDK app in a process of its own, once per state of its inputs."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSEMBLIES = ROOT / ".build" / "assemblies"
_KEPT = 8
_INPUTS = ("infra", "catalogue", "functions", "layers", "statemachines")
_FILES = ("cdk.json", "pyproject.toml", "uv.lock")
_NOT_INPUTS = {"__pycache__", "sandbox"}


class SynthesisError(RuntimeError):
    """The CDK app failed; the text is the end of what it printed."""


def synthesized(municipality: str) -> Path:
    """Return the folder of the development stage's cloud assembly for `municipality`, synthesized if inputs changed.

    All sandboxes of a checkout share the assemblies; the newest few stay, because a running sandbox reads its own.
    """
    ASSEMBLIES.mkdir(parents=True, exist_ok=True)
    target = ASSEMBLIES / _fingerprint(municipality)
    with (ASSEMBLIES / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "manifest.json").is_file():
            with tempfile.TemporaryDirectory(dir=ASSEMBLIES, prefix=".") as unfinished:
                _run_app(municipality, Path(unfinished) / "assembly")
                (Path(unfinished) / "assembly").rename(target)
        target.touch()
        _forget_old()
    return target


def _forget_old() -> None:
    assemblies = sorted(ASSEMBLIES.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in assemblies[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _run_app(municipality: str, folder: Path) -> None:
    environment = os.environ | {
        # The CDK needs Node, which set-up puts beside Python where the machine has none.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "KYOTSU_STAGE": "development",
        "KYOTSU_MUNICIPALITY": municipality,
        "CDK_OUTDIR": str(folder),
    }
    done = subprocess.run(
        [sys.executable, ROOT / "infra" / "app.py"],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise SynthesisError((done.stdout + done.stderr)[-4000:])


def _fingerprint(municipality: str) -> str:
    digest = hashlib.sha256(municipality.encode())
    for path in _input_files():
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def _input_files() -> Iterator[Path]:
    for name in _FILES:
        if (ROOT / name).is_file():
            yield ROOT / name
    for name in _INPUTS:
        for folder, folders, files in os.walk(ROOT / name):
            folders[:] = sorted(set(folders) - _NOT_INPUTS)
            yield from (Path(folder) / file for file in sorted(files) if not file.endswith(".pyc"))
