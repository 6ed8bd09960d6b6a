"""Large files: a state machine applies their groups side by side and answers them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.file_access import MEMORY_MIB, TIMEOUT, FileAccess
from infra.constructs.function import PythonFunction
from infra.constructs.nag import acknowledge_wildcard

DEFINITION = Path(__file__).resolve().parents[2] / "statemachines" / "receive_large_file.asl.json"
FAILURES = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")


class ReceiveLargeFile(Construct):
    """The state machine that `receive_file` hands large files to, and its two functions."""

    def __init__(self, scope: Construct, construct_id: str, *, access: FileAccess) -> None:
        super().__init__(scope, construct_id)
        self._access = access
        self.apply_group = self._function("ApplyGroup", "linkage/apply_group")
        access.let_read_files(self.apply_group)
        access.let_apply_rows(self.apply_group)
        self.answer_file = self._function("AnswerFile", "linkage/answer_file")
        access.let_read_files(self.answer_file)
        access.let_answer(self.answer_file)
        self.role = self._role()
        self.machine = self._machine()
        self._let_map_run()
        self._watch()

    def let_start(self, function: PythonFunction) -> None:
        """Let a function start this machine, and see how an execution of it fares."""
        function.allow(["states:StartExecution"], [self.machine.state_machine_arn])
        executions = self._executions(":")
        function.allow(["states:DescribeExecution"], [executions])
        acknowledge_wildcard(function.role, executions, "Executions are named by the receipts of files yet to come.")

    def _function(self, name: str, source: str) -> PythonFunction:
        return PythonFunction(
            self,
            name,
            platform=self._access.platform,
            source=source,
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment=self._access.environment(),
        )

    def _role(self) -> iam.Role:
        ours = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com", conditions=ours),
            description="Kyotsu receive_large_file",
        )
        functions = [self.apply_group.function.function_arn, self.answer_file.function.function_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions))
        acknowledge_wildcard(role, "*", "AWS knows no resource for traces, nor for the delivery of logs.")
        return role

    def _machine(self) -> stepfunctions.StateMachine:
        platform = self._access.platform
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=platform.log_key,
            retention=platform.parameters.log_retention,
            removal_policy=platform.parameters.removal_policy,
        )
        return stepfunctions.StateMachine(
            self,
            "Machine",
            definition_body=stepfunctions.DefinitionBody.from_string(self._definition()),
            role=self.role,
            logs=stepfunctions.LogOptions(destination=log_group, level=stepfunctions.LogLevel.ALL),
            tracing_enabled=True,
        )

    def _definition(self) -> str:
        values = {
            "ApplyGroup": self.apply_group.function.function_arn,
            "AnswerFile": self.answer_file.function.function_arn,
            "MaxConcurrency": self._access.platform.parameters.group_concurrency,
        }
        # Not by `Stack.to_json_string`, which leaves out what is null or empty.
        return json.dumps(substituted(json.loads(DEFINITION.read_text("utf-8")), values), ensure_ascii=False)

    def _let_map_run(self) -> None:
        """A distributed map starts, watches and stops its children as executions of its own machine."""
        # A policy of its own: the machine waits for everything below its role, and this one needs the machine's name.
        policy = iam.Policy(self, "MapRuns", roles=[self.role])
        children = [self._executions("/"), self._executions(":")]
        policy.add_statements(
            iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.machine.state_machine_arn]),
            iam.PolicyStatement(
                actions=["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"],
                resources=children,
            ),
        )
        for pattern in children:
            acknowledge_wildcard(policy, pattern, "Step Functions names the children of this machine's map runs.")

    def _watch(self) -> None:
        for name in FAILURES:
            self._access.platform.alarms.raise_when(
                self,
                name,
                each_minute("AWS/States", name, "Sum", StateMachineArn=self.machine.state_machine_arn),
                at_least=1,
                says="大きなファイルに回答できていません。原因を確かめ、実行をやり直してください。",
            )

    def _executions(self, separator: str) -> str:
        stack = Stack.of(self)
        name = self.machine.state_machine_name
        return f"arn:{stack.partition}:states:{stack.region}:{stack.account}:execution:{name}{separator}*"


def substituted(definition: Any, values: Mapping[str, Any]) -> Any:
    """Return a definition whose strings `${Name}` are replaced by the values of these names."""
    if isinstance(definition, dict):
        return {key: substituted(value, values) for key, value in definition.items()}
    if isinstance(definition, list):
        return [substituted(value, values) for value in definition]
    if isinstance(definition, str) and definition.startswith("${"):
        return values[definition[2:-1]]
    return definition
