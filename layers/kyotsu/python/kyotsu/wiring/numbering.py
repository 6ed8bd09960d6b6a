"""What the calls of 住登外者宛名番号管理 (031) are made of. Built once per worker, on its first request."""

from __future__ import annotations

import functools
from datetime import timedelta

import msgspec

from kyotsu.addressees.applying import RegistryApplier
from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.history_call import Showing
from kyotsu.addressees.issuance import Issuance
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.resident_numbers import ResidentNumbers
from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.serials import ReservedNumbers
from kyotsu.addressees.table import RegistryTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.fingerprints import HmacFingerprints, secret_key
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.runtime.settings import setting
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.catalogue import withheld_items
from kyotsu.wiring.protection import protection_decision

ADDRESSEES = "addressees"
"""The applier of 住登外者宛名基本情報の更新, as the catalogue names it."""


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
def edit_call() -> Editing:
    """Return 住登外者宛名基本情報更新. Rights: look, write, history, lease and release of `RegistryTable`."""
    return Editing(
        store=registry(),
        municipalities=accepted_municipalities(),
        fingerprints=fingerprints(),
        lease_time=timedelta(seconds=int(setting("LEASE_SECONDS"))),
        residents_keep_numbers=residents_keep_numbers(),
    )


@functools.cache
def history_call() -> Showing:
    """Return 住登外者宛名履歴照会. Rights: look, history and linked_to of `RegistryTable`, and those of
    `protection_decision` and `audit_trail`."""
    return Showing(
        store=registry(),
        municipalities=accepted_municipalities(),
        decision=protection_decision(),
        audit=audit_trail(),
        withheld=withheld_items(load_catalogue(layer_root()), ADDRESSEES),
    )


@functools.cache
def registry_applier() -> RegistryApplier:
    """Return what applies rows of 031i001. Rights: look and write of `RegistryTable`, without Decrypt. Settings: those
    of `registry`, NUMBER_RANGES and RESIDENTS_KEEP_NUMBERS."""
    return RegistryApplier(
        store=_registry(opens=False),
        fingerprints=fingerprints(),
        ranges=ranges(),
        clock=SystemClock(),
        residents_keep_numbers=residents_keep_numbers(),
    )


def residents_keep_numbers() -> bool:
    """Tell whether a 住登外者 who becomes a 住登者 keeps the number. Setting: RESIDENTS_KEEP_NUMBERS."""
    return setting("RESIDENTS_KEEP_NUMBERS") == "true"


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
    return _registry(opens=True)


def _registry(*, opens: bool) -> RegistryTable:
    municipality = setting("MUNICIPALITY")
    return RegistryTable(
        clients.dynamodb(),
        setting("ADDRESSEES_TABLE"),
        setting("RESIDENTS_TABLE"),
        municipality,
        sealer=KmsSealer(clients.kms, setting("PERSONAL_KEY"), municipality),
        fingerprints=fingerprints(),
        opens=opens,
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
