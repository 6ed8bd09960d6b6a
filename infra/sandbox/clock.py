"""The clock of a running sandbox's functions: a file that says how far it is ahead of this machine's.

An adaptation of the sandbox alone. Its worker processes are told the file by a variable that no template sets, and add
what it says to the product's clock (`kyotsu.runtime.clock`). AWS itself, signatures and tokens keep the machine's time.
"""

import os
from datetime import timedelta
from pathlib import Path

VARIABLE = "KYOTSU_SANDBOX_CLOCK"
"""Set by the sandbox for its workers, never by a template."""
FILE = "clock"
FURTHEST = timedelta(days=3650)


class ClockError(ValueError):
    """A clock can't be moved so; the text says why."""


def read(file: Path) -> timedelta:
    """Return how far a clock is ahead; one without a file is not."""
    try:
        return timedelta(seconds=int(file.read_text("ascii")))
    except FileNotFoundError:
        return timedelta()


def forward(file: Path, by: timedelta) -> timedelta:
    """Move a clock forward and return how far it is ahead now. Functions follow with their next look at it.

    Raises ClockError: it never goes back, as what functions wrote would come from the future.
    """
    if by <= timedelta():
        raise ClockError("時計は進めることしかできません。")
    ahead = read(file) + by
    if ahead > FURTHEST:
        raise ClockError(f"時計を進められるのは {FURTHEST.days} 日までです。")
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_text(str(int(ahead.total_seconds())), "ascii")
    unfinished.replace(file)
    return ahead


def reset(file: Path) -> None:
    """Let a clock tell the machine's time again."""
    file.unlink(missing_ok=True)
