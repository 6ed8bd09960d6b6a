"""Whether somebody may do something: an explicit deny first, then who must allow it.

Source: IAM User Guide, "Policy evaluation logic" (single account, and cross-account), and AWS KMS Developer Guide,
"Key policies" (a key's policy alone decides whether the account's policies count).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.sandbox.access.documents import Policy, Statement
from infra.sandbox.access.matching_principals import Match, Principal
from infra.sandbox.access.patterns import Context


@dataclass(frozen=True)
class Check:
    """One permission that a request needs: `action` on `resource`, whose owner is `account`."""

    action: str
    resource: str
    account: str
    context: Context
    only_by_resource: bool = False
    """The policies of identities count only if the resource's own policy names their account (keys, roles)."""


@dataclass(frozen=True)
class Decision:
    """The answer: allowed, or `refusal` says why not, in AWS's words."""

    refusal: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return self.refusal is None


ALLOWED = Decision()


def decide(who: Principal, check: Check, identity: Sequence[Policy] | None, resource_policy: Policy | None) -> Decision:
    """Decide. `identity` are the policies of `who`, None if their own account lets them do everything.

    Neither a role's boundary, nor its session's policy, nor an organisation's is known here.
    """
    action = check.action.lower()
    of_resource = [
        (statement, how)
        for statement in resource_policy or ()
        if (how := _meant(statement, who)) and statement.applies(action, check.resource, check.context)
    ]
    of_identity = [
        statement
        for policy in identity or ()
        for statement in policy
        if statement.applies(action, check.resource, check.context)
    ]
    if any(not statement.allows for statement, _ in of_resource):
        return Decision("with an explicit deny in a resource-based policy")
    if any(not statement.allows for statement in of_identity):
        return Decision("with an explicit deny in an identity-based policy")
    granted = max((how for statement, how in of_resource if statement.allows), default=Match.NOT)
    return _granted(who, check, granted, by_identity=identity is None or bool(of_identity))


def _granted(who: Principal, check: Check, granted: Match, *, by_identity: bool) -> Decision:
    no_resource = Decision(f"because no resource-based policy allows the {check.action} action")
    no_identity = Decision(f"because no identity-based policy allows the {check.action} action")
    if who.kind in ("service", "anonymous", "web_identity"):
        return ALLOWED if granted is Match.DIRECT else no_resource
    if who.account != check.account or check.only_by_resource:
        if granted is Match.NOT:
            return no_resource
        own_enough = granted is Match.DIRECT and who.account == check.account
        return ALLOWED if own_enough or by_identity else no_identity
    return ALLOWED if granted is Match.DIRECT or by_identity else no_identity


def _meant(statement: Statement, who: Principal) -> Match:
    if statement.principals is None:
        return Match.NOT
    if statement.but_principals:
        return Match.NOT if statement.principals.excepts(who) else Match.DIRECT
    return statement.principals.match(who)
