"""A sandbox of the demo's own, that ends with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from kyotsu_cli.failure import CommandError

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def running(state_dir: Path, municipality: str) -> Iterator[Path]:
    """Run a sandbox and yield its endpoints.json; whatever happens, it ends with this process."""
    with starting(state_dir, municipality) as ready:
        yield ready()


@contextmanager
def starting(state_dir: Path, municipality: str, *options: str) -> Iterator[Callable[[], Path]]:
    """Start a sandbox and yield what waits until it is ready and returns its endpoints.json; it ends with the block."""
    state_dir = state_dir.resolve()  # the sandbox runs in the repository, whatever folder this one runs in
    arguments = ["--municipality", municipality, "--port", "0", "--api-port", "0", "--with-parent", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.sandbox", *arguments, "--state-dir", str(state_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield lambda: _ready(cast("IO[str]", process.stdout), state_dir / municipality / "endpoints.json")
    finally:
        process.terminate()
        process.wait()


def _ready(said: IO[str], endpoints: Path) -> Path:
    # It says a line when it is ready, and nothing more after its last word.
    lines = []
    for line in said:
        lines.append(line)
        if endpoints.exists():
            return endpoints
    raise CommandError("サンドボックスを起動できません。\n" + "".join(lines))
