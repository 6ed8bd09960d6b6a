"""Reading synthesized templates in tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
LONGEST_ARN = 140
"""No name that CloudFormation makes up for our resources gives a longer ARN."""

Properties = dict[str, Any]
Statement = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """One stack's template, with what other stacks and AWS fill in given readable names."""

    stack: str
    body: dict[str, Any]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a type (`AWS::` may be left out), by logical id."""
        found = {
            name: resource for name, resource in self.body["Resources"].items() if resource["Type"] == f"AWS::{kind}"
        }
        assert found, f"{self.stack} has no {kind}: a test over none of them proves nothing"
        return found

    def properties(self, kind: str) -> dict[str, Properties]:
        """Return the resolved properties of the resources of a type, by logical id."""
        return {name: self.resolve(resource["Properties"]) for name, resource in self.resources(kind).items()}

    def only(self, kind: str, beginning: str) -> Properties:
        """Return the resolved properties of the one resource whose logical id begins so."""
        (found,) = [value for name, value in self.properties(kind).items() if name.startswith(beginning)]
        return found

    def resolve(self, value: Any, width: int = 0) -> Any:
        """Return a value without intrinsic functions: `<LogicalId.Attribute>`, padded to a width."""
        match value:
            case {"Ref": "AWS::AccountId"}:
                return ACCOUNT
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.resolve(part, width) for part in parts)
            case {"Ref": name}:
                return f"<{name}>".ljust(width, "x")
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{name}.{attribute}>".ljust(width, "x")
            case {"Fn::ImportValue": name}:
                return f"<{name}>".ljust(width, "x")
            case dict():
                return {key: self.resolve(item, width) for key, item in value.items()}
            case list():
                return [self.resolve(item, width) for item in value]
            case _:
                return value

    def statements(self, kind: str) -> dict[str, list[Statement]]:
        """Return the resolved statements of the policies of a type, by logical id."""
        found = self.properties(kind)
        return {name: policy["PolicyDocument"]["Statement"] for name, policy in found.items()}

    def permissions(self, beginning: str) -> list[Statement]:
        """Return everything that the role whose logical id begins so is allowed, in all its policies."""
        kinds = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        policies = (self.resolve(r["Properties"]) for r in self.body["Resources"].values() if r["Type"] in kinds)
        own = [p for p in policies if any(role.startswith(f"<{beginning}") for role in p["Roles"])]
        assert own, f"{beginning} has no policy"
        return [statement for policy in own for statement in policy["PolicyDocument"]["Statement"]]

    def size(self, document: Any) -> int:
        """Return the characters of a policy as IAM counts them, with the longest ARNs that AWS may fill in."""
        return len(json.dumps(self.resolve(document, LONGEST_ARN), separators=(",", ":")))


def as_list(value: Any) -> list[Any]:
    """Return what a policy spells as one value or as a list of them."""
    return value if isinstance(value, list) else [value]


def granted(statements: list[Statement]) -> Iterator[tuple[str, str]]:
    """Yield every pair of an action and a resource that statements allow."""
    for statement in statements:
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield action, resource
