"""CloudFormation's intrinsic functions, resolved against what the sandbox has created."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([^!{}][^{}]*)\}")
_NO_VALUE = object()


class UnknownIntrinsicError(ValueError):
    """A template uses a function or a name that the sandbox can't resolve."""


@dataclass(frozen=True)
class Created:
    """What one resource answers to: `ref` for Ref, `attributes` for Fn::GetAtt."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Scope:
    """The names a template can see: pseudo parameters and parameters, created resources, exports of other stacks."""

    names: Mapping[str, str]
    created: dict[str, Created] = field(default_factory=dict)
    exports: Mapping[str, Any] = field(default_factory=dict)
    written: Callable[[str], str] = str
    """How a text that a template puts together is written here: addresses of AWS are others on loopback."""

    def resolve(self, value: Any) -> Any:
        """Return `value` with every intrinsic function replaced; AWS::NoValue disappears from its mapping or list."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        name = _function_name(value)
        if name is not None:
            return self._call(name, value[name])
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return self._attribute(*_attribute_path(argument))
            case "Fn::Join":
                return self.written(argument[0].join(str(part) for part in self.resolve(argument[1])))
            case "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::ImportValue":
                return self.exports[self.resolve(argument)]
            case "Fn::Sub":
                return self.written(self._substitute(argument))
        raise UnknownIntrinsicError(function)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self.names:
            return self.names[name]
        if name in self.created:
            return self.created[name].ref
        raise UnknownIntrinsicError(f"Ref {name}")

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        attributes = self.created[logical_id].attributes
        if attribute not in attributes:
            raise UnknownIntrinsicError(f"Fn::GetAtt {logical_id}.{attribute}")
        return attributes[attribute]

    def _substitute(self, argument: Any) -> str:
        text, extra = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def value_of(match: re.Match[str]) -> str:
            name = match[1]
            if name in extra:
                return str(extra[name])
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(value_of, text).replace("${!", "${")


def references(value: Any) -> Iterator[str]:
    """Yield every name that `value` refers to by Ref, Fn::GetAtt or Fn::Sub (pseudo parameters included)."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    name = _function_name(value)
    if name == "Ref":
        yield value["Ref"]
    elif name == "Fn::GetAtt":
        yield _attribute_path(value["Fn::GetAtt"])[0]
    elif name == "Fn::Sub":
        yield from _sub_references(value["Fn::Sub"])
    else:
        for item in value.values():
            yield from references(item)


def _sub_references(argument: Any) -> Iterator[str]:
    text, extra = (argument, {}) if isinstance(argument, str) else argument
    yield from (match[1].split(".", 1)[0] for match in _PLACEHOLDER.finditer(text) if match[1] not in extra)
    yield from references(extra)


def _function_name(value: dict[str, Any]) -> str | None:
    if len(value) != 1:
        return None
    name = next(iter(value))
    return name if name == "Ref" or name.startswith("Fn::") else None


def _attribute_path(argument: Any) -> tuple[str, str]:
    logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return logical_id, attribute
