"""The CS gateway: who speaks to the CS, who reads what it brings, and what operators are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.constructs.cs_gateway import check_characters
from infra.parameters import ParameterError
from infra.parameters.cs import CommunicationServer
from kyotsu.moving.cs.gateway import LEASE
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import Template, granted

ROLES = {name: f"Cs{name}FunctionRole" for name in ("Send", "Receive", "Sweep")}
ADAPTER = "arn:aws:iam::111122223333:role/cs-adapter"


@pytest.fixture
def moving(synthesis: Synthesis, deployment: str) -> Template:
    return synthesis.template(deployment, "Moving")


def allowed(moving: Template, name: str, service: str) -> set[tuple[str, str]]:
    """Return a role's actions of a service, each with the part of its resource that tells it."""
    parts = {
        "Moving": "MovingTable", "Papers": "PapersTable", "PaperFiles": "PaperFiles", "Juki": "Juki",
        "CsLanes": "CsLanes", "CsReceiveMessages": "CsReceiveMessages", "CsSecret": "CsSecret",
    }  # fmt: skip
    found = set[tuple[str, str]]()
    for action, resource in granted(moving.permissions(ROLES[name])):
        if action.startswith(f"{service}:"):
            whose = [told for told, part in parts.items() if part in resource]
            found.add((action.partition(":")[2], whose[0] if whose else resource))
    return found


def test_only_sending_knows_where_the_cs_is_and_its_secret(moving: Template) -> None:
    knowing = [
        name for name, made in moving.properties("Lambda::Function").items()
        if "CS_SECRET" in made["Environment"]["Variables"]
    ]  # fmt: skip
    assert len(knowing) == 1
    assert knowing[0].startswith("CsSend")
    for name in ROLES:
        secrets = {action for action, whose in allowed(moving, name, "secretsmanager") if whose == "CsSecret"}
        assert secrets == ({"GetSecretValue"} if name == "Send" else set())


def test_sending_reads_papers_and_writes_none_and_sweeping_sees_none(moving: Template) -> None:
    papers = {action for action, whose in allowed(moving, "Send", "dynamodb") if whose == "Papers"}
    assert papers == {"BatchGetItem"}
    assert {action for action, _ in allowed(moving, "Send", "s3")} == {"GetObject", "ListBucket"}
    assert {whose for _, whose in allowed(moving, "Sweep", "dynamodb")} == {"Moving"}
    assert allowed(moving, "Sweep", "s3") == set()


def test_only_receiving_touches_what_the_cs_brings(moving: Template) -> None:
    juki = {action for action, whose in allowed(moving, "Receive", "s3") if whose == "Juki"}
    assert juki == {"DeleteObject", "GetObject", "ListBucket", "PutObject"}
    for name in ("Send", "Sweep"):
        assert not [whose for _, whose in allowed(moving, name, "s3") if whose == "Juki"]


@pytest.mark.parametrize("name", ROLES)
def test_each_moves_lanes_and_tells_cases_and_nothing_else_of_the_table(moving: Template, name: str) -> None:
    patterns = set[str]()
    for statement in moving.permissions(ROLES[name]):
        if "MovingTable" in str(statement["Resource"]):
            (condition,) = [keys for test, keys in statement["Condition"].items() if test == "ForAllValues:StringLike"]
            patterns |= set(condition["dynamodb:LeadingKeys"])
    codes = {pattern.partition("#")[2] for pattern in patterns}
    assert codes <= {"cs/*", "cs/open", "CASE#*", "PERSON#*", "HANDED#*"}
    assert ("PERSON#*" in codes) is (name == "Receive")


def test_a_worker_is_dead_before_its_try_is_taken_over(moving: Template) -> None:
    send = moving.only("Lambda::Function", "CsSend")
    assert send["Timeout"] < LEASE.total_seconds()


def test_lanes_are_a_fifo_queue_and_every_queue_has_dead_letters(moving: Template) -> None:
    queues = {name: queue for name, queue in moving.properties("SQS::Queue").items() if name.startswith("Cs")}
    fifo = {name for name, queue in queues.items() if queue.get("FifoQueue")}
    assert {name[:7] for name in fifo} == {"CsCsLan"}
    assert sum("RedrivePolicy" in queue for queue in queues.values()) == 2


def test_only_the_adapter_may_bring_messages_and_nothing_else(synthesis: Synthesis) -> None:
    enclosed = synthesis.template("enclosed", "Stateful")
    statements = [
        statement
        for policy in enclosed.properties("S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if (statement["Principal"] or {}).get("AWS") == ADAPTER
    ]
    (let,) = statements
    assert (let["Effect"], let["Action"]) == ("Allow", "s3:PutObject")
    assert let["Resource"].startswith("<Juki")
    assert let["Resource"].endswith("/received/*")
    send = synthesis.template("enclosed", "Moving").only("Lambda::Function", "CsSend")
    assert send["Environment"]["Variables"]["CS_URL"] == ENCLOSED.cs.url


def test_production_without_a_cs_sends_nowhere(synthesis: Synthesis) -> None:
    send = synthesis.template("production", "Moving").only("Lambda::Function", "CsSend")
    assert send["Environment"]["Variables"]["CS_URL"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://cs.example"},
        {"url": "https://cs.example/"},
        {"url": "https://cs.example:8443"},
        {"url": "https://user@cs.example"},
        {"adapter_roles": ("arn:aws:iam::111122223333:user/x",)},
        {"sweep_every": 0},
        {"concurrency": 1},
    ],
)
def test_parameters_that_can_not_be_deployed(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        CommunicationServer(**wrong)  # type: ignore[arg-type]


def test_a_table_of_characters_that_can_t_be_read_stops_the_deployment(tmp_path: Path) -> None:
    table = tmp_path / "cs-characters.txt"
    check_characters(table)
    table.write_text("4E00\n", "utf-8")
    with pytest.raises(ParameterError, match=r"cs-characters\.txt.*4E00"):
        check_characters(table)
