"""Policy documents, read once into statements that are quick to try.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from infra.sandbox.access.conditions import Condition, UnknownConditionError, compiled
from infra.sandbox.access.matching_principals import PrincipalSet, UnknownPrincipalError
from infra.sandbox.access.patterns import Context, Patterns, has_variable

_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


class PolicyError(ValueError):
    """A policy can't be evaluated; the text says what in it is not known."""


@dataclass(frozen=True)
class Statement:
    """One statement. Its principals are None in a policy of an identity."""

    allows: bool
    actions: Patterns
    but_actions: bool
    resources: Patterns | None
    but_resources: bool
    principals: PrincipalSet | None
    but_principals: bool
    conditions: tuple[Condition, ...]

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether the statement speaks of this; its principals are not looked at. `action` is in lower case."""
        if self.actions.match(action, context) == self.but_actions:
            return False
        if self.resources is not None and self.resources.match(resource, context) == self.but_resources:
            return False
        return all(condition.holds(context) for condition in self.conditions)


Policy = tuple[Statement, ...]


@lru_cache(maxsize=2048)
def parsed(text: str) -> Policy:
    """Read a policy document. Raises PolicyError."""
    document = json.loads(text)
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        raise PolicyError("a policy has Version, Id and Statement")
    version = document.get("Version", "2008-10-17")
    statements = document.get("Statement", [])
    try:
        return tuple(
            _statement(each, version) for each in (statements if isinstance(statements, list) else [statements])
        )
    except (UnknownConditionError, UnknownPrincipalError) as error:
        raise PolicyError(str(error)) from error


def checked(document: Mapping[str, Any] | str, where: str) -> str:
    """Return a template's policy as text. Raises PolicyError, with its place, if it can't be evaluated here.

    A trust policy whose names CloudFormation fills in is a text in the template, too.
    """
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        parsed(text)
    except PolicyError as error:
        raise PolicyError(f"{where}: {error} is not known to the sandbox") from error
    return text


def _statement(given: Mapping[str, Any], version: str) -> Statement:
    unknown = set(given) - _ELEMENTS
    if unknown:
        raise PolicyError(f"element {min(unknown)}")
    if given.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"effect {given.get('Effect')}")
    if ("Action" in given) == ("NotAction" in given):
        raise PolicyError("a statement has either Action or NotAction")
    if "Resource" in given and "NotResource" in given:
        raise PolicyError("a statement has either Resource or NotResource")
    if "NotPrincipal" in given and given["Effect"] == "Allow":
        raise PolicyError("NotPrincipal with Allow lets anybody in")
    principals = given.get("Principal", given.get("NotPrincipal"))
    resources = given.get("Resource", given.get("NotResource"))
    if version != "2012-10-17" and any(map(has_variable, texts(resources))):
        raise PolicyError(f"variables in version {version}")
    return Statement(
        allows=given["Effect"] == "Allow",
        actions=Patterns.of(action.lower() for action in texts(given.get("Action", given.get("NotAction")))),
        but_actions="NotAction" in given,
        resources=None if resources is None else Patterns.of(texts(resources)),
        but_resources="NotResource" in given,
        principals=None if principals is None else PrincipalSet.of(principals),
        but_principals="NotPrincipal" in given,
        conditions=compiled(given.get("Condition", {})),
    )


def texts(value: Any) -> Iterable[str]:
    """Return a string or a list of strings as an iterable; nothing for None."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)
