"""A sandbox of the demo's own, that ends with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from kyotsu_cli.failure import CommandError

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def running(state_dir: Path, municipality: str) -> Iterator[Path]:
    """Run a sandbox and yield its endpoints.json; whatever happens, it ends with this process."""
    state_dir = state_dir.resolve()  # the sandbox runs in the repository, whatever folder this one runs in
    arguments = ["--municipality", municipality, "--port", "0", "--api-port", "0", "--with-parent"]
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.sandbox", *arguments, "--state-dir", str(state_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        # It says a line when it is ready, and nothing more after its last word.
        said = []
        for line in cast("IO[str]", process.stdout):
            said.append(line)
            if (state_dir / "endpoints.json").exists():
                break
        else:
            raise CommandError("サンドボックスを起動できません。\n" + "".join(said))
        yield state_dir / "endpoints.json"
    finally:
        process.terminate()
        process.wait()
