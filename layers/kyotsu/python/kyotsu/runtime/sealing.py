"""Sealing with AES-256-GCM and data keys of KMS."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyotsu.contracts.sealing import SealBrokenError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from types_boto3_kms import KMSClient

PURPOSE = "personal-data"
PAPERS = "moving-papers"
"""What data keys are for: items of records, papers of moving cases."""
_NONCE_BYTES = 12
_OVERHEAD = _NONCE_BYTES + 16
"""Bytes a sealed value is longer than the value: nonce and tag."""


def encryption_context(municipality: str, purpose: str = PURPOSE) -> dict[str, str]:
    """Return the context of every KMS call here; the key's policy allows no other (`infra/constructs/personal.py`)."""
    return {"municipality": municipality, "purpose": purpose}


@dataclass(frozen=True, slots=True)
class AesDataKey:
    """A `DataKey`: nonce, ciphertext and tag in one; the place is authenticated with it."""

    cipher: AESGCM
    wrapped: bytes

    def seal(self, value: str, place: str) -> bytes:
        """Return the value sealed for one place."""
        return self.seal_bytes(value.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        """Return a sealed value; raises SealBrokenError."""
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, body: bytes, place: str) -> bytes:
        """Return a body sealed for one place."""
        # Random nonces: one key seals two values for each row of one chunk, far below the 2^32 that are safe.
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, body, place.encode())

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Return a sealed body; raises SealBrokenError."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < _OVERHEAD:
            raise SealBrokenError
        try:
            return self.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise SealBrokenError from error


def data_key(key: bytes, wrapped: bytes) -> AesDataKey:
    """Return the data key of 32 bytes, with the wrapped form it is stored in."""
    # Imported where it is first used: it costs a cold start some 15 ms, and most files change nothing.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AesDataKey(AESGCM(key), wrapped)


@dataclass(frozen=True, slots=True)
class KmsSealer:
    """A `Sealer` on a customer-managed key."""

    client: Callable[[], KMSClient]
    """Asked for when a key is needed: most invocations seal nothing."""
    key: str
    """ARN of the key."""
    municipality: str
    purpose: str = PURPOSE

    def new_key(self) -> AesDataKey:
        """Return a new data key."""
        made = self.client().generate_data_key(KeyId=self.key, KeySpec="AES_256", EncryptionContext=self._context)
        return data_key(made["Plaintext"], made["CiphertextBlob"])

    def open_key(self, wrapped: bytes) -> AesDataKey:
        """Return the data key of its wrapped form; raises SealBrokenError."""
        client = self.client()
        try:
            opened = client.decrypt(KeyId=self.key, CiphertextBlob=wrapped, EncryptionContext=self._context)
        except (client.exceptions.InvalidCiphertextException, client.exceptions.IncorrectKeyException) as error:
            raise SealBrokenError from error
        return data_key(opened["Plaintext"], wrapped)

    @property
    def _context(self) -> dict[str, str]:
        return encryption_context(self.municipality, self.purpose)
