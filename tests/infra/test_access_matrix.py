"""`kyotsu access matrix`: every right of the templates, in names that no deployment changes; compared with a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.access.matrix import Row, UnknownPolicyError, matrix
from infra.access.page import EVERY, SELF, Line, document, lines
from infra.access.short import condition_text
from infra.sandbox.assembly import Stack, read_stacks
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.infra.conftest import CITY, Synthesis
from tools import access_matrix

LINKED = ("linked-system", "federated", "identity provider Federation")


@pytest.fixture(scope="module")
def stacks(synthesis: Synthesis) -> list[Stack]:
    return _stacks(synthesis, "development")


@pytest.fixture(scope="module")
def rows(stacks: list[Stack]) -> list[Row]:
    return matrix(stacks)


def _stacks(synthesis: Synthesis, stage: str) -> list[Stack]:
    return [stack for stack in read_stacks(synthesis.folder) if stack.name.startswith(f"Kyotsu-{stage}-{CITY}-")]


def test_the_committed_page_tells_what_the_templates_grant(rows: list[Row]) -> None:
    """Requirement: nobody gains a right unseen. `make docs` writes the page anew; its difference is for review."""
    assert access_matrix.FILE.read_text("utf-8") == document(rows)


def test_names_hold_no_hash_and_no_account(rows: list[Row]) -> None:
    for row in rows:
        text = " ".join((row.subject, row.resource, row.condition))
        assert not re.search(r"[0-9A-F]{8}\b|[0-9a-f]{32}|[0-9]{12}", text), row


def test_every_statement_of_every_template_is_in_the_matrix(stacks: list[Stack], rows: list[Row]) -> None:
    told = {(row.effect, row.action) for row in rows}
    found = list(_statements([stack.template["Resources"] for stack in stacks]))
    assert len(found) > 300
    for statement in found:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert {(statement["Effect"].lower(), action) for action in actions} <= told
    subjects = {row.subject for row in rows}
    for stack in stacks:
        for resource in stack.template["Resources"].values():
            if resource["Type"] == "AWS::Lambda::Function":
                name = resource["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
                assert f"function {name}" in subjects


def test_the_page_leaves_out_no_row(rows: list[Row]) -> None:
    told = {
        (line.effect, action, on, line.condition)
        for line in lines(rows)
        for action in line.actions
        for on in line.resources
    }
    systems = {match[1] for row in rows if (match := re.match("bucket ([0-9a-z]{3})$", row.resource))}
    assert len(systems) >= 39
    for row in rows:
        own = row.subject.split()[-1]
        spelt = [row.resource, row.condition]
        names = {(row.effect, row.action, *spelt)}
        for system in {own} & systems:
            names.add((row.effect, row.action, *(re.sub(rf"\b{system}\b", SELF, text) for text in spelt)))
        for system in systems & set(re.findall(r"\b[0-9a-z]{3}\b", " ".join(spelt))):
            names.add((row.effect, row.action, *(re.sub(rf"\b{system}\b", EVERY, text) for text in spelt)))
        assert names & told, row


def test_what_only_some_systems_have_is_not_said_of_every_system() -> None:
    rows = [Row("function a", f"bucket {system}", "s3:ListBucket", "allow", "", "role") for system in ("001", "002")]
    assert [line.resources for line in lines(rows)] == [("bucket {every system}",)]
    further = Row("function b", "bucket 003", "s3:ListBucket", "allow", "", "role")
    assert Line("function a", "allow", ("bucket 001", "bucket 002"), ("s3:ListBucket",), "", "role") in lines(
        [*rows, further]
    )


def test_a_new_right_shows_itself(stacks: list[Stack], rows: list[Row]) -> None:
    changed = [Stack(stack.name, deepcopy(stack.template), stack.assets) for stack in stacks]
    (policy, *_) = (
        resource["Properties"]["PolicyDocument"]
        for stack in changed
        for name, resource in stack.template["Resources"].items()
        if name.startswith("Provider001BucketPolicy")
    )
    arn = "arn:aws:iam::999999999999:role/somebody"
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject", "Resource": "*"}
    )
    assert set(matrix(changed)) - set(rows) == {Row(arn, "*", "s3:GetObject", "allow", "", "bucket")}
    assert f"| {arn} | s3:GetObject |" in document(matrix(changed))


def test_a_policy_of_an_unknown_kind_stops_it_by_name(stacks: list[Stack]) -> None:
    policy = {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}
    unknown = Stack("Other", {"Resources": {"New": {"Type": "AWS::New::Policy", "Properties": policy}}}, {})
    with pytest.raises(UnknownPolicyError, match=r"Other/New \(AWS::New::Policy\)"):
        matrix([*stacks, unknown])


def test_production_grants_the_same_but_to_no_linked_system(synthesis: Synthesis, rows: list[Row]) -> None:
    def inside(found: list[Row]) -> set[Row]:
        return {row for row in found if not row.subject.startswith(LINKED)}

    production = matrix(_stacks(synthesis, "production"))
    assert inside(production) == set(production)
    staged = {_as_development(row) for row in production}
    assert {row for row in staged if row.effect == "allow"} == {row for row in inside(rows) if row.effect == "allow"}
    assert {row for row in staged if row.effect == "deny"} >= {row for row in inside(rows) if row.effect == "deny"}


def _as_development(row: Row) -> Row:
    def text(value: str) -> str:
        return value.replace("-production-", "-development-").replace("Kyotsuproduction", "Kyotsudevelopment")

    return Row(row.subject, text(row.resource), row.action, row.effect, text(row.condition), row.by)


def test_a_system_reads_of_files_what_the_catalogue_says(rows: list[Row]) -> None:
    for way in ("linked-system", "federated"):
        read = {row.resource for row in rows if row.subject == f"{way} 010" and row.action == "s3:GetObject"}
        assert read == {
            "bucket 010/answers/*",
            "bucket 010/notices/*",
            "bucket 001/deliveries/010/001o006/*",
            "bucket 001/deliveries/010/001o009/*",
        }


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"Null": {"s3:prefix": "true"}}, "without s3:prefix"),
        ({"Null": {"s3:prefix": "false"}}, "with s3:prefix"),
        ({"StringLikeIfExists": {"s3:prefix": "a/*"}}, "s3:prefix like a/* (if given)"),
        ({"StringEquals": {"b": ["y", "x"], "a": "z"}}, "a = z; b = x | y"),
        ({"StringNotEquals": {"a": "z"}, "Bool": {"b": "false"}}, "a ≠ z; b is false"),
        ({"NumericLessThan": {"a": "3"}}, "a NumericLessThan 3"),
    ],
)
def test_conditions_are_said_in_few_words(condition: dict[str, Any], text: str) -> None:
    assert condition_text({"Condition": condition}) == text
    assert condition_text({"Sid": "Why", "Condition": condition}) == f"[Why] {text}"


def test_the_command_prints_one_line_of_json_for_each_right(synthesis: Synthesis, rows: list[Row]) -> None:
    chosen = ["access", "matrix", "--templates", str(synthesis.folder), "--stage", "development"]
    done = CliRunner().invoke(command_line(), [*chosen, "--municipality", CITY, "--subject", "federated 010", "--json"])
    assert done.exit_code == 0
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Row(**row) for row in found] == [row for row in rows if row.subject == "federated 010"]
    table = CliRunner().invoke(command_line(), [*chosen, "--municipality", CITY, "--subject", "federated 010"])
    assert table.exit_code == 0
    assert "AcknowledgementsOnly" not in table.stdout
    assert "{itself}" in table.stdout.replace("\n", "")


def test_the_command_wants_one_deployment(synthesis: Synthesis) -> None:
    for options in ([], ["--stage", "production"], ["--stage", "staging"]):
        done = CliRunner().invoke(command_line(), ["access", "matrix", "--templates", str(synthesis.folder), *options])
        assert isinstance(done.exception, CommandError)
        assert done.exception.code == Exit.USAGE


def test_the_command_says_how_templates_are_made(tmp_path: Any) -> None:
    done = CliRunner().invoke(command_line(), ["access", "matrix", "--templates", str(tmp_path)])
    assert isinstance(done.exception, CommandError)
    assert "make synth" in str(done.exception)


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    match value:
        case {"Effect": str(), "Action": _}:
            yield value
        case dict():
            for item in value.values():
                yield from _statements(item)
        case list():
            for item in value:
                yield from _statements(item)
        case str() if '"Statement"' in value:
            yield from _statements(json.loads(value))
