"""AWS KMS and Secrets Manager."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from infra.sandbox.access.enforcement import Need, encryption_context
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

_OF_KEY = {
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "DescribeKey", "GetPublicKey", "Sign",
    "Verify", "GenerateMac", "VerifyMac", "GetKeyPolicy", "GetKeyRotationStatus",
}  # fmt: skip


def key_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to KMS needs. Raises UnmappedError."""
    body = asked.body
    if asked.operation not in _OF_KEY:
        raise UnmappedError(f"kms:{asked.operation}")
    named = body.get("KeyId") or _key_in(body.get("CiphertextBlob", ""))
    context = encryption_context(body.get("EncryptionContext", {})) if body.get("EncryptionContext") else {}
    for parameter in ("SigningAlgorithm", "MessageType"):
        if parameter in body:
            context[f"kms:{parameter.lower()}"] = (str(body[parameter]),)
    if "alias/" in named:
        context["kms:requestalias"] = ("alias/" + named.split("alias/", 1)[1],)
    yield Need(f"kms:{asked.operation}", stored.key_arn(named), context)


def _key_in(ciphertext: str) -> str:
    """Return the id of the key that moto wrote before a ciphertext."""
    try:
        return base64.b64decode(ciphertext, validate=True)[:36].decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnmappedError("kms: a ciphertext that names no key") from error


_READS = {"GetSecretValue": True, "DescribeSecret": False, "ListSecretVersionIds": False, "GetResourcePolicy": False}
_WRITES = {"PutSecretValue": True, "UpdateSecret": True, "UpdateSecretVersionStage": False, "DeleteSecret": False,
           "TagResource": False}  # fmt: skip


def secret_needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to Secrets Manager needs. Raises UnmappedError."""
    operation, body = asked.operation, asked.body
    if operation == "CreateSecret":
        yield from _creating(body, stored)
        return
    if operation not in _READS and operation not in _WRITES:
        raise UnmappedError(f"secretsmanager:{operation}")
    name = body["SecretId"]
    secret: Any = stored.secret(name)
    arn = secret.arn if secret is not None else name if name.startswith("arn:") else _unmade(name, stored)
    context = {"secretsmanager:secretid": (name,)}
    if operation == "GetSecretValue":
        context["secretsmanager:versionstage"] = (body.get("VersionStage", "AWSCURRENT"),)
    yield Need(f"secretsmanager:{operation}", arn, context)
    key = getattr(secret, "kms_key_id", None)
    with_key = {**_READS, **_WRITES}[operation]
    if key and not key.startswith("alias/aws/") and with_key:
        yield from _with_key(("Decrypt",) if operation in _READS else ("GenerateDataKey", "Decrypt"), key, arn, stored)


def _creating(body: Mapping[str, Any], stored: Stored) -> Iterator[Need]:
    arn = _unmade(body["Name"], stored)
    yield Need("secretsmanager:CreateSecret", arn, {"secretsmanager:name": (body["Name"],)})
    if body.get("KmsKeyId"):
        yield from _with_key(("GenerateDataKey", "Decrypt"), body["KmsKeyId"], arn, stored)


def _with_key(actions: tuple[str, ...], key: str, arn: str, stored: Stored) -> Iterator[Need]:
    context = encryption_context({"SecretARN": arn})
    for action in actions:
        yield Need(f"kms:{action}", stored.key_arn(key), context, via="secretsmanager")


def _unmade(name: str, stored: Stored) -> str:
    return stored.arn("secretsmanager", f"secret:{name}-000000")  # six characters that AWS chooses
