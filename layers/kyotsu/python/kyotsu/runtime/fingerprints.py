"""Keyed fingerprints: HMAC-SHA-256 with a key that the deployment made for itself."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient


class HmacFingerprints:
    """`Fingerprints` whose key is asked for once, when the first one is made.

    The key must not be changed casually: every stored row is known by its fingerprint, so that with another key all
    rows that are sent again would be new ones (docs/decisions/0040-field-encryption.md).
    """

    def __init__(self, load: Callable[[], bytes], municipality: str) -> None:
        self._load = load
        self._municipality = municipality

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        """The state after the key, which each fingerprint goes on from."""
        return hmac.new(self._load(), digestmod="sha256")

    @cached_property
    def key_id(self) -> str:
        """Which key they are made with, 8 characters; it tells nothing about the key."""
        return self.of("key-id", "").hex()[:8]

    def of(self, purpose: str, text: str) -> bytes:
        """Return 32 bytes. Fingerprints of different purposes or municipalities never match."""
        made = self._keyed.copy()
        made.update(f"{self._municipality}\x1f{purpose}\x1f{text}".encode())
        return made.digest()


def secret_key(client: SecretsManagerClient, secret: str) -> bytes:
    """Return the key that Secrets Manager keeps under an ARN."""
    return client.get_secret_value(SecretId=secret)["SecretString"].encode()
