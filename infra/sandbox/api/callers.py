"""Who signs requests: what the gateway asks about credentials and permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

INVOKE = "execute-api:Invoke"


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials: a user, or a session of a role, which has a token."""

    access_key: str
    secret_key: str
    token: str | None
    account: str
    arn: str
    unique_id: str
    """AIDA… of a user, AROA…:session of a role's session."""


class Callers(Protocol):
    """What is known of those who sign."""

    def find(self, access_key: str) -> Caller | None:
        """Return whose access key it is, or None if nobody's (any more)."""

    def may(self, caller: Caller, action: str, resource: str) -> bool:
        """Whether the caller's policies allow an action on a resource (an ARN)."""


@dataclass(frozen=True)
class OperatorAlone:
    """A sandbox in which nobody but its operator has credentials."""

    operator: Caller

    def find(self, access_key: str) -> Caller | None:
        """Return the operator by its key."""
        return self.operator if access_key == self.operator.access_key else None

    def may(self, caller: Caller, action: str, resource: str) -> bool:
        """The operator may do everything."""
        del action, resource
        return caller == self.operator


def operator(account: str, access_key: str, secret_key: str) -> Caller:
    """Return the operator: the account's root user."""
    return Caller(access_key, secret_key, None, account, f"arn:aws:iam::{account}:root", account)
