"""AWS WAF before an API: AWS's own rules, and a limit for each address."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

COUNTED = ("NoUserAgent_HEADER",)
"""Rules that only count: systems, unlike browsers, need not say what they are."""
LARGE_BODIES = ("SizeRestrictions_BODY",)
"""It refuses bodies of more than 8 KB. Functions that take larger ones have a limit of their own."""


class Firewall(Construct):
    """A web ACL that stands before one stage; `requests_per_address` in five minutes, and it refuses the address."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        requests_per_address: int,
        stage: apigateway.Stage,
        large_bodies: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        counted = (*COUNTED, *(LARGE_BODIES if large_bodies else ()))
        self.acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible("Acl"),
            rules=[
                _managed("AWSManagedRulesCommonRuleSet", 0, counted),
                _managed("AWSManagedRulesKnownBadInputsRuleSet", 1),
                _managed("AWSManagedRulesAmazonIpReputationList", 2),
                _rate(requests_per_address, 3),
            ],
        )
        waf.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)


def _managed(name: str, priority: int, counted: tuple[str, ...] = ()) -> waf.CfnWebACL.RuleProperty:
    overrides = [
        waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={}))
        for rule in counted
    ]
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=overrides or None
    )
    statement = waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group)
    return _rule(name, priority, statement, override_action=waf.CfnWebACL.OverrideActionProperty(none={}))


def _rate(limit: int, priority: int) -> waf.CfnWebACL.RuleProperty:
    rate = waf.CfnWebACL.RateBasedStatementProperty(aggregate_key_type="IP", limit=limit)
    statement = waf.CfnWebACL.StatementProperty(rate_based_statement=rate)
    return _rule("Rate", priority, statement, action=waf.CfnWebACL.RuleActionProperty(block={}))


def _rule(
    name: str, priority: int, statement: waf.CfnWebACL.StatementProperty, **deed: Any
) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=name, priority=priority, statement=statement, visibility_config=_visible(name), **deed
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    # Samples hold headers, and so tokens.
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
