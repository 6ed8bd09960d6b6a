"""Whether somebody may do something here: asked by the gate for requests, and for what AWS does by itself."""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.principals import Credentials, Principals, service
from infra.sandbox.access.stored import Stored

_LOGGER = logging.getLogger(__name__)
_TYPES = {"role": "AssumedRole", "operator": "Account", "service": "AWSService", "anonymous": "Anonymous"}


class DeniedError(Exception):
    """Somebody may not do something; the text is AWS's."""


@dataclass(frozen=True)
class Need:
    """A permission that a request needs: an action on a resource, with what its service adds to the context.

    `via` is the service that asks for it on the caller's behalf, like `s3`; `by` the one that asks for itself, like
    `events.amazonaws.com`.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    via: str | None = None
    by: str | None = None


class Access:
    """The access control of one sandbox. Not `enforced`, everything is allowed."""

    def __init__(self, principals: Principals, stored: Stored, *, enforced: bool) -> None:
        self.principals, self.stored, self.enforced = principals, stored, enforced
        self._functions: dict[str, Principal] = {}

    def demand(self, who: Principal, needs: Iterable[Need], more: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Raise DeniedError, and log it, unless `who` may do everything of `needs`. `more` is known of the request."""
        if not self.enforced or who.kind == "operator":
            return
        for need in needs:
            actor = service(need.by) if need.by else who
            refusal = self.refusal(actor, need, more or {})
            if refusal is not None:
                _LOGGER.warning("denied %s %s on %s %s", actor.arn, need.action, without_key(need.resource), refusal)
                raise DeniedError(
                    f"{_name(actor)} is not authorized to perform: {need.action} on resource: {need.resource} {refusal}"
                )

    def refusal(self, who: Principal, need: Need, more: Mapping[str, tuple[str, ...]]) -> str | None:
        """Return why `who` may not do it, or None."""
        context = self._context(who, need) | dict(more) | dict(need.context)
        parts = need.resource.split(":")  # "*" where an action has no resource
        owner = (parts[4] if len(parts) > 4 else "") or self.stored.account
        only_by_resource = parts[2:3] == ["kms"]
        check = Check(need.action, need.resource, owner, context, only_by_resource)
        return decide(who, check, self.stored.identity(who), self.stored.policy_of(need.resource)).refusal

    def for_function(self, role_arn: str, function: str) -> Credentials:
        """Return the credentials that Lambda gives a function. Raises DeniedError if Lambda can't assume its role."""
        self.demand_assumption(service("lambda.amazonaws.com"), role_arn, {})
        credentials = self.principals.session(role_arn, function, None)  # Lambda renews them without end
        self._functions[function] = credentials.principal
        return credentials

    def function(self, name: str) -> Principal:
        """Return whom a function acts as."""
        return self._functions[name]

    def demand_assumption(self, who: Principal, role_arn: str, context: Mapping[str, tuple[str, ...]]) -> None:
        """Raise DeniedError unless the role's trust policy, and for a role of ours its own policy, let `who` in."""
        if not self.enforced:
            return
        role = self.stored.role(role_arn)
        action = "sts:AssumeRoleWithWebIdentity" if who.kind == "web_identity" else "sts:AssumeRole"
        if role is not None:
            need = Need(action, role_arn, context)
            known = self._context(who, need) | dict(context)
            check = Check(action, role_arn, role.account_id, known, only_by_resource=True)
            if decide(who, check, self.stored.identity(who), self.stored.trust(role)).allowed:
                return
        _LOGGER.warning("denied %s %s on %s", who.arn, action, role_arn)
        raise DeniedError(f"{_name(who)} is not authorized to perform: {action} on resource: {role_arn}")

    def _context(self, who: Principal, need: Need) -> dict[str, tuple[str, ...]]:
        now = time.time()
        context = dict(who.facts) | {
            "aws:currenttime": (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),),
            "aws:epochtime": (str(int(now)),),
            "aws:principalisawsservice": (str(who.kind == "service").lower(),),
            "aws:principaltype": (_TYPES.get(who.kind, "FederatedUser"),),
            "aws:requestedregion": (self.stored.region,),
            "aws:resourceaccount": (self.stored.account,),
            "aws:securetransport": ("true",),  # loopback stands for TLS
            "aws:sourceip": ("127.0.0.1",),
            "aws:viaawsservice": (str(need.via is not None).lower(),),
        }
        if who.kind == "service":
            context["aws:principalservicename"] = (who.arn,)
        if who.account:
            context |= {
                "aws:principalaccount": (who.account,),
                "aws:principalarn": (who.role or who.arn,),
                "aws:sourceowner": (who.account,),
            }
        if need.via is not None:
            context["kms:viaservice"] = (f"{need.via}.{self.stored.region}.amazonaws.com",)
            context["aws:calledvia"] = (f"{need.via}.amazonaws.com",)
        if need.action.startswith("kms:"):
            context["kms:calleraccount"] = (who.account or self.stored.account,)
        return context


def encryption_context(pairs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of a KMS encryption context."""
    keys = {f"kms:encryptioncontext:{name.lower()}": (value,) for name, value in pairs.items()}
    return keys | {"kms:encryptioncontextkeys": tuple(pairs)}


def without_key(resource: str) -> str:
    """Return an object's ARN with no more of its key than the first part, others as they are."""
    if not resource.startswith("arn:aws:s3:::"):
        return resource
    bucket, _, key = resource.partition("/")
    return f"{bucket}/{key.split('/', 1)[0]}/…" if "/" in key else f"{bucket}/…" if key else bucket


def _name(who: Principal) -> str:
    return f"User: {who.arn}" if who.kind != "anonymous" else "Anonymous user"
