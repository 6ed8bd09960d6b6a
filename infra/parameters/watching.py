"""How closely file linkage is watched over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watching:
    """Times are in minutes."""

    sweep_every: int = 15
    """How often outboxes are compared with receipts."""
    grace: int = 15
    """How old a file without receipt must be before the sweep notifies reception of it."""
    stuck: int = 120
    """How old a receipt without answer must be: more than reception takes with all its attempts."""
    pages: int = 20
    """Pages of 1,000 versions of one bucket in one run: what the sweep may cost."""
    numbers_every: int = 5
    """How often missing 連番 are looked for."""
    patience: int = 60
    """How long after a higher 連番 a missing one may still arrive."""
    numbers_start_at_one: bool = False
    """Whether every branch must begin with 000001; else with the lowest number that arrives."""
    deliveries_every: int = 5
    """How often deliveries are looked at."""
    unoffered: int = 60
    """Age of the oldest delivery not completely offered at which operators are alarmed."""
    unacknowledged: int = 24 * 60
    """Age of the oldest delivery without acknowledgement at which operators are alarmed."""
