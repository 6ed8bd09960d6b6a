"""The state machine of large files, and its picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.linkage.apply_group import handler as apply_group
from infra.constructs.receive_large_file import DEFINITION, substituted
from infra.sandbox.intrinsics import Created, Scope
from tests.infra.templates import Template
from tools import diagrams


def definition(linkage: Template) -> Any:
    """Return the deployed definition, each function's ARN its logical id."""
    ((_, machine),) = linkage.resources("StepFunctions::StateMachine").items()
    names = {name: Created(name, {"Arn": name}) for name in linkage.resources("Lambda::Function")}
    return json.loads(Scope({}, names).resolve(machine["Properties"]["DefinitionString"]))


def states(flow: Any) -> Iterator[tuple[str, Any]]:
    for name, state in flow["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def test_the_definition_is_the_file_with_its_placeholders_filled(linkage: Template, deployment: str) -> None:
    written, deployed = json.loads(DEFINITION.read_text("utf-8")), definition(linkage)
    functions = {name: _function(linkage, name) for name in ("ApplyGroup", "AnswerFile")}
    filled = substituted(written, functions | {"MaxConcurrency": 5 if deployment == "development" else 20})
    assert deployed == filled
    assert "${" not in json.dumps(deployed)


def test_every_task_has_a_time_out_longer_than_its_functions_and_so_has_the_machine(linkage: Template) -> None:
    machine = definition(linkage)
    tasks = [state for _, state in states(machine) if state["Type"] == "Task"]
    assert len(tasks) == 2
    for task in tasks:
        function = linkage.only("Lambda::Function", task["Parameters"]["FunctionName"])
        assert task["TimeoutSeconds"] > function["Timeout"], "two workers would be at one group"
        assert machine["TimeoutSeconds"] > 10 * task["TimeoutSeconds"]


def test_a_function_stops_in_time_with_time_enough_for_a_chunk(linkage: Template) -> None:
    function = linkage.only("Lambda::Function", "LargeFileApplyGroup")
    assert 0 < 5 * apply_group.CHUNK_MILLISECONDS < 1000 * function["Timeout"]


def test_every_failure_is_caught_and_ends_in_a_state_that_says_so(linkage: Template) -> None:
    machine = definition(linkage)
    fails = {name for name, state in states(machine) if state["Type"] == "Fail"}
    for name, state in machine["States"].items():
        if name not in fails:
            (caught,) = state["Catch"]
            assert caught["ErrorEquals"] == ["States.ALL"]
            assert caught["Next"] in fails
    for name, state in states(machine):
        if state["Type"] == "Task":
            retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
            assert {"States.Timeout", "States.TaskFailed", "Lambda.TooManyRequestsException"} <= retried, name


def test_executions_are_logged_without_their_data_and_traced(linkage: Template) -> None:
    machine = linkage.only("StepFunctions::StateMachine", "LargeFileMachine")
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert not machine["LoggingConfiguration"].get("IncludeExecutionData")
    assert machine["TracingConfiguration"] == {"Enabled": True}


@pytest.mark.parametrize("failure", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"])
def test_operators_are_told_of_a_file_that_is_not_answered(linkage: Template, failure: str) -> None:
    (machine,) = linkage.resources("StepFunctions::StateMachine")
    (alarm,) = [a for a in linkage.properties("CloudWatch::Alarm").values() if a["MetricName"] == failure]
    assert alarm["Dimensions"] == [{"Name": "StateMachineArn", "Value": f"<{machine}>"}]
    assert alarm["Threshold"] == 1


def test_the_pictures_are_those_of_the_machines() -> None:
    assert diagrams.FILE.read_text("utf-8") == diagrams.document()


def _function(linkage: Template, name: str) -> str:
    (found,) = [function for function in linkage.resources("Lambda::Function") if f"LargeFile{name}" in function]
    return found
