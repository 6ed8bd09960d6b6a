"""The grants of linked systems as policy statements: of a bucket, of the key of files, and of a role of our own.

A bucket's policy has 20 KB for all systems that receive from it, so it has one statement for each of them, and denies
to all other accounts at once what such a statement would let through: docs/decisions/0105.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infra.access.grants import Grants

Statement = dict[str, Any]
Principals = Mapping[str, Sequence[str]]
"""Role ARNs of linked systems in other accounts, by the id of their system in lower case."""

BUCKET_POLICY_LIMIT = 20_480
KEY_POLICY_LIMIT = 32_768
_BESIDE = 700
"""Characters left for what the CDK adds: TLS only, the account's own right on its key."""
_SEND = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
_READ_ANSWERS = ["s3:GetObject", "s3:GetObjectVersion"]
_OWN_PREFIXES = ["outbox/*", "answers/*", "notices/*"]
_BRING_PREFIXES = ["answers/inbox/*", "status/*"]
_SSE = "s3:x-amz-server-side-encryption"


@dataclass(frozen=True)
class Names:
    """How a deployment's buckets and its key of files are called in policies (CDK tokens are welcome)."""

    partition: str
    account: str
    region: str
    bucket_prefix: str
    key_arn: str

    def bucket(self, system: str) -> str:
        """Return the ARN of a system's bucket."""
        return f"arn:{self.partition}:s3:::{self.bucket_prefix}{system}"

    def measured(self, stage_and_municipality: str) -> Names:
        """Return names as long as the deployed ones, without tokens."""
        account = "0" * 12
        return replace(
            self,
            partition="aws",
            account=account,
            bucket_prefix=f"kyotsu-{stage_and_municipality}-{account}-",
            key_arn=f"arn:aws:kms:ap-northeast-1:{account}:key/{'0' * 36}",
        )


def size(statements: Sequence[Statement]) -> int:
    """Return the characters of a policy as AWS counts them, without white space."""
    return len(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":")))


def role_statements(names: Names, grants: Grants) -> Iterator[Statement]:
    """Yield what the role of a linked system in this account may do."""
    if grants.sends:
        yield from _own(names, grants)
    if grants.brings:
        yield from _bring(names, grants)
    of_interfaces = [f"{names.bucket(d.bucket)}/{grants.prefix}{d.interface}" for d in grants.deliveries]
    buckets = [names.bucket(bucket) for bucket in dict.fromkeys(d.bucket for d in grants.deliveries)]
    if of_interfaces:
        yield _allow("s3:GetObject", [f"{folder}/*" for folder in of_interfaces])
        yield _allow("s3:PutObject", [f"{folder}/*.ack.json" for folder in of_interfaces])
        yield _allow("s3:ListBucket", buckets, StringLike={"s3:prefix": f"{grants.prefix}*"})
    if grants.buckets:
        yield _use_key(names, grants.buckets, names.key_arn)


def bucket_statements(
    names: Names, bucket: str, every: Sequence[Grants], principals: Principals, *, by_interface: bool = True
) -> Iterator[Statement]:
    """Yield the policy of a system's bucket: what linked systems in other accounts may, and what nobody may.

    Unless `by_interface`, a recipient reads all that stands below its own prefix.
    """
    for grants in every:
        roles = principals.get(grants.system)
        if roles and grants.system == bucket and grants.sends:
            yield from (_to(roles, statement) for statement in _own(names, grants))
        if roles and grants.system == bucket and grants.brings:
            yield from (_to(roles, statement) for statement in _bring(names, grants))
        if roles and grants.interfaces(bucket):
            yield _to(roles, _receive(names, bucket, grants, by_interface=by_interface))
    brings = any(grants.brings for grants in every if grants.system == bucket)
    yield from _denied_to_other_accounts(names, bucket, brings=brings)
    yield from _denied_to_all(names, bucket)


def fitting_bucket_statements(
    names: Names, measured: Names, bucket: str, every: Sequence[Grants], principals: Principals
) -> list[Statement]:
    """Return the policy of a bucket, by interface if S3 takes so long a one, else by recipient."""
    long = size(list(bucket_statements(measured, bucket, every, principals))) + _BESIDE > BUCKET_POLICY_LIMIT
    return list(bucket_statements(names, bucket, every, principals, by_interface=not long))


def key_statements(
    names: Names, every: Sequence[Grants], principals: Principals, *, by_bucket: bool = True
) -> Iterator[Statement]:
    """Yield who in other accounts uses the key of files, by way of S3 and for which buckets alone.

    Unless `by_bucket`, each may use it for all of them: S3 asks the bucket's policy before it uses a key.
    """
    linked = [grants for grants in every if principals.get(grants.system) and grants.buckets]
    if by_bucket:
        for grants in linked:
            yield _to(principals[grants.system], _use_key(names, grants.buckets, "*"))
    elif linked:
        roles = [role for grants in linked for role in principals[grants.system]]
        yield _to(roles, _use_key(names, sorted({bucket for grants in linked for bucket in grants.buckets}), "*"))


