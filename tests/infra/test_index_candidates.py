"""What keeps the index of candidates: where it listens, what is kept, what it may do, and what may not read it."""

from __future__ import annotations

import pytest

from tests.infra.conftest import Synthesis
from tests.infra.templates import Template
from tests.infra.test_integrated import KEY, allowed, on
from tests.infra.test_partitions import asked

INDEX, SWEEP = "IndexCandidatesIndexRole", "IndexCandidatesSweepRole"
NUMBER = "800000000000009"


@pytest.fixture
def numbering(synthesis: Synthesis, deployment: str) -> Template:
    """The numbering stack of each deployment."""
    return synthesis.template(deployment, "Numbering")


def test_what_is_written_of_people_reaches_the_queue_and_what_does_not_is_kept(numbering: Template) -> None:
    rules = numbering.properties("Events::Rule")
    (rule,) = [rule for name, rule in rules.items() if "IndexCandidates" in name and "EventPattern" in rule]
    assert rule["EventPattern"] == {"source": ["kyotsu"], "detail-type": ["AddresseeRecorded", "ResidentRecorded"]}
    (target,) = rule["Targets"]
    assert "IndexCandidatesChanges" in target["Arn"]
    assert "IndexCandidatesUndelivered" in target["DeadLetterConfig"]["Arn"]


def test_no_further_function_reads_the_streams(synthesis: Synthesis, deployment: str) -> None:
    """Requirement: a stream of DynamoDB serves two readers; more are throttled."""
    templates = synthesis.templates(deployment)
    found = [resource for template in templates for resource in template.body["Resources"].values()]
    mapped = [each["Properties"] for each in found if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    sources = [str(mapping["EventSourceArn"]) for mapping in mapped]
    for table in ("Addressees", "Residents"):
        assert sum(f"{table}Table" in source and "Stream" in source for source in sources) == 1


WRITE = (
    on("AddresseesT", "dynamodb", "Query")
    | on("ResidentsT", "dynamodb", "BatchGetItem")
    | on("CandidatesT", "dynamodb", "DeleteItem", "GetItem", "PutItem")
    | on("KeysRecords", "kms", *KEY)
    | on("FingerprintKey", "secretsmanager", "GetSecretValue")
    | on("KeysFingerprints", "kms", "Decrypt")
)


def test_who_follows_people_reads_them_and_writes_the_index(numbering: Template) -> None:
    found = allowed(numbering, INDEX)
    assert found == WRITE | on("LinkageT", "dynamodb", "PutItem") | on("KeysMessages", "kms", "Decrypt")


def test_who_sweeps_also_walks(numbering: Template) -> None:
    scans = {("dynamodb:Scan", table) for table in ("AddresseesT", "CandidatesT", "ResidentsT")}
    assert allowed(numbering, SWEEP) == WRITE | scans | on(
        "CandidatesT", "dynamodb", "BatchGetItem", "ConditionCheckItem"
    )


@pytest.mark.parametrize("role", [INDEX, SWEEP])
def test_they_touch_only_what_is_theirs(numbering: Template, role: str) -> None:
    own = numbering.stack.split("-")[2]
    index, registry = (asked(numbering, role, table=table) for table in ("CandidatesTable", "AddresseesTable"))
    residents = asked(numbering, role, table="ResidentsTable")
    mine = {"S": f"{own}#S#{NUMBER}", "1": f"{own}#1#key", "2": f"{own}#2#key", "D": f"{own}#D#00"}
    others = {"F": f"{own}#F", "W": f"{own}#W", "elsewhere": "999999#1#key", "C": f"{own}#C"}
    may = {
        action: {kind for kind, pk in {**mine, **others}.items() if index(action, pk)}
        for action in ("PutItem", "DeleteItem")
    }
    progress = {"F", "W"} if role == SWEEP else set()
    assert may == {"PutItem": {*mine, *progress}, "DeleteItem": {"S", "1", "2"}}
    assert registry("Query", f"{own}#{NUMBER}")
    for partition in (f"{own}#C", f"{own}#O#request", f"{own}#P#00", f"{own}#N#1", f"999999#{NUMBER}"):
        assert not registry("Query", partition)
    assert residents("BatchGetItem", f"{own}#{NUMBER}")
    for action in ("PutItem", "UpdateItem", "DeleteItem"):
        assert not registry(action, f"{own}#{NUMBER}")
        assert not residents(action, f"{own}#{NUMBER}")
