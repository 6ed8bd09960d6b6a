"""The sweep for doubles: its clock, what it may do, and who learns of people it can't compare."""

from __future__ import annotations

import pytest

from tests.infra.conftest import Synthesis
from tests.infra.templates import Template
from tests.infra.test_integrated import KEY, allowed, on
from tests.infra.test_partitions import asked

ROLE = "ListDoublesFunctionRole"
NUMBER = "800000000000009"


@pytest.fixture
def numbering(synthesis: Synthesis, deployment: str) -> Template:
    """The numbering stack of each deployment."""
    return synthesis.template(deployment, "Numbering")


def test_it_reads_the_index_and_writes_the_clerks_list_alone(numbering: Template) -> None:
    assert allowed(numbering, ROLE) == (
        on("CandidatesT", "dynamodb", "BatchGetItem", "DeleteItem", "GetItem", "Query")
        | on("AddresseesT", "dynamodb", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query")
        | on("KeysRecords", "kms", *KEY)
        | on("FingerprintKey", "secretsmanager", "GetSecretValue")
        | on("KeysFingerprints", "kms", "Decrypt")
    )


def test_it_touches_only_what_is_its_own(numbering: Template) -> None:
    own = numbering.stack.split("-")[2]
    index, registry = (asked(numbering, ROLE, table=table) for table in ("CandidatesTable", "AddresseesTable"))
    for pk in ("1#key", "2#key", "D#00"):
        assert index("Query", f"{own}#{pk}")
    assert index("BatchGetItem", f"{own}#S#{NUMBER}")
    assert index("DeleteItem", f"{own}#D#00")
    for pk in ("1#key", f"S#{NUMBER}", "W", "F"):
        assert not index("DeleteItem", f"{own}#{pk}")
    for action in ("PutItem", "DeleteItem", "Query", "ConditionCheckItem"):
        assert registry(action, f"{own}#C")
        assert not registry(action, f"{own}#{NUMBER}")
        assert not registry(action, "999999#C")


def test_it_runs_by_the_clock_and_tells_of_failures(numbering: Template) -> None:
    rules = {name: rule for name, rule in numbering.properties("Events::Rule").items() if "ListDoubles" in name}
    (rule,) = rules.values()
    assert rule["ScheduleExpression"] == "rate(60 minutes)"
    (target,) = rule["Targets"]
    assert "ListDoublesClockUnstarted" in target["DeadLetterConfig"]["Arn"]
    (alarm,) = [
        alarm
        for alarm in numbering.properties("CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "DoublesFailed"
    ]
    assert "doubles-failed.md" in alarm["AlarmDescription"]
