"""Who may read who is under 支援措置 (docs/decisions/0094): named here, one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kyotsu.addressees.link_table import LINK_ATTRIBUTES
from tests.infra.conftest import Synthesis
from tests.infra.templates import Template, as_list
from tests.infra.test_partitions import asked

STORE = {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem"}
ASK = {"dynamodb:BatchGetItem"}
ALLOWED = {
    "LargeFileApplyGroup": STORE,
    "ReceiveFileFunction": STORE,
    "UndoFileFunction": STORE,
}
"""What the roles that begin so may do with the table. Who only asks for a decision reads heads, and writes nothing."""
DECIDES = ("DeliverFunction", "SearchCandidatesRole", "ShowHistoryRole", "ShowIntegratedRole", "StepsAdvanceMoveOut")
"""Roles of functions that ask for a decision (`infra.constructs.protection_access.let_decide`)."""


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


@pytest.fixture(params=["ShowIntegratedRole", "DeliverFunctionRole"])
def role(request: pytest.FixtureRequest) -> str:
    """Roles that decide, and may read nothing else of the registry (`ShowHistoryRole` reads records)."""
    found: str = request.param
    return found


@pytest.fixture
def decides(synthesis: Synthesis, deployment: str, role: str) -> Template:
    """The stack that a role is of."""
    return synthesis.template(deployment, "Numbering" if role == "ShowIntegratedRole" else "Delivery")


NUMBER = "800000000000009"


@pytest.mark.parametrize("action", ["BatchGetItem", "Query"])
def test_who_decides_reads_of_the_registry_which_numbers_are_linked_and_never_the_person(
    decides: Template, role: str, action: str
) -> None:
    """Requirement: asked of the sandbox's engine, with what it says that a request asks for."""
    own = decides.stack.split("-")[2]

    def lets(*partitions: str, **more: tuple[str, ...]) -> bool:
        named = {f"dynamodb:{name}": values for name, values in more.items()}
        return asked(decides, role, table="AddresseesTable", more=named)(action, *partitions)

    number, specific = f"{own}#{NUMBER}", ("SPECIFIC_ATTRIBUTES",)
    assert lets(number, attributes=LINK_ATTRIBUTES, select=specific)
    assert lets(number, attributes=("pk", "sk"), select=specific)
    for person in ("b", "e", "f", "k", "o", "s", "g"):
        assert not lets(number, attributes=(*LINK_ATTRIBUTES, person), select=specific)
    assert not lets(number)
    for select in ("ALL_ATTRIBUTES", "COUNT"):
        assert not lets(number, select=(select,))
        assert not lets(number, attributes=LINK_ATTRIBUTES, select=(select,))
    for other in ("C", "O#request/010/00", "P#00", "N#non-resident"):
        assert not lets(f"{own}#{other}", attributes=LINK_ATTRIBUTES, select=specific)
        assert not lets(number, f"{own}#{other}", attributes=LINK_ATTRIBUTES, select=specific), "one among others"
    assert not lets(f"999999#{NUMBER}", attributes=LINK_ATTRIBUTES, select=specific), "another municipality's"
    assert not lets(attributes=LINK_ATTRIBUTES, select=specific)


@pytest.mark.parametrize("action", ["GetItem", "Scan", "PutItem", "UpdateItem", "DeleteItem"])
def test_who_decides_does_nothing_else_with_the_registry(decides: Template, role: str, action: str) -> None:
    named = {"dynamodb:attributes": LINK_ATTRIBUTES, "dynamodb:select": ("SPECIFIC_ATTRIBUTES",)}
    lets = asked(decides, role, table="AddresseesTable", more=named)
    number = f"{decides.stack.split('-')[2]}#{NUMBER}"
    assert lets("BatchGetItem", number)
    assert not lets(action, number)
