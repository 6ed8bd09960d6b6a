"""What the function that draws 転入届 is made of: apart, since no other one has the layer `forms`."""

from __future__ import annotations

import functools

from kyotsu.moving.drawing_step import Drawing
from kyotsu.moving.form.fonts import find_fonts
from kyotsu.moving.moves import Moves
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.moving import cases, papers


@functools.cache
def drawing() -> Drawing:
    """Return the step. Settings: those of `cases()` and of `papers()`; fonts are read with the first form."""
    return Drawing(Moves(cases(), SystemClock()), papers(), functools.cache(find_fonts))
