"""Create a stack's resources in order of dependency, refusing whatever is not understood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import Any

from infra.sandbox.assembly import Stack
from infra.sandbox.cloud import Cloud
from infra.sandbox.intrinsics import Created, Scope, references

_KNOWN_SECTIONS = {"Resources", "Outputs", "Parameters", "Conditions", "Rules", "Description", "Metadata", "Mappings"}
_IGNORED_TYPES = {"AWS::CDK::Metadata": "only counts the use of CDK constructs"}


class UnknownTemplateError(ValueError):
    """A template holds a section, resource type or property that the sandbox doesn't know; the text names it."""


@dataclass(frozen=True)
class Place:
    """Where a resource stands: the cloud it is made in, its stack and names, and the stack's assets."""

    cloud: Cloud
    stack: Stack
    logical_id: str

    @property
    def path(self) -> str:
        """Where it is found in the templates, for messages."""
        return f"{self.stack.name}/{self.logical_id}"

    def physical_name(self, limit: int = 64) -> str:
        """Return a name like CloudFormation's (stack, logical id, suffix) of at most `limit` characters."""
        suffix = sha256(f"{self.stack.name}/{self.logical_id}".encode()).hexdigest()[:12].upper()
        return f"{self.stack.name}-{self.logical_id}"[: limit - 13] + "-" + suffix


Maker = Callable[[Place, dict[str, Any]], Created]


@dataclass(frozen=True)
class Kind:
    """How one resource type is made: its maker, the properties the maker reads, and those ignored, with the reason."""

    make: Maker
    handled: frozenset[str]
    ignored: Mapping[str, str] = field(default_factory=dict)

    def check(self, where: str, properties: Mapping[str, Any]) -> None:
        """Raise UnknownTemplateError if `properties` has a name that is neither handled nor ignored."""
        only(properties, self.handled | set(self.ignored), where)


def only(properties: Mapping[str, Any], allowed: frozenset[str] | set[str], where: str) -> None:
    """Raise UnknownTemplateError naming the first key of `properties` that is not in `allowed`."""
    for name in properties:
        if name not in allowed:
            raise UnknownTemplateError(f"{where}: property {name} is not known to the sandbox")


def deploy(cloud: Cloud, stack: Stack, kinds: Mapping[str, Kind], exports: Mapping[str, Any]) -> dict[str, Any]:
    """Create every resource of `stack` and return its outputs as {logical id: {"Value", "Export"?}}.

    `exports` are the exported values of the stacks made before. Raises UnknownTemplateError before anything is made.
    """
    resources: dict[str, Any] = stack.template["Resources"]
    _check(stack, resources, kinds)
    scope = Scope(names=_names(cloud, stack), exports=exports, written=cloud.apis.on_loopback)
    for logical_id in _order(resources):
        resource = resources[logical_id]
        if resource["Type"] in _IGNORED_TYPES:
            continue
        place = Place(cloud, stack, logical_id)
        properties = scope.resolve(resource.get("Properties", {}))
        scope.created[logical_id] = kinds[resource["Type"]].make(place, properties)
        cloud.created.setdefault(resource["Type"], {})[logical_id] = scope.created[logical_id].ref
    outputs: dict[str, Any] = stack.template.get("Outputs", {})
    return {
        name: scope.resolve({k: output[k] for k in ("Value", "Export") if k in output})
        for name, output in outputs.items()
    }


def _check(stack: Stack, resources: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    only(stack.template, _KNOWN_SECTIONS, stack.name)
    for logical_id, resource in resources.items():
        kind, where = resource["Type"], f"{stack.name} {logical_id} ({resource['Type']})"
        if kind in _IGNORED_TYPES:
            continue
        if kind not in kinds:
            raise UnknownTemplateError(f"{where}: this resource type is not known to the sandbox")
        if "Condition" in resource:
            raise UnknownTemplateError(f"{where}: conditions are not known to the sandbox")
        kinds[kind].check(where, resource.get("Properties", {}))


def _names(cloud: Cloud, stack: Stack) -> dict[str, str]:
    defaults = {
        name: str(parameter["Default"])
        for name, parameter in stack.template.get("Parameters", {}).items()
        if "Default" in parameter
    }
    pseudo = {
        "AWS::AccountId": cloud.account,
        "AWS::Region": cloud.region,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": stack.name,
        "AWS::StackId": f"arn:aws:cloudformation:{cloud.region}:{cloud.account}:stack/{stack.name}/sandbox",
    }
    return defaults | pseudo


def _order(resources: Mapping[str, Any]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for logical_id, resource in resources.items():
        after = resource.get("DependsOn", [])
        needed = {*([after] if isinstance(after, str) else after), *references(resource.get("Properties", {}))}
        sorter.add(logical_id, *(name for name in needed if name in resources))
    return list(sorter.static_order())
