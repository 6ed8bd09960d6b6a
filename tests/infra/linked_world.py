"""The files of a deployment, its policies as synthesized, and whoever comes for them: asked of the sandbox's engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.documents import Policy, parsed
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.principals import of_role
from tests.infra.templates import ACCOUNT, Statement

LINKED_ACCOUNT = "210987654321"
KEY = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/exchange"
Way = Literal["linked", "federated"]
WAYS: tuple[Way, ...] = ("linked", "federated")


def role_of(system: str) -> str:
    """Return the role that a system has in its own account."""
    return f"arn:aws:iam::{LINKED_ACCOUNT}:role/linked-system-{system}"


def policy(statements: Sequence[Statement]) -> Policy:
    """Return resolved statements as the engine reads them."""
    return parsed(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


@dataclass(frozen=True)
class World:
    """Policies by system; buckets are called `prefix` + system."""

    prefix: str
    buckets: Mapping[str, Policy]
    key: Policy
    roles: Mapping[str, Policy]

    def may(self, way: Way, system: str, action: str, bucket: str, key: str = "", **context: str | None) -> bool:
        """Tell whether a system may do something of S3 in a system's bucket, with an object or with the bucket.

        `linked` comes with a role of its own account, which lets it do everything; `federated` with one of ours.
        `context`: condition keys, `s3_prefix` for `s3:prefix`.
        """
        who, identity = self.who(way, system)
        arn = f"arn:aws:s3:::{self.prefix}{bucket}" + (f"/{key}" if key else "")
        facts: dict[str, tuple[str, ...]] = {
            "aws:securetransport": ("true",),
            "aws:principalaccount": (who.account,),
            **{name.replace("_", ":", 1): (value,) for name, value in context.items() if value is not None},
        }
        return decide(who, Check(f"s3:{action}", arn, ACCOUNT, facts), identity, self.buckets[bucket]).allowed

    def may_use_key(self, way: Way, system: str, action: str, bucket: str, **context: str) -> bool:
        """Tell whether a system may use the key of files for a bucket; by way of S3 unless told otherwise."""
        who, identity = self.who(way, system)
        facts = {
            "kms:viaservice": (context.get("via", "s3.ap-northeast-1.amazonaws.com"),),
            "kms:encryptioncontext:aws:s3:arn": (f"arn:aws:s3:::{self.prefix}{bucket}",),
        }
        check = Check(f"kms:{action}", KEY, ACCOUNT, facts, only_by_resource=True)
        return decide(who, check, identity, self.key).allowed

    def who(self, way: Way, system: str) -> tuple[Principal, Sequence[Policy] | None]:
        """Return who comes, and its identity's policies (None: its account allows it everything)."""
        if way == "linked":
            return of_role(role_of(system), "session"), None
        return of_role(f"arn:aws:iam::{ACCOUNT}:role/federated-{system}", "session"), [self.roles[system]]


def with_key(document: Any) -> Any:
    """Return resolved statements in which the key of files has an ARN as AWS gives it."""
    match document:
        case str() if "KeysExchange" in document:
            return KEY
        case dict():
            return {name: with_key(value) for name, value in document.items()}
        case list():
            return [with_key(value) for value in document]
        case _:
            return document
