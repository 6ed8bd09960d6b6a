"""What the calls of 031 and 032 share: where numbers come from, and whom this deployment is for."""

from __future__ import annotations

import functools

from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.serials import ReservedNumbers
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting
from kyotsu.wiring.registry import ranges


@functools.cache
def number_source() -> ReservedNumbers:
    """Return where new numbers come from. Settings: MUNICIPALITY, ADDRESSEES_TABLE, NUMBER_RANGES, SERIAL_BLOCK."""
    counter = SerialTable(clients.dynamodb(), setting("ADDRESSEES_TABLE"), setting("MUNICIPALITY"))
    return ReservedNumbers(counter, ranges(), int(setting("SERIAL_BLOCK")))


@functools.cache
def accepted_municipalities() -> frozenset[str]:
    """Return the 市区町村コード that this deployment accepts."""
    return frozenset(setting("ACCEPTED_MUNICIPALITIES").split(","))
