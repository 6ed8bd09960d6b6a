"""Who a policy's Principal element means.

Source: IAM User Guide, "IAM JSON policy elements: Principal" and "NotPrincipal".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Literal

_ROOT = re.compile(r"arn:aws:iam::(?P<account>[0-9]{12}):root|(?P<bare>[0-9]{12})")
_ARN = re.compile(r"arn:aws:(iam|sts)::[0-9]{12}:(role|user|assumed-role)/[^*?]+")
Kind = Literal["operator", "role", "service", "web_identity", "anonymous"]


class UnknownPrincipalError(ValueError):
    """A policy names a principal in a way that the sandbox doesn't know."""


@dataclass(frozen=True)
class Principal:
    """Who makes a request. `arn` is what CloudTrail would show: of a role its session's."""

    kind: Kind
    arn: str
    account: str = ""
    role: str | None = None
    """ARN of the role, if this is a session of one."""
    provider: str | None = None
    """ARN of the identity provider that vouches for a web identity, which has no role yet."""
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What the session brings to every request: condition keys in lower case and their values."""


class Match(IntEnum):
    """How far a Principal element means somebody."""

    NOT = 0
    ACCOUNT = 1
    """It names the account, which says by its own policies who of it."""
    DIRECT = 2


@dataclass(frozen=True)
class PrincipalSet:
    """A Principal or NotPrincipal element."""

    anyone: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: str | Mapping[str, Any]) -> "PrincipalSet":
        """Read the element. Raises UnknownPrincipalError."""
        if given == "*":
            return cls(anyone=True)
        if isinstance(given, str) or set(given) - {"AWS", "Service", "Federated"}:
            raise UnknownPrincipalError(f"principal {given}")
        names = {kind: [value] if isinstance(value, str) else list(value) for kind, value in given.items()}
        amazon = names.get("AWS", [])
        roots = {name: match for name in amazon if (match := _ROOT.fullmatch(name))}
        arns = [name for name in amazon if name != "*" and name not in roots]
        for name in arns:
            if not _ARN.fullmatch(name):
                raise UnknownPrincipalError(f"principal {name}")
        return cls(
            anyone="*" in amazon,
            accounts=frozenset(match["account"] or match["bare"] for match in roots.values()),
            arns=frozenset(arns),
            services=frozenset(names.get("Service", [])),
            providers=frozenset(names.get("Federated", [])),
        )

    def match(self, who: Principal) -> Match:
        """Tell how far `who` is meant."""
        if who.kind == "service":
            return Match.DIRECT if self.anyone or who.arn in self.services else Match.NOT
        if who.kind == "web_identity":
            return Match.DIRECT if who.provider in self.providers else Match.NOT
        if self.anyone or who.arn in self.arns or (who.role is not None and who.role in self.arns):
            return Match.DIRECT
        return Match.ACCOUNT if who.account and who.account in self.accounts else Match.NOT

    def excepts(self, who: Principal) -> bool:
        """Tell whether a NotPrincipal element spares `who`: a role must be named together with its account."""
        named = replace(self, accounts=frozenset()).match(who)
        if named is Match.NOT:
            return False
        return who.kind in ("service", "web_identity") or self.anyone or who.account in self.accounts
