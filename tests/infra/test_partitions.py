"""Which partitions of the `Linkage` table the functions that deliver may touch, asked of the sandbox's engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.documents import parsed
from infra.sandbox.access.principals import of_role
from tests.infra.templates import ACCOUNT, Template, as_list

READ_ALL = "LANE RECEIPT"
MAY = {
    ("PlanFunctionRole", "GetItem"): READ_ALL,
    ("PlanFunctionRole", "Query"): READ_ALL,
    ("PlanFunctionRole", "PutItem"): "LANE RECEIPT FAILURE",
    ("DeliverFunctionRole", "GetItem"): READ_ALL,
    ("DeliverFunctionRole", "Query"): READ_ALL,
    ("DeliverFunctionRole", "PutItem"): "LANE FAILURE",
    ("DeliverFunctionRole", "UpdateItem"): "LANE FAILURE",
    ("DeliverFunctionRole", "DeleteItem"): "LANE FAILURE",
    ("NoteFunctionRole", "GetItem"): "LANE",
    ("NoteFunctionRole", "Query"): "LANE",
    ("NoteFunctionRole", "PutItem"): "LANE FAILURE",
    ("WatchFunctionRole", "GetItem"): READ_ALL,
    ("WatchFunctionRole", "Query"): READ_ALL,
    ("WatchFunctionRole", "PutItem"): "LANE",
}
KINDS = ("LANE", "RECEIPT", "FAILURE", "CONTENT", "NUMBERING", "SWEEP", "PROVIDER", "UNOFFERED", "LANES")


def asked(
    delivery: Template,
    role: str,
    part: str = "",
    table: str = "LinkageTable",
    more: Mapping[str, tuple[str, ...]] | None = None,
) -> Callable[..., bool]:
    """Return what tells whether a role may do something with partitions of the table, or of a part of it; `more` is
    what else is known of the request."""
    statements = delivery.permissions(role)
    every = {r for s in statements for r in as_list(s["Resource"])}
    named = {r for r in every if table in r and r.endswith(f">{part}") and "StreamArn" not in r}
    (arn,) = named
    policy = parsed(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    who = of_role(f"arn:aws:iam::{ACCOUNT}:role/{role}", "test")

    def lets(action: str, *partitions: str) -> bool:
        context = {
            "dynamodb:leadingkeys": partitions,
            "aws:sourcevpce": ("vpce-0123456789abcdef0",),
            "aws:principalaccount": (ACCOUNT,),
            **(more or {}),
        }
        return decide(who, Check(f"dynamodb:{action}", arn, ACCOUNT, context), [policy], None).allowed

    return lets


@pytest.mark.parametrize(("role", "action"), MAY)
def test_only_partitions_of_deliveries_are_touched(delivery: Template, role: str, action: str) -> None:
    """Requirement: what a recipient chose to write changes no receipt, no numbering and no content of a file."""
    lets, own = asked(delivery, role), delivery.stack.split("-")[2]
    assert {kind for kind in KINDS if lets(action, f"{own}#{kind}#001o006")} == set(MAY[role, action].split())
    assert not lets(action, "999999#LANE#001o006"), "another municipality's"
    assert not lets(action, f"{own}#LANE#001o006", f"{own}#NUMBERING"), "one among others"
    assert not lets(action), "ForAllValues holds for no value at all"


@pytest.mark.parametrize("role", sorted({role for role, _ in MAY}))
@pytest.mark.parametrize("action", ["PutItem", "UpdateItem", "DeleteItem", "Scan", "BatchGetItem", "BatchWriteItem"])
def test_nothing_else_is_done_with_the_table(delivery: Template, role: str, action: str) -> None:
    lets, own = asked(delivery, role), delivery.stack.split("-")[2]
    assert lets(action, f"{own}#LANE#001o006") == ((role, action) in MAY)


def test_the_watch_sees_open_deliveries_alone_in_the_index(delivery: Template) -> None:
    lets, own = asked(delivery, "WatchFunctionRole", "/index/by_provider"), delivery.stack.split("-")[2]
    seen = ("UNOFFERED", "REFUSED", "UNACKNOWLEDGED", "PROVIDER#001", "LANE#001o006", "UNOFFERED#1")
    assert [lets("Query", f"{own}#{name}") for name in seen] == [True] * 3 + [False] * 3
    assert not lets("Query")


def test_planning_sees_what_is_not_offered_alone_in_the_index(delivery: Template) -> None:
    lets, own = asked(delivery, "PlanFunctionRole", "/index/by_provider"), delivery.stack.split("-")[2]
    assert [lets("Query", f"{own}#{name}") for name in ("UNOFFERED", "REFUSED", "PROVIDER#001")] == [True, False, False]


@pytest.mark.parametrize("role", sorted({role for role, _ in MAY}))
def test_delivering_alone_sees_which_files_hold_deliveries_back_and_changes_none(delivery: Template, role: str) -> None:
    lets, own = asked(delivery, role), delivery.stack.split("-")[2]
    assert lets("Query", f"{own}#HOLDING") == (role == "DeliverFunctionRole")
    assert not [action for action in ("PutItem", "UpdateItem", "DeleteItem") if lets(action, f"{own}#HOLDING")]


@pytest.mark.parametrize("role", ["ReceiveFileFunctionRole", "LargeFileAnswerFileRole"])
def test_who_answers_deletes_nothing_but_that_a_file_holds_deliveries_back(linkage: Template, role: str) -> None:
    lets, own = asked(linkage, role), linkage.stack.split("-")[2]
    assert lets("DeleteItem", f"{own}#HOLDING")
    assert not lets("DeleteItem", f"{own}#RECEIPT#1")
    assert not lets("DeleteItem", f"{own}#HOLDING", f"{own}#RECEIPT#1")
    assert not lets("DeleteItem")
