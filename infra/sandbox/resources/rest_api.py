"""REST APIs: what their templates say is kept here and served by `infra.sandbox.api`; moto is not asked."""

import re
from typing import Any

from infra.sandbox.api.model import (
    PROXY_TIMEOUT_SECONDS,
    CustomResponse,
    Method,
    Resource,
    RestApi,
    Stage,
    UnusableApiError,
)
from infra.sandbox.api.refusals import check_template
from infra.sandbox.deployment import Kind, Place, UnknownTemplateError, only
from infra.sandbox.intrinsics import Created

_URI = re.compile(r"arn:aws:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/(?P<function>.+)/invocations")
_INTEGRATION = {"Type", "Uri", "IntegrationHttpMethod", "TimeoutInMillis", "PassthroughBehavior"}
_PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")
_HEADER = re.compile(r"gatewayresponse\.header\.(?P<name>[!-~]+)")


def rest_api(place: Place, properties: dict[str, Any]) -> Created:
    """Make an API with nothing but its root."""
    api_id = _id(place)
    binary = frozenset(kind.lower() for kind in properties.get("BinaryMediaTypes", []))
    api = RestApi(api_id, properties["Name"], binary, has_policy="Policy" in properties)
    place.cloud.apis.by_id[api_id] = api
    if api.has_policy:
        place.cloud.access.stored.api_policy(api_id, properties["Policy"])
    return Created(api_id, {"RestApiId": api_id, "RootResourceId": api.root_id})


def resource(place: Place, properties: dict[str, Any]) -> Created:
    """Add a part of a path."""
    api = place.cloud.apis.by_id[properties["RestApiId"]]
    if not _PART.fullmatch(properties["PathPart"]):
        raise UnusableApiError(f"{place.path}: PathPart {properties['PathPart']}")
    made = Resource(_id(place), properties["PathPart"], api.resources[properties["ParentId"]])
    api.add(made)
    return Created(made.id, {"ResourceId": made.id})


def method(place: Place, properties: dict[str, Any]) -> Created:
    """Add a method with a function behind it."""
    api = place.cloud.apis.by_id[properties["RestApiId"]]
    integration = properties["Integration"]
    only(integration, _INTEGRATION, f"{place.path} Integration")
    uri = _URI.fullmatch(integration.get("Uri", ""))
    if integration["Type"] != "AWS_PROXY" or integration.get("IntegrationHttpMethod") != "POST" or uri is None:
        raise UnknownTemplateError(f"{place.path}: only AWS_PROXY by POST to a function is known to the sandbox")
    if properties["AuthorizationType"] not in ("NONE", "AWS_IAM"):
        raise UnknownTemplateError(f"{place.path}: AuthorizationType {properties['AuthorizationType']} is not known")
    if api.has_policy and properties["AuthorizationType"] == "NONE":
        raise UnknownTemplateError(f"{place.path}: the sandbox asks an API's policy about signed requests alone")
    seconds = min(float(integration.get("TimeoutInMillis", PROXY_TIMEOUT_SECONDS * 1000)) / 1000, PROXY_TIMEOUT_SECONDS)
    made = Method(properties["AuthorizationType"], uri["function"], seconds)
    api.methods[properties["ResourceId"], properties["HttpMethod"]] = made
    return Created(place.logical_id)


def deployment(place: Place, properties: dict[str, Any]) -> Created:
    """Keep the methods as they are now: what is made later is not deployed."""
    api, deployment_id = place.cloud.apis.by_id[properties["RestApiId"]], _id(place)
    api.deployments[deployment_id] = dict(api.methods)
    return Created(deployment_id, {"DeploymentId": deployment_id})


def stage(place: Place, properties: dict[str, Any]) -> Created:
    """Serve a deployment under a name."""
    api = place.cloud.apis.by_id[properties["RestApiId"]]
    name, deployed = properties["StageName"], properties["DeploymentId"]
    api.stages[name] = Stage(name, deployed, api.deployments[deployed], properties.get("Variables"))
    return Created(name)


def gateway_response(place: Place, properties: dict[str, Any]) -> Created:
    """Put an answer in the place of one of the gateway's own."""
    api = place.cloud.apis.by_id[properties["RestApiId"]]
    templates = properties.get("ResponseTemplates", {})
    only(templates, {"application/json"}, f"{place.path} ResponseTemplates")
    template = templates.get("application/json")
    check_template(template or "")
    headers = dict(_fixed_header(place, *pair) for pair in properties.get("ResponseParameters", {}).items())
    status = int(properties["StatusCode"]) if "StatusCode" in properties else None
    api.responses[properties["ResponseType"]] = CustomResponse(status, headers, template)
    return Created(place.logical_id, {"Id": place.logical_id})


def account(place: Place, _properties: dict[str, Any]) -> Created:
    """Accept the account's settings."""
    return Created(place.logical_id, {"Id": place.logical_id})


def _fixed_header(place: Place, name: str, value: str) -> tuple[str, str]:
    header = _HEADER.fullmatch(name)
    if header is None or not (value.startswith("'") and value.endswith("'")):
        raise UnknownTemplateError(f"{place.path}: ResponseParameters {name} is not known to the sandbox")
    return header["name"], value[1:-1]


def _id(place: Place) -> str:
    return place.physical_name(64)[-10:].lower()


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::ApiGateway::RestApi": Kind(
        rest_api,
        frozenset({"Name", "BinaryMediaTypes", "Policy"}),
        _TAGS
        | {
            "Description": "documentation",
            "EndpointConfiguration": "every API is on loopback",
            "FailOnWarnings": "nothing is imported",
        },
    ),
    "AWS::ApiGateway::Resource": Kind(resource, frozenset({"RestApiId", "ParentId", "PathPart"})),
    "AWS::ApiGateway::Method": Kind(
        method,
        frozenset({"RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "Integration"}),
        {
            "MethodResponses": "a proxy integration passes on what the function answers",
            "OperationName": "documentation",
        },
    ),
    "AWS::ApiGateway::Deployment": Kind(deployment, frozenset({"RestApiId"}), {"Description": "documentation"}),
    "AWS::ApiGateway::Stage": Kind(
        stage,
        frozenset({"RestApiId", "DeploymentId", "StageName", "Variables"}),
        _TAGS
        | {
            "AccessLogSetting": "the sandbox writes no access logs",
            "Description": "documentation",
            "MethodSettings": "there is no throttling, cache or execution log",
            "TracingEnabled": "there is no X-Ray here",
        },
    ),
    "AWS::ApiGateway::GatewayResponse": Kind(
        gateway_response,
        frozenset({"RestApiId", "ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates"}),
    ),
    "AWS::ApiGateway::Account": Kind(account, frozenset(), {"CloudWatchRoleArn": "the sandbox writes no access logs"}),
}
