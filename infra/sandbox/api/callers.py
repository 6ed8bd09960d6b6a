"""Who asks: what the gateway and the origins want to know about credentials and permissions."""

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
    """What is known of those who sign, and of what AWS's own services may do."""

    def find(self, access_key: str) -> Caller | None:
        """Return whose access key it is, or None if nobody's (any more)."""

    def may(self, caller: Caller, action: str, resource: str) -> bool:
        """Whether the caller's policies allow an action on a resource (an ARN)."""

    def lets(self, service: str, action: str, resource: str, source: str) -> bool:
        """Whether a resource's policy lets an AWS service do something for the sake of `source` (both are ARNs)."""
