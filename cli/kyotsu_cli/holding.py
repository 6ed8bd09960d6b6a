"""A folder that one process at a time works in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kyotsu_cli.failure import CommandError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs; raises CommandError if another process does. It ends with its process."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(folder / ".kyotsu-lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b") as lock:  # noqa: PTH123
        try:
            if sys.platform == "win32":
                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"{folder} では別の取得が動いています。終わってから実行してください。") from error
        yield
