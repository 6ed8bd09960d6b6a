"""A Python function with a role, a log group and alarms of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.alarms import Alarms, each_minute
from infra.constructs.nag import acknowledge, acknowledge_wildcard
from infra.constructs.network import PrivateNetwork, interface_statement
from infra.parameters.types import Parameters

EVENT_COUNTS = lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT])
NOT_SOURCE = ["**/__pycache__", "**/*.pyc"]


@dataclass(frozen=True)
class Platform:
    """What all functions of a stack share."""

    parameters: Parameters
    functions: Path
    """Folder of the functions' sources."""
    layers: Sequence[lambda_.ILayerVersion]
    network: PrivateNetwork | None
    log_key: kms.IKey
    alarms: Alarms


class PythonFunction(Construct):
    """The function whose source is the folder `functions/<source>`; it may do nothing but what `allow` is told."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        source: str,
        timeout: Duration,
        memory_mib: int,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform = platform
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=platform.log_key,
            retention=platform.parameters.log_retention,
            removal_policy=platform.parameters.removal_policy,
        )
        self.role = self._role(source)
        self.function = self._function(source, timeout, memory_mib, environment)
        self._watch(source, timeout)

    def allow(self, actions: Sequence[str], resources: Sequence[str], **conditions: Mapping[str, object]) -> None:
        """Let the function's own code call AWS; in a private network, only through its endpoints."""
        statement = iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
        if self._platform.network:
            self._platform.network.only_from_here(statement)
        self.role.add_to_policy(statement)

    def allow_objects(self, actions: Sequence[str], buckets: Sequence[str], prefix: str) -> None:
        """Let the function's own code work on the objects below a prefix (`outbox/` …) of buckets given by ARN.

        Anything but a prefix is a whole pattern (`answers/*.errors.csv`).
        """
        objects = [f"{bucket}/{prefix}*" if prefix.endswith("/") else f"{bucket}/{prefix}" for bucket in buckets]
        self.allow(actions, objects)
        for pattern in objects:
            acknowledge_wildcard(self.role, pattern, f"Keys of {prefix} are chosen when their objects are written.")

    def allow_lambda(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Let the Lambda service call AWS for the function: it polls sources from outside any private network."""
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))

    def allow_key(self, key: kms.IKey, services: Sequence[str], actions: Sequence[str]) -> None:
        """Let the function use a key, only by way of the given AWS services."""
        region = self._platform.parameters.region
        via = {"kms:ViaService": [f"{service}.{region}.amazonaws.com" for service in services]}
        statement = iam.PolicyStatement(
            actions=[f"kms:{action}" for action in actions],
            resources=[key.key_arn],
            conditions={"StringEquals": via},
        )
        self.role.add_to_policy(statement)

    def watch_source(self, mapping: lambda_.EventSourceMapping, says: str) -> None:
        """Tell operators when what a source delivered fails, also if the function answers that it does.

        The mapping must count events (`EVENT_COUNTS`): a function that reports failed items has no error itself.
        """
        # Lambda checks the role's rights when the mapping is made.
        mapping.node.add_dependency(self.role)
        self._platform.alarms.raise_when(
            self,
            "SourceFailing",
            each_minute(
                "AWS/Lambda",
                "FailedInvokeEventCount",
                "Sum",
                EventSourceMappingUUID=mapping.event_source_mapping_id,
            ),
            at_least=1,
            says=says,
        )

    def _role(self, source: str) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Kyotsu {source}",
        )
        # The ARN of a log group ends in `:*`, which stands for its streams.
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.log_group.log_group_arn]
            )
        )
        if self._platform.network:
            role.add_to_policy(interface_statement())
            acknowledge_wildcard(role, "*", "Lambda asks for network interfaces that have no name yet.")
        return role

    def _function(
        self, source: str, timeout: Duration, memory_mib: int, environment: Mapping[str, str]
    ) -> lambda_.Function:
        parameters, network = self._platform.parameters, self._platform.network
        function = lambda_.Function(
            self,
            "Function",
            description=f"Kyotsu {source}",
            code=lambda_.Code.from_asset(str(self._platform.functions / source), exclude=NOT_SOURCE),
            handler="handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            layers=list(self._platform.layers),
            memory_size=memory_mib,
            timeout=timeout,
            role=self.role,
            log_group=self.log_group,
            reserved_concurrent_executions=parameters.reserved_concurrency,
            environment={
                **environment,
                "POWERTOOLS_SERVICE_NAME": source,
                "POWERTOOLS_LOG_LEVEL": parameters.log_level,
            },
            vpc=network.vpc if network else None,
            security_groups=[network.security_group] if network else None,
        )
        acknowledge(function, "L1", "Layers hold wheels for Python 3.13; a newer runtime comes together with them.")
        return function

    def _watch(self, source: str, timeout: Duration) -> None:
        def metric(name: str, statistic: str) -> cloudwatch.Metric:
            return each_minute("AWS/Lambda", name, statistic, FunctionName=self.function.function_name)

        alarms, slow = self._platform.alarms, 0.9 * timeout.to_milliseconds()
        alarms.raise_when(
            self, "FunctionFailed", metric("Errors", "Sum"), at_least=1, says=f"{source}：関数が異常終了しました。"
        )
        alarms.raise_when(
            self,
            "FunctionThrottled",
            metric("Throttles", "Sum"),
            at_least=1,
            minutes=5,
            says=f"{source}：同時実行数が足りません。",
        )
        alarms.raise_when(
            self,
            "FunctionSlow",
            metric("Duration", "Maximum"),
            at_least=slow,
            says=f"{source}：制限時間に近づきました。",
        )
