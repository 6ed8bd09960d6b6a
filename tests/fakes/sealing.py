"""Sealing without KMS: the product's own ciphers, and a wrapping key of this process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.residents.sealing import Sealing
from kyotsu.runtime.fingerprints import HmacFingerprints
from kyotsu.runtime.sealing import AesDataKey, data_key

SEALED = {f"001o006/{version}": {6: "kojinbango", 7: "juminhyokodo"} for version in ("v1", "v2")}
FINGERPRINTS = HmacFingerprints(lambda: b"a key for tests alone", "141003")


@dataclass
class LocalSealer:
    """A `Sealer` that counts the keys it makes and opens."""

    made: int = 0
    opened: int = 0
    master: AESGCM = field(default_factory=lambda: AESGCM(os.urandom(32)))

    def new_key(self) -> AesDataKey:
        self.made += 1
        key, nonce = os.urandom(32), os.urandom(12)
        return data_key(key, nonce + self.master.encrypt(nonce, key, None))

    def open_key(self, wrapped: bytes) -> AesDataKey:
        self.opened += 1
        try:
            return data_key(self.master.decrypt(wrapped[:12], wrapped[12:], None), wrapped)
        except InvalidTag as error:
            raise SealBrokenError from error


def local_sealing(sealer: LocalSealer | None = None) -> Sealing:
    """Return what a `ResidentTable` needs, with the sealed items of 001o006."""
    return Sealing(sealer or LocalSealer(), FINGERPRINTS, lambda layout: SEALED.get(layout, {}))
