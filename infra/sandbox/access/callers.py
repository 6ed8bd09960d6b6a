"""What the API gateway asks about those who sign requests for it (`infra.sandbox.api.callers.Callers`)."""

from datetime import UTC, datetime

from infra.sandbox.access.enforcement import Access, Need
from infra.sandbox.access.principals import service as service_principal
from infra.sandbox.api.callers import Caller


class KnownCallers:
    """Everybody who has credentials in the sandbox."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def find(self, access_key: str) -> Caller | None:
        """Return whose access key it is, or None if nobody's (any more)."""
        held = self._access.principals.by_access_key(access_key)
        if held is None or (held.expires is not None and held.expires <= datetime.now(UTC)):
            return None
        who = held.principal
        unique = who.account if who.kind == "operator" else f"AROASANDBOX0000000000:{who.arn.rsplit('/', 1)[-1]}"
        return Caller(access_key, held.secret_access_key, held.session_token, who.account, who.arn, unique)

    def may(self, caller: Caller, action: str, resource: str) -> bool:
        """Whether the caller's policies allow an action on a resource (an ARN)."""
        held = self._access.principals.by_access_key(caller.access_key)
        if held is None:
            return False
        return (
            held.principal.kind == "operator"
            or self._access.refusal(held.principal, Need(action, resource), {}) is None
        )

    def lets(self, service: str, action: str, resource: str, source: str) -> bool:
        """Whether a resource's policy lets an AWS service do something for the sake of `source` (both are ARNs)."""
        facts = {"aws:sourcearn": (source,), "aws:sourceaccount": (self._access.stored.account,)}
        refusal = self._access.refusal(service_principal(service), Need(action, resource), facts)
        return refusal is None or not self._access.enforced
