"""Set up `.venv` from the lock file, on a machine that has only Python, git and make.

uv.lock names no registry host (docs/decisions/0002): uv turns it into pinned, hashed requirements
without the network, and installs those from whatever index this machine is configured to use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "kyotsu-setup.sha256"
TOOLS = ROOT / ".cache" / "tools"
UV_VERSION = "0.13.8"
INPUTS = ("pyproject.toml", "uv.lock", "tools/setup.py")


def main() -> None:
    """Make `.venv` match the lock file; do nothing if it already does."""
    if sys.version_info < (3, 11):
        sys.exit(f"Kyotsu needs Python 3.11 or newer as `python3`; this is {sys.version.split()[0]}.")
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("setup: creating .venv from uv.lock …", file=sys.stderr)
    uv = find_uv()
    _run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV))
    _run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV), str(_requirements(uv)))
    _run(uv, "pip", "install", "--quiet", "--python", str(VENV), "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    STAMP.write_text(wanted)


def find_uv() -> str:
    """Return a uv of the pinned version: the one already there, else one installed below `.cache/`."""
    for candidate in (shutil.which("uv"), str(TOOLS / "bin" / "uv")):
        if candidate and os.access(candidate, os.X_OK) and UV_VERSION in _output(candidate, "--version"):
            return candidate
    _install_uv()
    return str(TOOLS / "bin" / "uv")


def _install_uv() -> None:
    target = ["install", "--quiet", "--disable-pip-version-check", f"uv=={UV_VERSION}"]
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(TOOLS))
        _run(str(TOOLS / "bin" / "python"), "-m", "pip", *target)
    except subprocess.CalledProcessError:
        # Debian splits ensurepip off; its pip alone can still put uv into a folder.
        shutil.rmtree(TOOLS, ignore_errors=True)
        _run(sys.executable, "-m", "pip", *target, "--target", str(TOOLS))


def _requirements(uv: str) -> Path:
    """Write the pinned and hashed requirements of everything a developer needs."""
    path = VENV / "requirements.txt"
    groups = ["--group", "dev"] if _machine_has_node() else ["--all-groups"]
    _run(
        uv,
        "export",
        "--quiet",
        "--frozen",
        "--offline",
        "--no-emit-project",
        "--no-header",
        *groups,
        "--format",
        "requirements-txt",
        "--project",
        str(ROOT),
        "--output-file",
        str(path),
    )
    return path


def _machine_has_node() -> bool:
    """Tell whether there is a Node that is not the one an earlier set-up put into `.venv`."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return shutil.which("node", path=os.pathsep.join(f for f in folders if Path(f) != VENV / "bin")) is not None


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    digest.update(b"node" if _machine_has_node() else b"no node")
    digest.update(str(ROOT).encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _run(*command: str) -> None:
    # A virtual environment that happens to be active must not be the one uv changes.
    env = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run(command, check=True, env=env, stdout=sys.stderr)


def _output(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
