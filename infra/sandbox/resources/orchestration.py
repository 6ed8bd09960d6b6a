"""State machines. moto runs them; their functions run in the sandbox's workers."""

from typing import Any

from infra.sandbox.access.acting import Acting
from infra.sandbox.deployment import Kind, Place
from infra.sandbox.intrinsics import Created


def state_machine(place: Place, properties: dict[str, Any]) -> Created:
    """Make a state machine; a definition that moto can't read stops the sandbox."""
    name = properties.get("StateMachineName", place.physical_name(80))
    arn = f"arn:aws:states:{place.cloud.region}:{place.cloud.account}:stateMachine:{name}"
    Acting(place.cloud.access).assume(properties["RoleArn"], arn)
    arn = place.cloud.client("stepfunctions").create_state_machine(
        name=name,
        definition=properties["DefinitionString"],
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType", "STANDARD"),
    )["stateMachineArn"]
    return Created(arn, {"Arn": arn, "Name": name})


KINDS = {
    "AWS::StepFunctions::StateMachine": Kind(
        state_machine,
        frozenset({"StateMachineName", "StateMachineType", "DefinitionString", "RoleArn"}),
        {
            "LoggingConfiguration": "an execution's history tells the same",
            "TracingConfiguration": "there is no X-Ray here",
            "Tags": "nothing in the sandbox reads tags",
        },
    ),
}
