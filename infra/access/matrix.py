"""Who may do what with which resource, read from the synthesized templates of one deployment.

Everything that is a policy is read: of roles, buckets, keys, queues, topics, functions and APIs. A template with a
policy that this doesn't know stops it by name, so that no right stands outside the matrix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from infra.access.naming import Named
from infra.access.short import OBJECT_ACTION, condition_text, narrowing
from infra.sandbox.assembly import Stack

LINKED_SYSTEMS = "LinkedSystems"
"""Where a template's metadata says whose each role of another account is: {ARN: id of the system}."""
_OF_SYSTEM = re.compile("Kyotsu linked system ([0-9A-Za-z]{3})")


class UnknownPolicyError(ValueError):
    """A template holds a policy that the matrix does not read; the text names its resource."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One subject may (or may not) do one thing with one resource."""

    subject: str
    resource: str
    action: str
    effect: Literal["allow", "deny"]
    condition: str
    by: str
    """Whose policy says so."""


@dataclass(frozen=True)
class _Deployment:
    named: Named
    subjects: Mapping[str, str]
    """What acts with a role, by the role's name."""
    linked: Mapping[str, str]
    """The linked system that a role of another account belongs to, by ARN."""

    def principals(self, principal: Any, *, but: bool = False) -> list[str]:
        """Return the subjects that a Principal element names."""
        kinds = {"AWS": "*"} if principal == "*" else principal
        found = [self._principal(kind, name) for kind, names in kinds.items() for name in _listed(names)]
        return [f"everybody but {', '.join(found)}"] if but else found

    def _principal(self, kind: str, name: str) -> str:
        if kind == "Service":
            return f"service {name.removesuffix('.amazonaws.com')}"
        if name == "*":
            return "everybody"
        if name == "arn:aws:iam::{account}:root":
            return "own account, by its IAM policies"
        if name in self.linked:
            return f"linked-system {self.linked[name]}"
        return self.subjects.get(name, name)

    def rows(self, document: Any, by: str, subject: str | None = None, itself: str | None = None) -> Iterator[Row]:
        """Yield the rows of a document. `subject`: whose policy it is; `itself`: what `*` or no resource means."""
        statements = _listed(document["Statement"])
        for statement in statements:
            denied = "NotPrincipal" in statement
            named = statement.get("Principal", statement.get("NotPrincipal"))
            subjects = [subject] if subject else self.principals(named, but=denied)
            effect: Literal["allow", "deny"] = "allow" if statement["Effect"] == "Allow" else "deny"
            for action, resource in _pairs(statement, itself):
                condition = condition_text(statement, action)
                for who in subjects:
                    narrowed = narrowing(statements, action, resource) if who.startswith("linked-system") else ""
                    yield Row(who, resource, action, effect, f"{condition} {narrowed}".strip(), by)


def matrix(stacks: Sequence[Stack]) -> list[Row]:
    """Return the rows of a deployment's stacks, in an order that only their content decides.

    Raises UnknownPolicyError.
    """
    named = Named(stacks)
    deployment = _Deployment(named, _subjects(stacks, named), _linked(stacks))
    found: set[Row] = set()
    for stack in stacks:
        for logical_id, resource in stack.template["Resources"].items():
            reader = _READERS.get(resource["Type"])
            if reader is None and _has_policy(resource.get("Properties", {})):
                raise UnknownPolicyError(f"{stack.name}/{logical_id} ({resource['Type']}) holds a policy")
            if reader:
                name = named.resolve(stack, {"Ref": logical_id})
                found.update(reader(deployment, name, named.resolve(stack, resource.get("Properties", {}))))
    return sorted(found)


def _subjects(stacks: Sequence[Stack], named: Named) -> dict[str, str]:
    """Return what acts with each role: a function, a state machine, a linked system from elsewhere, or a service."""
    found: dict[str, str] = {}
    for stack in stacks:
        for logical_id, resource in stack.template["Resources"].items():
            name, properties = named.resolve(stack, {"Ref": logical_id}), resource.get("Properties", {})
            if resource["Type"] == "AWS::IAM::Role":
                described = _OF_SYSTEM.fullmatch(str(properties.get("Description", "")))
                own = name.removeprefix("AWS::IAM::Role ")
                found.setdefault(name, f"federated {described[1]}" if described else f"role {own}")
            elif resource["Type"] in ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"):
                found[named.resolve(stack, properties.get("Role", properties.get("RoleArn")))] = name
    return found


