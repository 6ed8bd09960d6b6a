"""The registry of addressees, and what applies rows of files to it. Built once per worker."""

from __future__ import annotations

import functools

import msgspec

from kyotsu.addressees.applying import RegistryApplier
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.table import RegistryTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.fingerprints import HmacFingerprints, secret_key
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.runtime.settings import setting


@functools.cache
def registry_applier() -> RegistryApplier:
    """Return what applies rows of 031i001. Rights: look and write of `RegistryTable`. Settings: those
    of `registry`, NUMBER_RANGES and RESIDENTS_KEEP_NUMBERS."""
    return RegistryApplier(
        store=registry(),
        fingerprints=fingerprints(),
        ranges=ranges(),
        clock=SystemClock(),
        residents_keep_numbers=residents_keep_numbers(),
        handles_individual_numbers=handles_individual_numbers,
    )


def handles_individual_numbers(system: str) -> bool:
    """Tell whether the catalogue lets a system send, and be shown, 個人番号."""
    found = load_catalogue(layer_root()).systems.get(system.lower())
    return found is not None and found.individual_numbers


def residents_keep_numbers() -> bool:
    """Tell whether a 住登外者 who becomes a 住登者 keeps the number. Setting: RESIDENTS_KEEP_NUMBERS."""
    return setting("RESIDENTS_KEEP_NUMBERS") == "true"


@functools.cache
def registry() -> RegistryTable:
    """Return the registry; it opens no 個人番号. Settings: MUNICIPALITY, ADDRESSEES_TABLE, RESIDENTS_TABLE,
    PERSONAL_KEY, FINGERPRINT_SECRET.

    Key and secret are asked for when they are first needed.
    """
    return _registry(opens=False)


@functools.cache
def opening_registry() -> RegistryTable:
    """Return the registry for whoever shows a 個人番号 to the business that sent it; it needs Decrypt, too."""
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
def ranges() -> Ranges:
    """Return the ranges of serials: NUMBER_RANGES is `msgspec.json.encode` of `Ranges`."""
    return msgspec.json.decode(setting("NUMBER_RANGES"), type=Ranges)


@functools.cache
def fingerprints() -> Fingerprints:
    """Return keyed fingerprints. Settings: MUNICIPALITY, FINGERPRINT_SECRET."""
    secret = setting("FINGERPRINT_SECRET")
    return HmacFingerprints(lambda: secret_key(clients.secrets(), secret), setting("MUNICIPALITY"))
