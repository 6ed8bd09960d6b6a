"""A file nobody was told of is found by the sweep; a missing 連番 is told, and closed when its file arrives."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.deployment import body, name, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually


def test_a_file_of_which_nobody_was_told_is_found_by_the_sweep(sandbox: Sandbox) -> None:
    events = sandbox.client("events")
    (rule,) = [rule["Name"] for rule in events.list_rules()["Rules"] if "aws.s3" in rule.get("EventPattern", "")]
    file = new_name()
    events.disable_rule(Name=rule)
    try:
        version = sandbox.put(file, body([row(atenabango=new_number())]))
    finally:
        events.enable_rule(Name=rule)
    swept = json.loads(sandbox.kyotsu("linkage", "sweep", "--now", "--json").stdout)
    assert swept["lost"] >= 1
    assert sandbox.answer(file, version)["status"] == "ACCEPTED"


def test_the_sweep_runs_by_the_clock(sandbox: Sandbox) -> None:
    rules = sandbox.client("events").list_rules()["Rules"]
    assert {rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule} >= {
        "rate(15 minutes)",
        "rate(5 minutes)",
    }


def test_a_missing_number_is_told_and_closed_when_its_file_arrives(sandbox: Sandbox) -> None:
    for sequence in (900_001, 900_004):
        _send(sandbox, sequence)
    eventually(lambda: _gap(sandbox), 60)
    assert _gap(sandbox) == {"state": "waiting", "numbers": ["900002-900003"]}
    _look(sandbox)
    assert _gap(sandbox) == {"state": "reported", "numbers": ["900002-900003"]}
    for sequence in (900_002, 900_003):
        _send(sandbox, sequence)
    eventually(lambda: _gap(sandbox) is None, 60)
    assert _look(sandbox)["closed"] == 2


def _send(sandbox: Sandbox, sequence: int) -> None:
    file = name("08", sequence=sequence)
    sandbox.put(file, body([row(atenabango=new_number())]))
    assert sandbox.answer(file)["status"] == "ACCEPTED"


def _gap(sandbox: Sandbox) -> dict[str, Any] | None:
    """Return what is missing between the numbers of this test."""
    lines = sandbox.kyotsu("linkage", "gaps", "--json").stdout.splitlines()
    for gap in map(json.loads, lines):
        own = [numbers for numbers in gap["numbers"] if numbers.startswith("90000")]
        if (gap["interface"], gap["branch"]) == ("001o006", "08") and own:
            return {"state": gap["state"], "numbers": own}
    return None


def _look(sandbox: Sandbox) -> Any:
    function = sandbox.endpoints["outputs"]["WatchSequencesFunction"]
    answer = sandbox.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"now": True}).encode())
    return json.loads(answer["Payload"].read())
