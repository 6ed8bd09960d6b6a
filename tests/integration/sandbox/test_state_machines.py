"""State machines in the sandbox, and what unadapted moto makes of them (then see the adaptation again)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

from infra.sandbox import endpoints
from infra.sandbox.sandbox import running
from tests.integration.sandbox.small_cloud import RESOURCES, Small, arn, eventually, resource, stack

REGION = "ap-northeast-1"
ROLE = "arn:aws:iam::123456789012:role/states"


def machine(task: dict[str, Any]) -> dict[str, Any]:
    """A machine that gives each of `$.items` to a task."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Each",
        "States": {"Each": task},
    }
    every = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ItemProcessor": processor, "End": True}
    return {"StartAt": "Every", "States": {"Every": every}}


def task(function: str) -> dict[str, Any]:
    parameters = {"FunctionName": function, "Payload.$": "$"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": parameters,
        "ResultSelector": {"said.$": "$.Payload.said"},
        "End": True,
    }


def template() -> dict[str, Any]:
    text = json.dumps(machine(task("FUNCTION")))
    before, after = text.split("FUNCTION")
    definition = {"Fn::Join": ["", [before, arn("Receive"), after]]}
    made = resource(
        "AWS::StepFunctions::StateMachine",
        DefinitionString=definition,
        RoleArn=arn("Role"),
        LoggingConfiguration={"Level": "ALL"},
        TracingConfiguration={"Enabled": True},
    )
    needed = {name: RESOURCES[name] for name in ("Role", "Libraries", "Calls", "Dead", "Queue", "Receive")}
    return needed | {"MachineABCDEF01": made}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("machines")
    with running([stack(folder, template())], 0, folder / "state") as (cloud, _outputs):
        yield Small(cloud)


def ended(client: Any, machine_arn: str, name: str, items: list[Any]) -> dict[str, Any]:
    started = client.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps({"items": items}))

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = client.describe_execution(executionArn=started["executionArn"])
        return found if found["status"] != "RUNNING" else None

    return eventually(look) or {}


def test_an_execution_runs_its_functions_in_their_workers(small: Small) -> None:
    items = [{"number": number} for number in range(5)]
    found = ended(small.client("stepfunctions"), small["MachineABCDEF01"], "one", items)
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", [{"said": item} for item in items])
    assert sorted(call["event"]["number"] for call in small.calls("Receive")) == list(range(5))


def test_a_map_fails_with_an_item_of_it(small: Small) -> None:
    client, machine_arn = small.client("stepfunctions"), small["MachineABCDEF01"]
    found = ended(client, machine_arn, "two", [{"number": 6}, {"do": "raise"}])
    assert (found["status"], found["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")


def test_clients_find_machines_by_name(small: Small) -> None:
    content = endpoints.describe(small.cloud, "141003", {})
    assert content["state_machines"] == {"Machine": small["MachineABCDEF01"]}


def test_a_definition_that_can_not_be_read_stops_the_sandbox(tmp_path: Path) -> None:
    broken = resource("AWS::StepFunctions::StateMachine", DefinitionString='{"StartAt": 1}', RoleArn=arn("Role"))
    with (
        pytest.raises(Exception, match="CreateStateMachine"),
        running([stack(tmp_path, {"Role": RESOURCES["Role"], "Machine": broken})], 0, tmp_path / "state"),
    ):
        pass


def test_unadapted_moto_only_keeps_a_machine() -> None:
    with mock_aws():
        client = boto3.client("stepfunctions", REGION)
        made = client.create_state_machine(
            name="m", definition=json.dumps(machine({"Type": "Pass", "End": True})), roleArn=ROLE
        )
        started = client.start_execution(stateMachineArn=made["stateMachineArn"], name="x", input='{"items": []}')
        assert client.describe_execution(executionArn=started["executionArn"])["status"] == "RUNNING"


def test_unadapted_moto_invokes_functions_at_its_own_port() -> None:
    assert boto_client_for(REGION, "lambda").meta.endpoint_url == "http://localhost:5000"
