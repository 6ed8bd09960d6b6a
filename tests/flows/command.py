"""The `kyotsu` command without its start: a server process that has imported it forks once for each command.

Importing takes a second of a core, and the flows run more than a hundred commands. The README's own flow still starts
`kyotsu` as a shell does.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from kyotsu_cli.main import COMMANDS, GROUPS

_SERVER = multiprocessing.get_context("forkserver")
# `pytest`, because each fork imports the main module of its parent.
_SERVER.set_forkserver_preload(["pytest", *(f"kyotsu_cli.commands.{name}" for name in (*COMMANDS, *GROUPS))])


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `kyotsu` with these arguments and this environment alone, as `subprocess.run` would."""
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        process = _SERVER.Process(target=_main, args=(list(arguments), dict(environment), stdin or "", out, err))
        process.start()
        process.join()
        code = process.exitcode or 0
        process.close()
        return subprocess.CompletedProcess(["kyotsu", *arguments], code, out.read_text("utf-8"), err.read_text("utf-8"))


def _main(arguments: list[str], environment: dict[str, str], stdin: str, out: Path, err: Path) -> None:
    from kyotsu_cli.main import main

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["kyotsu", *arguments]
    sys.stdin = io.StringIO(stdin)
    with (
        out.open("w", encoding="utf-8") as output,
        err.open("w", encoding="utf-8") as errors,
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        main()
