"""Who may do what, by policies alone: each case is a rule of AWS's "Policy evaluation logic"."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.documents import Policy, PolicyError, parsed
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.patterns import Context
from infra.sandbox.access.principals import of_role, service

OURS, THEIRS = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{OURS}:role/worker"
WORKER = of_role(ROLE, "session")
GUEST = of_role(f"arn:aws:iam::{THEIRS}:role/guest", "session")
EVENTS = service("events.amazonaws.com")
NOBODY = Principal("anonymous", "anonymous")
OBJECT = "arn:aws:s3:::bucket/outbox/a.csv"
KEY = f"arn:aws:kms:ap-northeast-1:{OURS}:key/k"


def policy(*statements: dict[str, Any]) -> Policy:
    whole = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | statement for statement in statements]
    return parsed(json.dumps({"Version": "2012-10-17", "Statement": whole}))


def without(statement: dict[str, Any], *names: str) -> Policy:
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | statement
    kept = {name: value for name, value in whole.items() if name not in names}
    return parsed(json.dumps({"Version": "2012-10-17", "Statement": kept}))


def allowed(
    identity: Policy | None = None,
    resource: Policy | None = None,
    *,
    who: Principal = WORKER,
    action: str = "s3:GetObject",
    on: str = OBJECT,
    context: Context | None = None,
    everything_at_home: bool = False,
) -> bool:
    check = Check(action, on, OURS, context or {}, only_by_resource=on == KEY)
    mine = None if everything_at_home else [identity] if identity is not None else []
    return decide(who, check, mine, resource).allowed


def to(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Principal": principal, **more}


ALLOW, DENY = policy({}), policy({"Effect": "Deny"})


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    assert not allowed()
    assert not allowed(policy({"Action": "s3:PutObject"}))


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        (ALLOW, None, True),
        (None, policy(to({"AWS": ROLE})), True),
        (None, policy(to({"AWS": WORKER.arn})), True),
        (None, policy(to("*")), True),
        (None, policy(to({"AWS": "*"})), True),
        (None, policy(to({"AWS": OURS})), False),  # the account alone says nothing of its roles
        (None, policy(to({"AWS": f"arn:aws:iam::{OURS}:role/other"})), False),
        (None, policy(to({"Service": "events.amazonaws.com"})), False),
        (ALLOW, policy(to("*", Effect="Deny")), False),
        (ALLOW, policy(to({"AWS": f"arn:aws:iam::{OURS}:root"}, Effect="Deny")), False),
        (ALLOW, policy(to({"AWS": f"arn:aws:iam::{OURS}:role/other"}, Effect="Deny")), True),
        (policy({}, {"Effect": "Deny"}), policy(to({"AWS": ROLE})), False),
    ],
)
def test_in_one_account_either_policy_is_enough_and_a_deny_ends_it(
    identity: Policy | None, resource: Policy | None, expected: bool
) -> None:
    assert allowed(identity, resource) is expected


@pytest.mark.parametrize(
    ("at_home", "resource", "expected"),
    [
        (True, policy(to({"AWS": GUEST.role})), True),
        (True, policy(to({"AWS": THEIRS})), True),
        (True, policy(to({"AWS": f"arn:aws:iam::{OURS}:root"})), False),
        (True, None, False),
        (False, policy(to({"AWS": GUEST.role})), False),
    ],
)
def test_across_accounts_both_must_allow(at_home: bool, resource: Policy | None, expected: bool) -> None:
    assert allowed(None, resource, who=GUEST, everything_at_home=at_home) is expected


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        (policy({"Action": "kms:Decrypt"}), policy(to({"AWS": OURS}, Action="kms:*")), True),
        (None, policy(to({"AWS": OURS}, Action="kms:*")), False),
        (policy({"Action": "kms:Decrypt"}), policy(to({"AWS": THEIRS}, Action="kms:*")), False),
        (policy({"Action": "kms:Decrypt"}), None, False),
        (None, policy(to({"AWS": ROLE}, Action="kms:Decrypt")), True),
    ],
)
def test_a_keys_own_policy_decides_whether_others_count(
    identity: Policy | None, resource: Policy | None, expected: bool
) -> None:
    assert allowed(identity, resource, action="kms:Decrypt", on=KEY) is expected


def test_services_and_the_unsigned_have_nothing_but_the_resources_policy() -> None:
    from_rule = {"ArnEquals": {"aws:SourceArn": "arn:aws:events:r:1:rule/a"}}
    statement = policy(to({"Service": "events.amazonaws.com"}, Condition=from_rule))
    source = {"aws:sourcearn": ("arn:aws:events:r:1:rule/a",)}
    assert allowed(None, statement, who=EVENTS, context=source)
    assert not allowed(None, statement, who=EVENTS)
    assert not allowed(None, statement, who=NOBODY, context=source)
    assert not allowed(ALLOW, None, who=EVENTS, everything_at_home=True)


@pytest.mark.parametrize(
    ("statement", "gone", "expected"),
    [
        ({"NotAction": "s3:PutObject"}, "Action", True),
        ({"NotAction": "s3:Get*"}, "Action", False),
        ({"NotResource": "arn:aws:s3:::bucket/answers/*"}, "Resource", True),
        ({"NotResource": "arn:aws:s3:::bucket/*"}, "Resource", False),
    ],
)
def test_everything_but(statement: dict[str, Any], gone: str, expected: bool) -> None:
    assert allowed(without(statement, gone)) is expected


def test_everybody_but_the_named() -> None:
    but = {"NotPrincipal": {"AWS": [ROLE, f"arn:aws:iam::{OURS}:root"]}, "Effect": "Deny"}
    assert allowed(ALLOW, policy(but))
    assert not allowed(None, policy(but, to("*")), who=GUEST, everything_at_home=True)
    role_alone = {"NotPrincipal": {"AWS": ROLE}, "Effect": "Deny"}
    assert not allowed(ALLOW, policy(role_alone))  # its account isn't named


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:s3:::bucket/outbox/*", True),
        ("arn:aws:s3:::buck?t/outbox/a.csv", True),
        ("arn:aws:s3:::bucket/outbox", False),
        ("arn:aws:s3:::bucket/outbox/?", False),
        ("arn:aws:s3:::bucket/OUTBOX/*", False),
        ("arn:aws:s3:::bucket/outbox/a+csv", False),
        ("arn:aws:s3:::bucket/${aws:PrincipalAccount}/*", False),
        ("arn:aws:s3:::bucket/${s3:prefix}/*", True),
        ("arn:aws:s3:::bucket/${s3:prefix, 'none'}/a.csv", True),
        ("arn:aws:s3:::bucket/${s3:delimiter, 'outbox'}/a.csv", True),
        ("arn:aws:s3:::bucket/${s3:delimiter}/a.csv", False),
        ("arn:aws:s3:::bucket/${*}/a.csv", False),
    ],
)
def test_resources(pattern: str, expected: bool) -> None:
    assert allowed(policy({"Resource": pattern}), context={"s3:prefix": ("outbox",)}) is expected


def test_a_value_of_the_request_is_no_wildcard() -> None:
    mine = policy({"Resource": "arn:aws:s3:::bucket/${s3:prefix}/*"})
    assert not allowed(mine, context={"s3:prefix": ("*",)})


def test_actions_are_matched_whatever_their_case() -> None:
    assert allowed(policy({"Action": ["S3:GETobject"]}))
    assert allowed(policy({"Action": "s3:*"}))
    assert not allowed(policy({"Action": "s3:Get"}))


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ({"StringEquals": {"s3:prefix": "a"}}, ("a",), True),
        ({"StringEquals": {"s3:prefix": "A"}}, ("a",), False),
        ({"StringEqualsIgnoreCase": {"s3:prefix": "A"}}, ("a",), True),
        ({"StringEquals": {"s3:prefix": ["b", "a"]}}, ("a",), True),
        ({"StringEquals": {"s3:prefix": "a*"}}, ("ab",), False),
        ({"StringEquals": {"s3:prefix": "a"}}, (), False),
        ({"StringLike": {"s3:prefix": "a*"}}, ("ab",), True),
        ({"StringLike": {"S3:Prefix": "a?"}}, ("abc",), False),
        ({"StringNotEquals": {"s3:prefix": "a"}}, ("b",), True),
        ({"StringNotEquals": {"s3:prefix": ["a", "b"]}}, ("b",), False),
        ({"StringNotEquals": {"s3:prefix": "a"}}, (), True),
        ({"StringNotLike": {"s3:prefix": "a*"}}, ("ab",), False),
        ({"StringEqualsIfExists": {"s3:prefix": "a"}}, (), True),
        ({"StringEqualsIfExists": {"s3:prefix": "a"}}, ("b",), False),
        ({"Null": {"s3:prefix": "true"}}, (), True),
        ({"Null": {"s3:prefix": "true"}}, ("a",), False),
        ({"Null": {"s3:prefix": False}}, ("a",), True),
        ({"ForAnyValue:StringEquals": {"s3:prefix": ["a", "b"]}}, ("c", "b"), True),
        ({"ForAnyValue:StringEquals": {"s3:prefix": "a"}}, (), False),
        ({"ForAllValues:StringEquals": {"s3:prefix": ["a", "b"]}}, ("a", "c"), False),
        ({"ForAllValues:StringEquals": {"s3:prefix": ["a", "b"]}}, ("a", "b"), True),
        ({"ForAllValues:StringEquals": {"s3:prefix": "a"}}, (), True),
        ({"ForAnyValue:StringNotEquals": {"s3:prefix": "a"}}, ("a", "b"), True),
        ({"ArnLike": {"s3:prefix": "arn:aws:events:*:1:rule/x-*"}}, ("arn:aws:events:r:1:rule/x-1",), True),
        ({"ArnLike": {"s3:prefix": "arn:aws:events:*:rule/x"}}, ("arn:aws:events:r:1:rule/x",), False),
        ({"ArnEquals": {"s3:prefix": "arn:aws:events:r:1:rule/*"}}, ("arn:aws:events:r:1:rule/b/x",), True),
        ({"ArnNotEquals": {"s3:prefix": "arn:aws:kms:r:1:key/k"}}, ("arn:aws:kms:r:1:key/l",), True),
        ({"Bool": {"s3:prefix": "false"}}, ("false",), True),
        ({"Bool": {"s3:prefix": False}}, ("true",), False),
        ({"IpAddress": {"s3:prefix": "10.0.0.0/8"}}, ("10.1.2.3",), True),
        ({"NotIpAddress": {"s3:prefix": "10.0.0.0/8"}}, ("10.1.2.3",), False),
        ({"IpAddress": {"s3:prefix": "10.0.0.0/8"}}, ("garbage",), False),
        ({"NumericLessThanEquals": {"s3:prefix": "10"}}, ("10",), True),
        ({"NumericLessThan": {"s3:prefix": "10"}}, ("10",), False),
        ({"NumericEquals": {"s3:prefix": "10"}}, ("ten",), False),
        ({"DateGreaterThan": {"s3:prefix": "2026-01-01T00:00:00Z"}}, ("2026-01-02T00:00:00Z",), True),
        ({"DateLessThan": {"s3:prefix": "2026-01-01T00:00:00Z"}}, ("1999999999",), False),
        ({"StringEquals": {"s3:prefix": "a", "s3:delimiter": "/"}}, ("a",), False),  # all keys must hold
    ],
)
def test_conditions(condition: dict[str, Any], values: tuple[str, ...], expected: bool) -> None:
    context = {"s3:prefix": values} if values else {}
    assert allowed(policy({"Condition": condition}), context=context) is expected


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"StringResembles": {"s3:prefix": "a"}}},
        {"Condition": {"ForSomeValues:StringEquals": {"s3:prefix": "a"}}},
        {"Condition": {"StringEquals": {"s3:colour": "a"}}},
        {"Condition": {"StringEquals": {"s3:prefix": "${aws:Colour}"}}},
        {"Sometimes": "Allow"},
        {"Effect": "Perhaps"},
        {"NotAction": "s3:PutObject"},
        {"NotResource": "*"},
        {"NotPrincipal": {"AWS": ROLE}},
        {"Principal": {"CanonicalUser": "x"}},
        {"Principal": {"AWS": f"arn:aws:iam::{OURS}:role/*"}},
    ],
)
def test_what_can_not_be_evaluated_is_no_policy(statement: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        policy(statement)


_ACTIONS = st.sampled_from(["s3:GetObject", "s3:Get*", "s3:*", "*", "s3:PutObject", "kms:*"])
_RESOURCES = st.sampled_from(["*", OBJECT, "arn:aws:s3:::bucket/*", "arn:aws:s3:::other/*"])
_PRINCIPALS = st.sampled_from(["*", {"AWS": ROLE}, {"AWS": OURS}, {"AWS": THEIRS}, {"Service": "events.amazonaws.com"}])
_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": _ACTIONS, "Resource": _RESOURCES}
)
_OF_RESOURCES = st.builds(lambda statement, principal: statement | {"Principal": principal}, _STATEMENTS, _PRINCIPALS)
_WHO = st.sampled_from([WORKER, GUEST, EVENTS, NOBODY])


@given(_WHO, st.lists(_STATEMENTS, max_size=4), st.lists(_OF_RESOURCES, max_size=4), _STATEMENTS)
def test_more_denies_never_allow_and_more_allows_never_deny(
    who: Principal, identity: list[dict[str, Any]], resource: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    before = allowed(policy(*identity), policy(*resource), who=who)
    after = allowed(policy(*identity, more), policy(*resource), who=who)
    assert before >= after if more["Effect"] == "Deny" else before <= after


@given(_WHO, st.lists(_STATEMENTS, max_size=4), st.lists(_OF_RESOURCES, max_size=4))
def test_a_deny_for_everybody_leaves_nothing(
    who: Principal, identity: list[dict[str, Any]], resource: list[dict[str, Any]]
) -> None:
    assert not allowed(policy(*identity), policy(*resource, to("*", Effect="Deny")), who=who, everything_at_home=True)
    if who.kind == "role":
        assert not allowed(policy(*identity, {"Effect": "Deny"}), policy(*resource), who=who)


@given(_WHO, st.permutations([policy({}), DENY, policy({"Action": "s3:PutObject"})]))
def test_the_order_of_policies_says_nothing(who: Principal, policies: list[Policy]) -> None:
    check = Check("s3:GetObject", OBJECT, OURS, {})
    assert decide(who, check, policies, None).allowed is decide(who, check, policies[::-1], None).allowed
