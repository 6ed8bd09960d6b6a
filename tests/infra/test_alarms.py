"""Every alarm is about a metric that AWS or receive_file emits, and reaches the operators."""

from __future__ import annotations

from typing import Any

import pytest

from infra.systems import expected_files
from kyotsu.runtime.metrics import FILES_RECEIVED, NAMESPACE
from tests.infra.conftest import CITY, TOWN
from tests.infra.templates import Template

# Metric → statistic, dimension and unit that its service emits each minute (AWS documentation of each service).
EMITTED = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("Maximum", "QueueName"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ("Maximum", "QueueName"),
    ("AWS/Lambda", "Errors"): ("Sum", "FunctionName"),
    ("AWS/Lambda", "Throttles"): ("Sum", "FunctionName"),
    ("AWS/Lambda", "Duration"): ("Maximum", "FunctionName"),
    ("AWS/Lambda", "IteratorAge"): ("Maximum", "FunctionName"),
    ("AWS/Lambda", "FailedInvokeEventCount"): ("Sum", "EventSourceMappingUUID"),
    ("AWS/Events", "FailedInvocations"): ("Sum", "RuleName"),
    ("AWS/States", "ExecutionsFailed"): ("Sum", "StateMachineArn"),
    ("AWS/States", "ExecutionsTimedOut"): ("Sum", "StateMachineArn"),
    ("AWS/States", "ExecutionsAborted"): ("Sum", "StateMachineArn"),
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): ("Sum", "RuleName"),
}
OURS = (NAMESPACE, FILES_RECEIVED)
LONGEST = {60: 24 * 3600, 3600: 7 * 24 * 3600}
"""How far CloudWatch looks back, by the period."""
OWNERS = {
    "QueueName": ("SQS::Queue", "{}.QueueName"),
    "FunctionName": ("Lambda::Function", "{}"),
    "EventSourceMappingUUID": ("Lambda::EventSourceMapping", "{}"),
    "RuleName": ("Events::Rule", "{}"),
    "StateMachineArn": ("StepFunctions::StateMachine", "{}"),
}


def test_every_alarm_tells_the_operators_when_it_is_raised_and_when_it_is_over(linkage: Template) -> None:
    for name, alarm in linkage.properties("CloudWatch::Alarm").items():
        if _metric(alarm) != OURS:
            assert alarm["Statistic"] == EMITTED[_metric(alarm)][0], name
            assert alarm["Period"] == 60
        assert alarm["EvaluationPeriods"] * alarm["Period"] <= LONGEST[alarm["Period"]]
        for actions in (alarm["AlarmActions"], alarm["OKActions"]):
            (action,) = actions
            assert "AlarmsTopic" in action


def test_silence_is_watched_for_each_provider_that_the_catalogue_expects(linkage: Template, deployment: str) -> None:
    found = [alarm for alarm in linkage.properties("CloudWatch::Alarm").values() if _metric(alarm) == OURS]
    expected = {
        (TOWN if deployment == "enclosed" else CITY, file.provider, file.interface): file.hours
        for file in expected_files()
    }
    dimensions = [{each["Name"]: each["Value"] for each in alarm["Dimensions"]} for alarm in found]
    assert expected == {
        (values["municipality"], values["provider"], values["interface"]): alarm["EvaluationPeriods"]
        for values, alarm in zip(dimensions, found, strict=True)
    }
    assert expected, "a test over none of them proves nothing"
    assert all((alarm["Statistic"], alarm["Period"]) == ("Sum", 3600) for alarm in found)


@pytest.mark.parametrize(("metric", "dimension"), [(key, value[1]) for key, value in EMITTED.items()])
def test_alarms_watch_what_exists(linkage: Template, metric: tuple[str, str], dimension: str) -> None:
    kind, spelled = OWNERS[dimension]
    existing = {f"<{spelled.format(name)}>" for name in linkage.resources(kind)}
    watched = _watched(linkage, metric)
    assert watched, f"nothing watches {metric}"
    for found, value in watched:
        assert found == dimension
        assert value in existing


def test_every_queue_of_dead_letters_and_every_function_and_source_is_watched(linkage: Template) -> None:
    dead = {
        f"<{name}.QueueName>" for name in linkage.resources("SQS::Queue") if not name.startswith("ReceiveFileQueue")
    }
    assert len(dead) == 4
    assert {value for _, value in _watched(linkage, ("AWS/SQS", "ApproximateNumberOfMessagesVisible"))} == dead
    for metric in ("Errors", "Throttles", "Duration"):
        functions = {f"<{name}>" for name in linkage.resources("Lambda::Function")}
        assert {value for _, value in _watched(linkage, ("AWS/Lambda", metric))} == functions
    sources = {f"<{name}>" for name in linkage.resources("Lambda::EventSourceMapping")}
    assert {value for _, value in _watched(linkage, ("AWS/Lambda", "FailedInvokeEventCount"))} == sources


def test_sources_count_the_events_that_their_alarms_watch(linkage: Template) -> None:
    for source in linkage.properties("Lambda::EventSourceMapping").values():
        assert source["MetricsConfig"] == {"Metrics": ["EventCount"]}


def test_a_slow_function_is_told_before_it_is_stopped(linkage: Template) -> None:
    limits = {f"<{name}>": 1000 * f["Timeout"] for name, f in linkage.properties("Lambda::Function").items()}
    for alarm in linkage.properties("CloudWatch::Alarm").values():
        if alarm["MetricName"] == "Duration":
            (dimension,) = alarm["Dimensions"]
            assert 0 < alarm["Threshold"] < limits[dimension["Value"]]


def _metric(alarm: dict[str, Any]) -> tuple[str, str]:
    return alarm["Namespace"], alarm["MetricName"]


def _watched(linkage: Template, metric: tuple[str, str]) -> set[tuple[str, str]]:
    return {
        (dimension["Name"], dimension["Value"])
        for alarm in linkage.properties("CloudWatch::Alarm").values()
        if _metric(alarm) == metric
        for dimension in alarm["Dimensions"]
    }
