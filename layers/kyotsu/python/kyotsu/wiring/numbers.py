"""What the calls of 031 and 032 share: where numbers come from, and whom this deployment is for."""

from __future__ import annotations

import functools

from kyotsu.addressees.requests import Callers
from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.serials import ReservedNumbers
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting
from kyotsu.wiring.registry import handles_individual_numbers, ranges


@functools.cache
def number_source() -> ReservedNumbers:
    """Return where new numbers come from. Settings: MUNICIPALITY, ADDRESSEES_TABLE, NUMBER_RANGES, SERIAL_BLOCK."""
    counter = SerialTable(clients.dynamodb(), setting("ADDRESSEES_TABLE"), setting("MUNICIPALITY"))
    return ReservedNumbers(counter, ranges(), int(setting("SERIAL_BLOCK")))


@functools.cache
def callers() -> Callers:
    """Return what is said of callers. Setting: ACCEPTED_MUNICIPALITIES."""
    return Callers(frozenset(setting("ACCEPTED_MUNICIPALITIES").split(",")), handles_individual_numbers)
