"""Signing with an RSA key that never leaves KMS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient


def key_id(arn: str) -> str:
    """Return what a key is called in public: its id in KMS, which tells nothing about the account."""
    return arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """Makes RS256 signatures."""

    client: Callable[[], KMSClient]
    arn: str

    @property
    def key_id(self) -> str:
        """The key's public name."""
        return key_id(self.arn)

    def sign(self, content: bytes) -> bytes:
        """Return the signature of at most 4,096 bytes."""
        signed = self.client().sign(
            KeyId=self.arn, Message=content, MessageType="RAW", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
        )
        return signed["Signature"]


def public_key(client: KMSClient, arn: str) -> bytes:
    """Return the public half of a key (DER, SubjectPublicKeyInfo)."""
    return client.get_public_key(KeyId=arn)["PublicKey"]
