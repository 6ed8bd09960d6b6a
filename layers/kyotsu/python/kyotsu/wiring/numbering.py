"""What the calls of 住登外者宛名番号管理 (031) are made of. Built once per worker, on its first request."""

from __future__ import annotations

import functools

import msgspec

from kyotsu.addressees.issuance import Issuance
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.resident_numbers import ResidentNumbers
from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.serials import ReservedNumbers
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.runtime import clients
from kyotsu.runtime.fingerprints import HmacFingerprints, secret_key
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.runtime.settings import setting


@functools.cache
def issue_call() -> Issuance:
    """Return 住登外者宛名番号付番. Rights: look and write of `RegistryTable`, and those of `SerialTable`."""
    return Issuance(
        store=registry(),
        numbers=number_source(),
        ranges=ranges(),
        municipalities=accepted_municipalities(),
        fingerprints=fingerprints(),
    )


@functools.cache
def resident_number_call() -> ResidentNumbers:
    """Return 住民宛名番号付番. Rights: look and take of `RegistryTable`, and those of `SerialTable`."""
    return ResidentNumbers(
        store=registry(),
        numbers=number_source(),
        municipalities=accepted_municipalities(),
        fingerprints=fingerprints(),
        enabled=setting("RESIDENT_NUMBERS") == "true",
    )


@functools.cache
def registry() -> RegistryTable:
    """Return the registry. Settings: MUNICIPALITY, ADDRESSEES_TABLE, RESIDENTS_TABLE, PERSONAL_KEY, FINGERPRINT_SECRET.

    Key and secret are asked for when they are first needed.
    """
    municipality = setting("MUNICIPALITY")
    return RegistryTable(
        clients.dynamodb(),
        setting("ADDRESSEES_TABLE"),
        setting("RESIDENTS_TABLE"),
        municipality,
        sealer=KmsSealer(clients.kms, setting("PERSONAL_KEY"), municipality),
        fingerprints=fingerprints(),
    )


@functools.cache
def number_source() -> ReservedNumbers:
    """Return where new numbers come from. Settings: MUNICIPALITY, ADDRESSEES_TABLE, NUMBER_RANGES, SERIAL_BLOCK."""
    counter = SerialTable(clients.dynamodb(), setting("ADDRESSEES_TABLE"), setting("MUNICIPALITY"))
    return ReservedNumbers(counter, ranges(), int(setting("SERIAL_BLOCK")))


@functools.cache
def ranges() -> Ranges:
    """Return the ranges of serials: NUMBER_RANGES is `msgspec.json.encode` of `Ranges`."""
    return msgspec.json.decode(setting("NUMBER_RANGES"), type=Ranges)


@functools.cache
def fingerprints() -> Fingerprints:
    """Return keyed fingerprints. Settings: MUNICIPALITY, FINGERPRINT_SECRET."""
    secret = setting("FINGERPRINT_SECRET")
    return HmacFingerprints(lambda: secret_key(clients.secrets(), secret), setting("MUNICIPALITY"))


@functools.cache
def accepted_municipalities() -> frozenset[str]:
    """Return the 市区町村コード that this deployment accepts."""
    return frozenset(setting("ACCEPTED_MUNICIPALITIES").split(","))
