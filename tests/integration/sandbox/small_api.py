"""A small hand-written stack with APIs and a distribution, and a client that sends what it is told to."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.sandbox.assembly import Stack
from infra.sandbox.cloud import Cloud
from tests.integration.sandbox.small_cloud import arn, ref, resource

FUNCTION = Path(__file__).with_name("api_function")


def function(timeout: int = 10) -> dict[str, Any]:
    return resource(
        "AWS::Lambda::Function",
        Role=arn("Role"),
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"S3Bucket": "assets", "S3Key": "api.zip"},
        Timeout=timeout,
        Environment={
            "Variables": {
                "API_URL": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"},
                "ISSUER": {"Fn::Join": ["", ["https://", {"Fn::GetAtt": ["Distribution", "DomainName"]}]]},
            }
        },
    )


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A role for a service, with an inline policy of the statements."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return resource(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[{"PolicyName": "inline", "PolicyDocument": document}] if statements else [],
    )


def part(path_part: str, parent: Any = None, api: str = "Api") -> dict[str, Any]:
    above = {"Fn::GetAtt": [api, "RootResourceId"]} if parent is None else ref(parent)
    return resource("AWS::ApiGateway::Resource", RestApiId=ref(api), ParentId=above, PathPart=path_part)


def method(
    of: str, name: str = "ANY", *, to: str = "Echo", authorization: str = "NONE", api: str = "Api", **more: Any
) -> dict[str, Any]:
    uri = f"arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{to}.Arn}}/invocations"
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": uri}, **more}
    return resource(
        "AWS::ApiGateway::Method",
        RestApiId=ref(api), ResourceId=ref(of), HttpMethod=name, AuthorizationType=authorization,
        Integration=integration,
    )  # fmt: skip


def permission(to: str, source: str, api: str = "Api", principal: str = "apigateway.amazonaws.com") -> dict[str, Any]:
    return resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction", FunctionName=arn(to), Principal=principal,
        SourceArn={"Fn::Sub": f"arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/{source}"},
    )  # fmt: skip


def after(made: dict[str, Any], *names: str) -> dict[str, Any]:
    return made | {"DependsOn": list(names)}


METHODS = {
    "AnyEcho": method("EchoPath"),
    "GetItem": method("ItemPath", "GET"),
    "GetSpecial": method("SpecialPath", "GET"),
    "AnyFile": method("FilePath"),
    "PostSigned": method("SignedPath", "POST", authorization="AWS_IAM"),
    "PostSlow": method("SlowPath", "POST", to="Slow", TimeoutInMillis=100),
    "PostForbidden": method("ForbiddenPath", "POST", to="Closed"),
}
BUCKET = {
    "Bucket": resource("AWS::S3::Bucket"),
    "Policy": resource(
        "AWS::S3::BucketPolicy",
        Bucket=ref("Bucket"),
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": "s3:GetObject",
                    "Resource": {"Fn::Sub": "${Bucket.Arn}/.well-known/*"},
                    "Condition": {
                        "StringEquals": {
                            "AWS:SourceArn": {
                                "Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
                            }
                        }
                    },
                }
            ],
        },
    ),
    "Control": resource(
        "AWS::CloudFront::OriginAccessControl",
        OriginAccessControlConfig={
            "Name": "c", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4",
        },
    ),
    "Distribution": resource(
        "AWS::CloudFront::Distribution",
        DistributionConfig={
            "Enabled": True,
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
            "Origins": [
                {
                    "Id": "o",
                    "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                    "OriginAccessControlId": {"Fn::GetAtt": ["Control", "Id"]},
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
    ),
}  # fmt: skip
RESOURCES: dict[str, Any] = {
    "Role": role("lambda.amazonaws.com"),
    "Reader": role(
        "lambda.amazonaws.com",
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/live/POST/signed"},
        },
    ),
    **BUCKET,
    "Echo": function(),
    "Slow": function(timeout=1),
    "Closed": function(),
    "Api": resource("AWS::ApiGateway::RestApi", Name="api", BinaryMediaTypes=["image/png"]),
    "EchoPath": part("echo"),
    "ItemsPath": part("items"),
    "ItemPath": part("{id}", "ItemsPath"),
    "SpecialPath": part("special", "ItemsPath"),
    "FilesPath": part("files"),
    "FilePath": part("{proxy+}", "FilesPath"),
    "SignedPath": part("signed"),
    "SlowPath": part("slow"),
    "ForbiddenPath": part("forbidden"),
    "LatePath": part("late"),
    **METHODS,
    "Deployment": after(resource("AWS::ApiGateway::Deployment", RestApiId=ref("Api")), *METHODS),
    "PostLate": after(method("LatePath", "POST"), "Deployment"),
    "Live": resource(
        "AWS::ApiGateway::Stage",
        RestApiId=ref("Api"), DeploymentId=ref("Deployment"), StageName="live", Variables={"colour": "red"},
    ),
    "MayEcho": permission("Echo", "live/*"),
    "MaySlow": permission("Slow", "live/POST/slow"),
    "MayNot": permission("Closed", "live/GET/forbidden"),
    "NorThis": permission("Closed", "live/*", principal="events.amazonaws.com"),
    "Other": resource("AWS::ApiGateway::RestApi", Name="other"),
    "OtherPath": part("echo", api="Other"),
    "OtherEcho": method("OtherPath", "GET", api="Other"),
    "OtherDeployment": after(resource("AWS::ApiGateway::Deployment", RestApiId=ref("Other")), "OtherEcho"),
    "OtherStage": resource(
        "AWS::ApiGateway::Stage", RestApiId=ref("Other"), DeploymentId=ref("OtherDeployment"), StageName="v1"
    ),
    "MayOther": permission("Echo", "v1/GET/echo", api="Other"),
    "NotFound": resource(
        "AWS::ApiGateway::GatewayResponse",
        RestApiId=ref("Other"),
        ResponseType="MISSING_AUTHENTICATION_TOKEN",
        StatusCode="404",
        ResponseParameters={"gatewayresponse.header.Cache-Control": "'no-store'"},
        ResponseTemplates={"application/json": '{"title": $context.error.messageString, "id": "$context.requestId"}'},
    ),
}  # fmt: skip


def stack(changed: Mapping[str, Any] | None = None) -> Stack:
    """The stack, with some of its resources changed."""
    return Stack("Api", {"Resources": {**RESOURCES, **(changed or {})}}, {"api.zip": FUNCTION})


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


def send(authority: str, verb: str, target: str, body: bytes = b"", *headers: tuple[str, str]) -> Answered:
    """Send a request as it is, without what HTTP libraries add."""
    connection = http.client.HTTPConnection(authority, timeout=20)
    try:
        connection.putrequest(verb, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answered(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class SmallApi:
    """The running stack."""

    cloud: Cloud

    @property
    def authority(self) -> str:
        return self.cloud.apis.base.removeprefix("http://")

    def id(self, logical_id: str) -> str:
        return self.cloud.created["AWS::ApiGateway::RestApi"][logical_id]

    def send(self, verb: str, target: str, body: bytes = b"", *headers: tuple[str, str]) -> Answered:
        return send(self.authority, verb, target, body, *headers)

    def event(self, verb: str, target: str, body: bytes = b"", *headers: tuple[str, str]) -> dict[str, Any]:
        """The event that a request became."""
        answered = self.send(verb, target, body, *headers)
        assert answered.status == 200, answered
        found: dict[str, Any] = answered.json
        return found

    def result(self, result: Any, *headers: tuple[str, str]) -> Answered:
        """What a function's result becomes."""
        return self.send("POST", "/echo", json.dumps({"result": result}).encode(), *headers)
