"""How a sandbox ends: by a signal, or with the process that wants it."""

import ctypes
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1


class AlreadyRunningError(Exception):
    """Another sandbox uses the same state folder."""


@contextmanager
def only_one(state_dir: Path) -> Iterator[None]:
    """Hold `state_dir` for this process while the block runs. Raises AlreadyRunningError if another one holds it."""
    with (state_dir / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(f"{state_dir} では別のサンドボックスが動いています。") from error
        yield


def until_asked_to_end(*, with_parent: bool) -> threading.Event:
    """Return an event that is set by SIGTERM or SIGINT and, if `with_parent`, when stdin ends or the parent dies.

    Must be called in the main thread.
    """
    ended = threading.Event()
    # The kernel may hand a signal to any thread. Python's handlers run in the main thread alone, which nobody would
    # wake from its wait: so whichever thread gets the signal writes to a pipe, and its reader sets the event.
    told, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _written_to_the_pipe)
    threading.Thread(target=_wait_for, args=(told, ended), name="signals", daemon=True).start()
    if with_parent:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        threading.Thread(target=_watch_stdin, args=(ended,), name="stdin", daemon=True).start()
    return ended


def _written_to_the_pipe(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing: without a handler of its own a signal would not reach the pipe."""


def _wait_for(told: int, ended: threading.Event) -> None:
    os.read(told, 1)
    ended.set()


def _watch_stdin(ended: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ended.set()
