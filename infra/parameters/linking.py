"""Who the linked systems are: roles of other AWS accounts, and tokens of systems elsewhere.

A system that is named here may do what the catalogue grants it (infra/access/grants.py), and nothing else. In
production nobody is named until the municipality does it, in `production.py`:

    linked={
        # On AWS, in an account of its own. The role must exist before the stacks are deployed.
        "010": LinkedSystem(role_arns=("arn:aws:iam::111122223333:role/juminzei-linkage",)),
        # Elsewhere, with a client of our token server.
        "019": LinkedSystem(federated=True),
        # Elsewhere, with tokens of the municipality's own OpenID provider.
        "023": LinkedSystem(
            identity_provider=IdentityProvider(
                issuer="https://idp.example.lg.jp/tenant", audience="kyotsu", subject="kaigo-hoken"
            )
        ),
    }
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infra.parameters.errors import ParameterError

EXAMPLE_ACCOUNT = "210987654321"
"""Of the linked systems in a sandbox; nobody's on AWS, where S3 refuses policies that name it."""
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[A-Za-z0-9_+=,.@/-]{1,575}")
_ISSUER = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?")
_CLAIM = re.compile(r"[A-Za-z0-9._~:/@|+=-]{1,255}")


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """An OpenID provider of the municipality's own, and what its tokens say of one linked system."""

    issuer: str
    """As in `iss`: an https URL whose discovery document is public."""
    audience: str
    subject: str

    def __post_init__(self) -> None:
        if not _ISSUER.fullmatch(self.issuer):
            raise ParameterError(f"{self.issuer!r} is no issuer: an https URL without port, query and slash at its end")
        for claim in (self.audience, self.subject):
            # A wildcard or a policy variable would make one token good for another system.
            if not _CLAIM.fullmatch(claim):
                raise ParameterError(f"{claim!r} can't stand in a trust policy")


@dataclass(frozen=True, kw_only=True)
class LinkedSystem:
    """How one system of the catalogue proves who it is. Without any of these it may do nothing."""

    role_arns: tuple[str, ...] = ()
    """Its roles in AWS accounts other than the deployment's, each by its whole ARN."""
    federated: bool = False
    """Whether tokens of our own token server (`sub` = `system:{id}`) are exchanged for credentials."""
    identity_provider: IdentityProvider | None = None

    def __post_init__(self) -> None:
        for arn in self.role_arns:
            if not _ROLE.fullmatch(arn):
                raise ParameterError(f"{arn!r} is not the ARN of a role")

    @property
    def needs_role(self) -> bool:
        """Whether a role in the deployment's account stands for it."""
        return self.federated or self.identity_provider is not None


def check_linked(linked: Mapping[str, LinkedSystem], account: str | None) -> None:
    """Raise ParameterError if one proof would be good for two systems, or a role is of the deployment's account."""
    systems = Counter(system.lower() for system in linked)
    arns = Counter(arn for system in linked.values() for arn in system.role_arns)
    tokens = Counter(system.identity_provider for system in linked.values() if system.identity_provider)
    for twice in (*_twice(systems), *_twice(arns), *_twice(tokens)):
        raise ParameterError(f"{twice} must stand for one linked system alone")
    for arn in arns:
        if account and arn.split(":")[4] == account:
            raise ParameterError(f"{arn} is in the deployment's own account, where a bucket policy is no boundary")


def everybody(systems: Iterable[str], account: str | None) -> dict[str, LinkedSystem]:
    """Return every system as linked: federated, and with one role in an account unless that is None."""

    def arns(system: str) -> tuple[str, ...]:
        return (f"arn:aws:iam::{account}:role/linked-system-{system}",) if account else ()

    return {system: LinkedSystem(role_arns=arns(system), federated=True) for system in systems}


def _twice(counted: Counter[str] | Counter[IdentityProvider]) -> list[object]:
    return [name for name, count in counted.items() if count > 1]
