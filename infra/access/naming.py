"""Stable names for what templates refer to: the same before and after any deployment, without hashes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.sandbox.assembly import Stack
from infra.sandbox.intrinsics import Created, Scope

_HASH = re.compile(r"[0-9A-F]{8}$")
"""What the CDK adds to a construct's path to make a logical id."""
_KINDS = {
    "AWS::ApiGateway::RestApi": "api",
    "AWS::CloudFront::Distribution": "distribution",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::Events::EventBus": "bus",
    "AWS::IAM::OIDCProvider": "identity provider",
    "AWS::KMS::Key": "key",
    "AWS::Lambda::Function": "function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::S3::Bucket": "bucket",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::StepFunctions::StateMachine": "state machine",
}
_PSEUDO = {
    "AWS::AccountId": "{account}",
    "AWS::Region": "{region}",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "{stack}",
    "AWS::StackId": "{stack}",
}


class _Attributes(Mapping[str, str]):
    """What Fn::GetAtt gives of a resource: its ARN is the resource itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, attribute: str) -> str:
        return self._name if attribute.endswith("Arn") else f"{self._name}.{attribute}"

    def __contains__(self, attribute: object) -> bool:
        return isinstance(attribute, str)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Named:
    """The stacks of one deployment (`Kyotsu-{stage}-{municipality}-…`), each after those it imports from.

    What two stacks have under one name is told apart by the stack: `queue Undelivered of Watch`.
    """

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._buckets = re.compile(
            r"(?:arn:aws:s3:::)?kyotsu-[a-z]+-[0-9]{6}-(?:\{account\}|[0-9]{12})-([0-9a-z]{3})\b"
        )
        self._buses = dict(_bus_names(stacks))
        self._scopes: dict[str, Scope] = {}
        exports: dict[str, Any] = {}
        shared = {name for name, count in Counter(self._names(stacks)).items() if count > 1}
        for stack in stacks:
            scope = Scope(names=_PSEUDO, exports=exports)
            for logical_id, resource in stack.template["Resources"].items():
                name = self._name(logical_id, resource)
                if name in shared:
                    name += f" of {stack.name.rsplit('-', 1)[-1]}"
                scope.created[logical_id] = Created(name, _Attributes(name))
            self._scopes[stack.name] = scope
            for output in stack.template.get("Outputs", {}).values():
                if "Export" in output:
                    exports[scope.resolve(output["Export"]["Name"])] = scope.resolve(output["Value"])

    def resolve(self, stack: Stack, value: Any) -> Any:
        """Return a value of a stack's template with names in place of references and of our buckets' ARNs."""
        return self._renamed(self._scopes[stack.name].resolve(value))

    def _renamed(self, value: Any) -> Any:
        match value:
            case str():
                for physical, own in self._buses.items():
                    value = value.replace(physical, own)
                return self._buckets.sub(r"bucket \1", value)
            case dict():
                return {self._renamed(key): self._renamed(item) for key, item in value.items()}
            case list():
                return [self._renamed(item) for item in value]
            case _:
                return value

    def _names(self, stacks: Sequence[Stack]) -> Iterator[str]:
        for stack in stacks:
            for logical_id, resource in stack.template["Resources"].items():
                yield self._name(logical_id, resource)

    def _name(self, logical_id: str, resource: dict[str, Any]) -> str:
        kind, properties = resource["Type"], resource.get("Properties", {})
        own = _HASH.sub("", logical_id)
        match kind:
            case "AWS::S3::Bucket" if "BucketName" in properties:
                return str(self._renamed(Scope(names=_PSEUDO).resolve(properties["BucketName"])))
            case "AWS::Lambda::Function":
                own = properties.get("Environment", {}).get("Variables", {}).get("POWERTOOLS_SERVICE_NAME", own)
        return f"{_KINDS.get(kind, kind)} {own}"


def _bus_names(stacks: Sequence[Stack]) -> Iterator[tuple[str, str]]:
    """Yield the names that buses must have, and which the CDK made up, with ours."""
    for stack in stacks:
        for logical_id, resource in stack.template["Resources"].items():
            if resource["Type"] == "AWS::Events::EventBus":
                yield resource["Properties"]["Name"], _HASH.sub("", logical_id)