def _linked(stacks: Sequence[Stack]) -> dict[str, str]:
    metadata = (stack.template.get("Metadata", {}).get(LINKED_SYSTEMS, {}) for stack in stacks)
    return {arn: system for linked in metadata for arn, system in linked.items()}


def _role(deployment: _Deployment, name: str, properties: dict[str, Any]) -> Iterator[Row]:
    subject, trust = deployment.subjects[name], properties["AssumeRolePolicyDocument"]
    # A trust whose condition names a deployed provider is a text that CloudFormation fills in.
    yield from deployment.rows(json.loads(trust) if isinstance(trust, str) else trust, "trust", itself=f"as {subject}")
    for inline in properties.get("Policies", []):
        yield from deployment.rows(inline["PolicyDocument"], "role", subject)
    for arn in properties.get("ManagedPolicyArns", []):
        yield Row(subject, "*", f"all of {arn.rsplit('/', 1)[-1]}", "allow", "", "policy of AWS")


def _policy(deployment: _Deployment, _: str, properties: dict[str, Any]) -> Iterator[Row]:
    for role in properties["Roles"]:
        yield from deployment.rows(properties["PolicyDocument"], "role", deployment.subjects[role])


def _key(deployment: _Deployment, name: str, properties: dict[str, Any]) -> Iterator[Row]:
    return deployment.rows(properties["KeyPolicy"], "key", itself=name)


def _of_resource(by: str) -> Callable[[_Deployment, str, dict[str, Any]], Iterator[Row]]:
    def read(deployment: _Deployment, _: str, properties: dict[str, Any]) -> Iterator[Row]:
        return deployment.rows(properties["PolicyDocument"], by)

    return read


def _api(deployment: _Deployment, name: str, properties: dict[str, Any]) -> Iterator[Row]:
    if "Policy" not in properties:
        return
    for row in deployment.rows(properties["Policy"], "api", itself=name):
        yield replace(row, resource=row.resource.replace("execute-api:/", f"{name}/"))


def _permission(deployment: _Deployment, _: str, properties: dict[str, Any]) -> Iterator[Row]:
    (subject,) = deployment.principals({"Service": properties["Principal"]})
    given = {"aws:SourceArn": properties.get("SourceArn"), "aws:SourceAccount": properties.get("SourceAccount")}
    condition = condition_text({"Condition": {"ArnLike": {key: value for key, value in given.items() if value}}})
    yield Row(subject, properties["FunctionName"], properties["Action"], "allow", condition, "function")


_READERS: dict[str, Callable[[_Deployment, str, dict[str, Any]], Iterable[Row]]] = {
    "AWS::IAM::Role": _role,
    "AWS::IAM::Policy": _policy,
    "AWS::IAM::ManagedPolicy": _policy,
    "AWS::KMS::Key": _key,
    "AWS::S3::BucketPolicy": _of_resource("bucket"),
    "AWS::SQS::QueuePolicy": _of_resource("queue"),
    "AWS::SNS::TopicPolicy": _of_resource("topic"),
    "AWS::SecretsManager::ResourcePolicy": _of_resource("secret"),
    "AWS::Lambda::Permission": _permission,
    "AWS::ApiGateway::RestApi": _api,
}


def _has_policy(value: Any) -> bool:
    match value:
        case {"Effect": "Allow" | "Deny"}:
            return True
        case dict():
            return any(map(_has_policy, value.values()))
        case list():
            return any(map(_has_policy, value))
        case _:
            return isinstance(value, str) and '"Statement"' in value


def _pairs(statement: Mapping[str, Any], itself: str | None) -> Iterator[tuple[str, str]]:
    """Yield actions with the resources they can mean: of S3, an object's are never a bucket's, and the reverse."""
    for resource in _objects(statement, "Resource", itself):
        for action in _objects(statement, "Action", None):
            exact = action.startswith("s3:") and "*" not in (action[-1], resource) and "all but" not in resource
            if not exact or bool(OBJECT_ACTION.match(action)) == ("/" in resource):
                yield action, resource


def _objects(statement: Mapping[str, Any], element: str, itself: str | None) -> list[str]:
    """Return the actions or resources of a statement as texts."""
    if f"Not{element}" in statement:
        return [f"all but {', '.join(sorted(_listed(statement[f'Not{element}'])))}"]
    given = _listed(statement.get(element, "*"))
    return [itself] if itself and given == ["*"] else given


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
