"""The policy of a REST API, as the sandbox asks it about those who sign."""

from __future__ import annotations

import pytest

from infra.sandbox.access.enforcement import Access, Need
from infra.sandbox.access.linked import role_arn
from infra.sandbox.access.principals import Principals, of_role
from infra.sandbox.access.stored import Stored
from infra.sandbox.cloud import ACCOUNT, OPERATOR, REGION

ALLOWED = {
    "Effect": "Allow",
    "Principal": {"AWS": [role_arn("010")]},
    "Action": "execute-api:Invoke",
    "Resource": ["execute-api:/kyotsu/POST/app_submit/v10/a"],
}


@pytest.fixture
def access() -> Access:
    stored = Stored(ACCOUNT, REGION)
    stored.api_policy("api1", {"Version": "2012-10-17", "Statement": [ALLOWED]})
    return Access(Principals(ACCOUNT, OPERATOR), stored, enforced=True)


def refusal(access: Access, role: str, place: str) -> str | None:
    need = Need("execute-api:Invoke", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{place}")
    return access.refusal(of_role(role, "session"), need, {})


def test_a_role_of_another_account_calls_what_the_policy_names(access: Access) -> None:
    assert refusal(access, role_arn("010"), "api1/kyotsu/POST/app_submit/v10/a") is None


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (role_arn("010"), "api1/kyotsu/POST/app_submit/v10/b"),
        (role_arn("010"), "api1/kyotsu/GET/app_submit/v10/a"),
        (role_arn("010"), "api2/kyotsu/POST/app_submit/v10/a"),
        (role_arn("011"), "api1/kyotsu/POST/app_submit/v10/a"),
        (f"arn:aws:iam::{ACCOUNT}:role/linked-system-010", "api1/kyotsu/POST/app_submit/v10/a"),
    ],
)
def test_nothing_else_is_called_by_anybody(access: Access, role: str, place: str) -> None:
    assert refusal(access, role, place) is not None