def fitting_key_statements(
    names: Names, measured: Names, every: Sequence[Grants], principals: Principals
) -> list[Statement]:
    """Return the statements of the key, by bucket if KMS takes so long a policy, else for all buckets at once."""
    long = size(list(key_statements(measured, every, principals))) + _BESIDE > KEY_POLICY_LIMIT
    return list(key_statements(names, every, principals, by_bucket=not long))


def _own(names: Names, grants: Grants) -> Iterator[Statement]:
    bucket = names.bucket(grants.system)
    yield _allow(_SEND, [f"{bucket}/outbox/*"])
    yield _allow(_READ_ANSWERS, [f"{bucket}/answers/*", f"{bucket}/notices/*"])
    yield _allow("s3:ListBucket", [bucket], StringLike={"s3:prefix": _OWN_PREFIXES})


def _bring(names: Names, grants: Grants) -> Iterator[Statement]:
    bucket = names.bucket(grants.system)
    # What was put is never read again by whoever brought it: 個人番号 stand there until they are sealed.
    yield _allow("s3:PutObject", [f"{bucket}/inbox/*"])
    yield _allow("s3:GetObject", [f"{bucket}/{prefix}" for prefix in _BRING_PREFIXES])
    yield _allow("s3:ListBucket", [bucket], StringLike={"s3:prefix": _BRING_PREFIXES})


def _receive(names: Names, bucket: str, grants: Grants, *, by_interface: bool) -> Statement:
    """Return one statement for all that a recipient does in a bucket; the denials below make it exact."""
    arn = names.bucket(bucket)
    folders = [f"{grants.prefix}{interface}/" for interface in grants.interfaces(bucket)]
    return _allow(
        ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        [arn, *(f"{arn}/{folder}*" for folder in (folders if by_interface else [grants.prefix]))],
        # Reading and writing know no prefix; a listing without one is denied below.
        StringLikeIfExists={"s3:prefix": f"{grants.prefix}*"},
    )


def _denied_to_other_accounts(names: Names, bucket: str, *, brings: bool) -> Iterator[Statement]:
    arn = names.bucket(bucket)
    others = {"StringNotEquals": {"aws:PrincipalAccount": names.account}}
    yield _deny("ListOwnPrefixOnly", "s3:ListBucket", Resource=arn, Condition={"Null": {"s3:prefix": "true"}, **others})
    writable = [f"{arn}/{'inbox' if brings else 'outbox'}/*", f"{arn}/deliveries/*.ack.json"]
    yield _deny("AcknowledgementsOnly", "s3:PutObject", NotResource=writable, Condition=others)


def _denied_to_all(names: Names, bucket: str) -> Iterator[Statement]:
    """Yield that objects are under our key. What a request does not tell, the bucket's default decides."""
    objects = f"{names.bucket(bucket)}/*"

    def told(key: str, **conditions: Mapping[str, str]) -> dict[str, Any]:
        return {"Null": {key: "false"}, **conditions}

    key = f"{_SSE}-aws-kms-key-id"
    yield _deny("OurKeyOnly", "s3:PutObject", Resource=objects, Condition=told(key, ArnNotEquals={key: names.key_arn}))
    yield _deny("KmsOnly", "s3:PutObject", Resource=objects, Condition=told(_SSE, StringNotEquals={_SSE: "aws:kms"}))
    yield _deny("NoForeignKeys", "s3:PutObject", Resource=objects, Condition=told(f"{_SSE}-customer-algorithm"))


def _use_key(names: Names, buckets: Sequence[str], resource: str) -> Statement:
    exactly = {
        # The buckets have bucket keys, so the context is the bucket and not the object.
        "kms:EncryptionContext:aws:s3:arn": [names.bucket(bucket) for bucket in buckets],
        "kms:ViaService": f"s3.{names.region}.amazonaws.com",
    }
    # Decrypt also serves uploads in parts.
    return _allow(["kms:Decrypt", "kms:GenerateDataKey"], [resource], StringEquals=exactly)


def _allow(actions: str | list[str], resources: list[str], **conditions: Mapping[str, object]) -> Statement:
    statement: Statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": conditions} if conditions else statement


def _deny(sid: str, action: str, **rest: object) -> Statement:
    return {"Sid": sid, "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action, **rest}


def _to(roles: Sequence[str], statement: Statement) -> Statement:
    return {**statement, "Principal": {"AWS": list(roles)}}
