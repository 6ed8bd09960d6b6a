"""The state machines of 引越しOSS, from their files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import MovingAccess
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.receive_large_file import FAILURES, substituted

FILES = Path(__file__).resolve().parents[2] / "statemachines"


class MoveMachine(Construct):
    """One machine, its role and its alarms. Its name is known before: its own functions refer to it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        access: MovingAccess,
        functions: Mapping[str, PythonFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        definition = (FILES / f"{name}.asl.json").read_text("utf-8")
        used = {each: found for each, found in functions.items() if f'"${{{each}}}"' in definition}
        self.role = self._role(name, used)
        self.machine = self._machine(name, access, definition, used)
        self._watch(access)

    def _role(self, name: str, functions: Mapping[str, PythonFunction]) -> iam.Role:
        ours = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com", conditions=ours),
            description=f"Kyotsu {name}",
        )
        arns = [function.function.function_arn for function in functions.values()]
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=arns))
        acknowledge_wildcard(role, "*", "AWS knows no resource for traces, nor for the delivery of logs.")
        return role

    def _machine(
        self, name: str, access: MovingAccess, definition: str, functions: Mapping[str, PythonFunction]
    ) -> stepfunctions.StateMachine:
        parameters = access.platform.parameters
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=access.platform.log_key,
            retention=parameters.log_retention,
            removal_policy=parameters.removal_policy,
        )
        arns = {each: function.function.function_arn for each, function in functions.items()}
        body = json.dumps(substituted(json.loads(definition), arns), ensure_ascii=False)
        return stepfunctions.StateMachine(
            self,
            "Machine",
            state_machine_name=access.machine_name(name),
            definition_body=stepfunctions.DefinitionBody.from_string(body),
            role=self.role,
            # Inputs and outputs are ids and words: there is nothing to keep out of the logs.
            logs=stepfunctions.LogOptions(
                destination=log_group, level=stepfunctions.LogLevel.ALL, include_execution_data=True
            ),
            tracing_enabled=True,
        )

    def _watch(self, access: MovingAccess) -> None:
        for name in FAILURES:
            access.platform.alarms.raise_when(
                self,
                name,
                each_minute("AWS/States", name, "Sum", StateMachineArn=self.machine.state_machine_arn),
                at_least=1,
                says="引越しOSSの手続の処理が異常終了しました。続きは自動で再開されます。原因を確かめてください。",
            )
