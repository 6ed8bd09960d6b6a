"""Who may read who is under 支援措置 (docs/decisions/0094): named here, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tests.infra.conftest import Synthesis
from tests.infra.templates import as_list

STORE = {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem"}
ASK = {"dynamodb:BatchGetItem"}
ALLOWED = {
    "LargeFileApplyGroup": STORE,
    "ReceiveFileFunction": STORE,
    "UndoFileFunction": STORE,
}
"""What the roles that begin so may do with the table. Who only asks for a decision reads heads, and writes nothing."""
DECIDES = ("DeliverFunction", "ShowHistoryRole", "ShowIntegratedRole")
"""Roles of functions that ask for a decision (`FileAccess.let_decide`)."""


def grants(synthesis: Synthesis, deployment: str) -> Iterator[tuple[str, str]]:
    """Yield every role that may do something with the table, and what."""
    for template in synthesis.templates(deployment):
        for kind in ("IAM::Policy", "IAM::ManagedPolicy"):
            if not any(r["Type"] == f"AWS::{kind}" for r in template.body["Resources"].values()):
                continue
            for policy in template.properties(kind).values():
                for statement in policy["PolicyDocument"]["Statement"]:
                    if any("ProtectionTable" in str(resource) for resource in as_list(statement["Resource"])):
                        for action in as_list(statement["Action"]):
                            yield from ((role.strip("<>x"), action) for role in policy["Roles"])


def test_these_roles_may_reach_the_table_and_no_other(synthesis: Synthesis, deployment: str) -> None:
    found: dict[str, set[str]] = {}
    for role, action in grants(synthesis, deployment):
        found.setdefault(role, set()).add(action)
    expected = ALLOWED | dict.fromkeys(DECIDES, ASK)
    assert len(found) == len(expected), sorted(found)
    for beginning, actions in expected.items():
        assert [rights for role, rights in found.items() if role.startswith(beginning)] == [actions], beginning


def test_nobody_scans_or_queries_or_deletes(synthesis: Synthesis, deployment: str) -> None:
    actions = {action for _, action in grants(synthesis, deployment)}
    assert actions
    assert not {action for action in actions if action.partition(":")[2] in ("Scan", "Query", "DeleteItem", "*")}
