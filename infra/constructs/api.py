"""An HTTPS API whose functions know their callers themselves; nothing that a caller keeps secret is logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.firewall import Firewall
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.nag import acknowledge
from infra.parameters.types import Network
from kyotsu.runtime import clients

STAGE = "kyotsu"
PATIENCE = {clients.SECONDS: "5", clients.ATTEMPTS: "3"}
"""Settings of functions behind an API: a call of AWS that hangs ends as their own 503, while API Gateway waits."""
_LOGGED = {
    "request_id": apigateway.AccessLogField.context_request_id(),
    "at": apigateway.AccessLogField.context_request_time(),
    "address": apigateway.AccessLogField.context_identity_source_ip(),
    "method": apigateway.AccessLogField.context_http_method(),
    # The resource, never the path that was asked for: whoever puts a token into a URL must not find it logged.
    "resource": apigateway.AccessLogField.context_resource_path(),
    "status": apigateway.AccessLogField.context_status(),
    "milliseconds": apigateway.AccessLogField.context_response_latency(),
    "error": apigateway.AccessLogField.context_error_response_type(),
}
_FIELDS = ", ".join(f'"{name}": "{value}"' for name, value in _LOGGED.items())


class Traffic(Protocol):
    """How much an API takes, as the parameters of what stands behind it have it."""

    @property
    def requests_per_second(self) -> int:
        """Requests of everybody together."""

    @property
    def burst(self) -> int:
        """Requests at once."""

    @property
    def requests_per_address(self) -> int:
        """Requests of one address in five minutes."""


class Api(Construct):
    """A REST API with one stage; private where the parameters name a network.

    `signed`: callers sign their requests (AWS IAM), and `policy` says who may; else the functions know their callers.
    `bytes_as_sent`: functions get bodies as bytes, of any size that API Gateway takes, so that nothing of them is
    replaced or refused unseen. `variables` come with every request.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        name: str,
        traffic: Traffic,
        variables: Mapping[str, str] | None = None,
        signed: bool = False,
        policy: iam.PolicyDocument | None = None,
        bytes_as_sent: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._traffic, self._signed = platform, traffic, signed
        self._policy, self._variables, self._bytes_as_sent = policy, variables, bytes_as_sent
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=platform.log_key,
            retention=platform.parameters.log_retention,
            removal_policy=platform.parameters.removal_policy,
        )
        self.api = self._api(f"{platform.parameters.name}-{name}")
        self.api.node.try_remove_child("Endpoint")  # an output; `url` is told by those who make an API
        self._acknowledge()
        if platform.parameters.tokens.firewall:
            Firewall(
                self,
                "Firewall",
                requests_per_address=traffic.requests_per_address,
                stage=self.api.deployment_stage,
                large_bodies=bytes_as_sent,
            )
        self._watch()

    @property
    def url(self) -> str:
        """Where the API is reached, without a slash at its end.

        It names the stage as text: the functions behind the stage are told this URL before the stage exists.
        """
        stack = Stack.of(self)
        return f"https://{self.api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE}"

    def post(self, path: str, function: PythonFunction) -> None:
        """Let a function answer POST requests to a path (`/oauth2/token`)."""
        method = self.api.root.resource_for_path(path).add_method(
            "POST",
            apigateway.LambdaIntegration(function.function, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.IAM if self._signed else None,
        )
        if self._signed:
            acknowledge(method, "COG4", "Callers are roles of linked systems, which sign by AWS IAM.")
            return
        reason = "The function authenticates the caller: the published answers can't come from API Gateway."
        acknowledge(method, "APIG4", reason)
        acknowledge(method, "COG4", reason)

    def _api(self, name: str) -> apigateway.RestApi:
        network = self._platform.parameters.network
        return apigateway.RestApi(
            self,
            "Api",
            # CloudWatch tells APIs apart by their name alone.
            rest_api_name=name,
            endpoint_configuration=_endpoint(network),
            policy=self._policy or (_only_from(network) if network else None),
            binary_media_types=["*/*"] if self._bytes_as_sent else None,
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(self.log_group),
                access_log_format=apigateway.AccessLogFormat.custom(f"{{{_FIELDS}}}"),
                throttling_rate_limit=self._traffic.requests_per_second,
                throttling_burst_limit=self._traffic.burst,
                variables=dict(self._variables) if self._variables else None,
                # Execution logs hold requests whole; none are written.
                logging_level=apigateway.MethodLoggingLevel.OFF,
                metrics_enabled=True,
            ),
        )

    def _acknowledge(self) -> None:
        acknowledge(self.api, "APIG2", "The functions validate requests: the published answers name the mistakes.")
        stage = self.api.deployment_stage
        acknowledge(stage, "APIG6", "Execution logs would hold tokens and secrets; access logs tell of every request.")
        if not self._platform.parameters.tokens.firewall:
            acknowledge(stage, "APIG3", "This stage holds nobody's data.")

    def _watch(self) -> None:
        name = {"ApiName": self.api.rest_api_name, "Stage": STAGE}
        self._platform.alarms.raise_when(
            self,
            "ApiFailed",
            each_minute("AWS/ApiGateway", "5XXError", "Sum", **name),
            at_least=1,
            says="APIが要求に応えられませんでした（5xx）。",
        )


class ApiLogs(Construct):
    """Lets API Gateway write access logs at all: a setting of the whole account and region."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        policy = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            description="Kyotsu: access logs of API Gateway",
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy)],
        )
        self.account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        reason = "API Gateway takes no role that may do less than this policy of its own."
        acknowledge(role, f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]", reason)

    def before(self, api: Api) -> None:
        """Have the setting made before an API that logs."""
        api.api.deployment_stage.node.add_dependency(self.account)


def _endpoint(network: Network | None) -> apigateway.EndpointConfiguration:
    if network is None:
        return apigateway.EndpointConfiguration(types=[apigateway.EndpointType.REGIONAL])
    return apigateway.EndpointConfiguration(types=[apigateway.EndpointType.PRIVATE])


def _only_from(network: Network) -> iam.PolicyDocument:
    """Return who may reach a private API at all; who is calling, its functions find out."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["execute-api:Invoke"],
                resources=["execute-api:/*"],
                conditions={"StringEquals": inside(network)},
            )
        ]
    )


def inside(network: Network) -> dict[str, object]:
    """Return what is told of a request that comes from inside a network."""
    if network.api_endpoint_ids:
        return {"aws:SourceVpce": list(network.api_endpoint_ids)}
    return {"aws:SourceVpc": network.vpc_id}
