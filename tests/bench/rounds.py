"""Rounds of measurements on a shared machine: in each one everything is measured side by side, and ratios are compared.

Time is the processor time of this process, not the clock's. What else the machine does slows all of a round alike, so
that a round's ratios mean more than its rates; the median of the rounds leaves out the odd ones.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Rates = Mapping[str, float]
"""Rows per second, by what was measured."""


def on_one_core() -> None:
    """Keep this process to one of its cores, if the system can: its threads would otherwise wait for each other."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def rate(rows: int, work: Callable[[], object]) -> float:
    """Return the rows per second of some work, begun with nothing left for the garbage collector."""
    gc.collect()
    before = time.process_time()
    work()
    return rows / (time.process_time() - before)


def spread(found: Sequence[float]) -> tuple[float, float, float]:
    """Return median, lowest and highest."""
    return statistics.median(found), min(found), max(found)


def ratios(rounds: Sequence[Rates], above: str, below: str) -> list[float]:
    """Return the ratio of two rates in each round."""
    return [one[above] / one[below] for one in rounds]
