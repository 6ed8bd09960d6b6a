"""A lost file is found by the sweep; a missing 連番 is told and closed; people missing from a full set are listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.fakes.deployment import body, name, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually


def test_a_file_of_which_nobody_was_told_is_found_by_the_sweep(sandbox: Sandbox) -> None:
    events = sandbox.client("events")
    (rule,) = [rule["Name"] for rule in events.list_rules()["Rules"] if "outbox/" in rule.get("EventPattern", "")]
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


def test_who_is_left_out_of_a_full_set_is_listed_and_told_on_the_bus(sandbox: Sandbox) -> None:
    people = [row(atenabango=new_number()) for _ in range(3)]
    told = _events(sandbox, "PeopleMissingFromFullSet")
    before = _missing(sandbox, people)
    assert not before & {person["atenabango"] for person in people}
    after = _missing(sandbox, [people[0], people[2]])
    # Other tests' people are missing from both.
    assert after - before == {people[1]["atenabango"]}
    event = eventually(lambda: next((e for e in told() if e["count"] == len(after)), None), 60)
    assert event
    assert (event["interface"], event["branch"]) == ("001o006", "00")


def _missing(sandbox: Sandbox, people: list[dict[str, str]]) -> set[str]:
    """Send a full set of these people; return who is listed beside its answer."""
    file, s3 = new_name("00", "F"), sandbox.client("s3")
    sandbox.put(file, body(people))
    assert sandbox.answer(file)["status"] == "ACCEPTED"
    key = f"answers/{file.removesuffix('.csv')}.missing.csv"

    def look() -> list[str]:
        try:
            return list(s3.get_object(Bucket=sandbox.bucket, Key=key)["Body"].read().decode().splitlines())
        except s3.exceptions.NoSuchKey:
            return []

    return set(eventually(look, 60)[1:])


def _events(sandbox: Sandbox, kind: str) -> Callable[[], list[Any]]:
    """Return a way to see the events of a kind that are published from now on."""
    sqs, url = sandbox.client("sqs"), sandbox.listen(kind, {"detail-type": [kind]})
    seen: list[Any] = []

    def look() -> list[Any]:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            seen.append(json.loads(message["Body"])["detail"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return seen

    return look


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
