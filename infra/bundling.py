"""Layers, built without Docker into `.build/layers/` and built again only when their inputs change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.setup import find_uv

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build" / "layers"
# Python 3.13 runs on Amazon Linux 2023, whose glibc is 2.34.
LAMBDA = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13")
FONTS = "kyotsu_fonts"
"""Folder of `python/` in the forms layer where `kyotsu.moving.form` looks for fonts."""
_HERE = ("--python", sys.executable)
# What nothing needs at run time and what would make two builds differ; METADATA and licences stay.
DISPENSABLE = ("RECORD", "WHEEL", "INSTALLER", "REQUESTED", "direct_url.json", "top_level.txt", "entry_points.txt")


@dataclass(frozen=True)
class Layers:
    """Folders of the layers, as Lambda unpacks them into `/opt`."""

    kyotsu: Path
    """`python/kyotsu` and `catalogue/`."""
    dependencies: Path
    """`python/` with third-party packages for Python 3.13 on arm64."""
    forms: Path
    """The same for the one function that draws forms: PDF engine and fonts."""


def build_layers() -> Layers:
    """Build the layers that are deployed, where their inputs changed, and return their folders."""
    return Layers(
        kyotsu=_build_kyotsu(),
        dependencies=_build_dependencies("dependencies", "--no-dev", LAMBDA),
        forms=_build_dependencies("forms", "--only-group=forms", LAMBDA, _fonts()),
    )


def build_local_dependencies() -> Path:
    """Build the dependencies layer for this machine's own Python, for the sandbox, and return its folder."""
    return _build_dependencies("dependencies-local", "--no-dev", _HERE)


def build_local_forms() -> Path:
    """Build the forms layer for this machine's own Python, for the sandbox, and return its folder."""
    return _build_dependencies("forms-local", "--only-group=forms", _HERE, _fonts())


def _build_kyotsu() -> Path:
    packages, catalogue = ROOT / "layers" / "kyotsu" / "python", ROOT / "catalogue"

    def build(target: Path) -> None:
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(packages, target / "python", ignore=ignore)
        shutil.copytree(catalogue, target / "catalogue", ignore=ignore)

    return _built("kyotsu", [*_sources(packages), *_sources(catalogue)], (), build)


def _fonts() -> list[Path]:
    """Return fonts that a municipality put beside those of the registry, such as IPAmj Mincho."""
    return sorted((ROOT / "layers" / "forms" / "fonts").glob("*.[ot]tf"))


def _build_dependencies(name: str, packages: str, platform: tuple[str, ...], fonts: Sequence[Path] = ()) -> Path:
    def build(target: Path) -> None:
        uv, requirements = find_uv(), target / "requirements.txt"
        _run(uv, "export", "--quiet", "--frozen", "--offline", "--no-emit-project", packages, "--no-header",
             "--format", "requirements-txt", "--project", str(ROOT), "--output-file", str(requirements))  # fmt: skip
        _run(uv, "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", *platform,
             "--target", str(target / "python"), "--requirements", str(requirements))  # fmt: skip
        requirements.unlink()
        _prune(target / "python")
        for font in fonts:
            (target / "python" / FONTS).mkdir(exist_ok=True)
            shutil.copy(font, target / "python" / FONTS)

    return _built(name, [ROOT / "pyproject.toml", ROOT / "uv.lock", *fonts], (sys.version, packages, *platform), build)


def _built(name: str, inputs: Iterable[Path], settings: tuple[str, ...], build: Callable[[Path], None]) -> Path:
    """Return `.build/layers/<name>`, built anew if its inputs or settings, or this module, changed."""
    target, stamp = BUILT / name, BUILT / f"{name}.sha256"
    with _one_builder():
        wanted = _fingerprint([Path(__file__), *inputs], settings)
        if target.exists() and stamp.exists() and stamp.read_text() == wanted:
            return target
        with tempfile.TemporaryDirectory(dir=BUILT) as folder:
            fresh = Path(folder) / name
            fresh.mkdir()
            build(fresh)
            stamp.unlink(missing_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
        stamp.write_text(wanted)
    return target


@contextmanager
def _one_builder() -> Iterator[None]:
    """Let one process at a time build; tests, a sandbox and a synth may start together."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _fingerprint(inputs: Iterable[Path], settings: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(settings).encode())
    for path in inputs:
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _prune(site: Path) -> None:
    """Remove what the installer leaves beside the packages, so that the same lock file gives the same bytes."""
    for folder in (*site.rglob("__pycache__"), site / "bin"):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in DISPENSABLE:
        for path in site.glob(f"*.dist-info/{pattern}"):
            path.unlink()
    for path in (*site.glob("*.dist-info/uv_*.json"), site / ".lock"):
        path.unlink(missing_ok=True)


def _run(*command: str) -> None:
    # uv must neither change nor ask an active virtual environment.
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run(command, check=True, env=env, stdout=sys.stderr)
