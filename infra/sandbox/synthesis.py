"""Synthesizes a municipality's templates with the CDK app in a process of its own, once per state of its inputs."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_INPUTS = ("infra", "catalogue", "functions", "layers", "statemachines")
_FILES = ("cdk.json", "pyproject.toml", "uv.lock")
_NOT_INPUTS = {"__pycache__", "sandbox"}


class SynthesisError(RuntimeError):
    """The CDK app failed; the text is the end of what it printed."""


def synthesized(municipality: str, state_dir: Path) -> Path:
    """Return the folder of the development stage's cloud assembly for `municipality`, synthesized if inputs changed."""
    folder = state_dir / "assembly"
    target = folder / _fingerprint(municipality)
    if not (target / "manifest.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        _run_app(municipality, folder / "unfinished")
        (folder / "unfinished").rename(target)
    return target


def _run_app(municipality: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    environment = os.environ | {
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
