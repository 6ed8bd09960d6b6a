"""What hears of residents who moved in, and what destroys papers whose period is over."""

from __future__ import annotations

import functools

from kyotsu.moving.arriving import Arriving
from kyotsu.moving.erasing import Erasing
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.moving import cases, fingerprints, papers, rules, starting
from kyotsu.wiring.moving_residents import opened_residents


@functools.cache
def arriving() -> Arriving:
    """Return what hears of residents."""
    return Arriving(cases(), papers(), opened_residents(), starting(), fingerprints())


@functools.cache
def erasing() -> Erasing:
    """Return what destroys papers."""
    return Erasing(cases(), papers(), starting(), SystemClock(), rules())
