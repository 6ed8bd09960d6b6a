"""REST APIs as their templates describe them, and which method answers a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PROXY_TIMEOUT_SECONDS = 29.0


class UnusableApiError(ValueError):
    """A template's API could not be made in AWS either; the text says why."""


@dataclass(frozen=True)
class Method:
    """One method of a resource: who may call it, and the function behind it."""

    authorization: str
    """NONE or AWS_IAM."""
    function_arn: str
    timeout_seconds: float = PROXY_TIMEOUT_SECONDS


@dataclass(frozen=True)
class Resource:
    """One part of a path, under its parent; the root has none and no part."""

    id: str
    part: str = ""
    parent: Resource | None = None

    @property
    def path(self) -> str:
        """The path as AWS shows it: "/" for the root, "/a/{b}" else."""
        if self.parent is None:
            return "/"
        return f"{self.parent.path.rstrip('/')}/{self.part}"

    @property
    def is_greedy(self) -> bool:
        """It takes the rest of the path."""
        return self.part.endswith("+}")

    @property
    def parameter(self) -> str | None:
        """The name of the parameter that this part is, or None."""
        return self.part.strip("{}+") if self.part.startswith("{") else None


@dataclass(frozen=True)
class CustomResponse:
    """What a template puts in the place of one of the gateway's own answers."""

    status: int | None
    headers: Mapping[str, str]
    template: str | None


@dataclass(frozen=True)
class Match:
    """The resource that a path leads to, and the values of its parameters as they were sent."""

    resource: Resource
    parameters: Mapping[str, str]


Methods = dict[tuple[str, str], Method]
"""By resource id and HTTP method (or ANY)."""


@dataclass(frozen=True)
class Stage:
    """One deployed state of an API under a name."""

    name: str
    deployment: str
    methods: Mapping[tuple[str, str], Method]
    variables: Mapping[str, str] | None = None

    def method(self, resource: Resource, name: str) -> Method | None:
        """Return the method of a resource, its own before ANY."""
        return self.methods.get((resource.id, name)) or self.methods.get((resource.id, "ANY"))


@dataclass
class RestApi:
    """One REST API."""

    id: str
    name: str
    binary_types: frozenset[str] = frozenset()
    has_policy: bool = False
    """Whether it has a policy of its own, which `infra.sandbox.access` knows."""
    resources: dict[str, Resource] = field(default_factory=dict)
    methods: Methods = field(default_factory=dict)
    deployments: dict[str, Methods] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    responses: dict[str, CustomResponse] = field(default_factory=dict)

    @property
    def root(self) -> Resource:
        """The resource of "/"."""
        return self.resources[self.root_id]

    @property
    def root_id(self) -> str:
        """The id of the root resource."""
        return f"{self.id}r"

    def __post_init__(self) -> None:
        self.resources[self.root_id] = Resource(self.root_id)

    def add(self, resource: Resource) -> None:
        """Add a resource. Raises UnusableApiError if its parent has another one that takes the same paths."""
        for other in self.children(resource.parent):
            both_parameters = other.parameter and resource.parameter and other.is_greedy == resource.is_greedy
            if other.part == resource.part or both_parameters:
                raise UnusableApiError(f"{resource.path} and {other.path} can't stand side by side")
        self.resources[resource.id] = resource

    def children(self, parent: Resource | None) -> list[Resource]:
        """Return what stands right under `parent`."""
        return [resource for resource in self.resources.values() if resource.parent == parent and resource.part]

    def match(self, path: str) -> Match | None:
        """Return the resource of `path` (percent-encoded, as sent); names go before parameters, these before {x+}.

        A slash at the end is ignored, as in AWS.
        """
        if not path.startswith("/"):
            return None
        trimmed = path.rstrip("/")
        return self._descend(self.root, trimmed.split("/")[1:] if trimmed else [])

    def _descend(self, resource: Resource, parts: list[str]) -> Match | None:
        if not parts:
            return Match(resource, {})
        for child in sorted(self.children(resource), key=lambda child: (bool(child.parameter), child.is_greedy)):
            found = self._enter(child, parts)
            if found is not None:
                return found
        return None

    def _enter(self, child: Resource, parts: list[str]) -> Match | None:
        name = child.parameter
        if name is None:
            return self._descend(child, parts[1:]) if child.part == parts[0] else None
        if not parts[0]:
            return None
        if child.is_greedy:
            return Match(child, {name: "/".join(parts)})
        found = self._descend(child, parts[1:])
        return Match(found.resource, {name: parts[0], **found.parameters}) if found else None
