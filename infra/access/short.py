"""Conditions of statements in few words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_IF_GIVEN = " (if given)"
_SAYS = {
    "StringEquals": "=",
    "StringLike": "like",
    "ForAllValues:StringLike": "all like",
    "ForAllValues:StringNotLike": "none like",
    "StringNotEquals": "≠",
    "StringNotLike": "unlike",
    "ArnEquals": "=",
    "ArnLike": "like",
    "ArnNotEquals": "≠",
    "ArnNotLike": "unlike",
    "Bool": "is",
    "IpAddress": "in",
    "NotIpAddress": "not in",
}


OBJECT_ACTION = re.compile(r"s3:(Abort|(Get|Put|Delete|Restore)Object|ListMultipartUploadParts)")
"""Of S3: what is done with an object, and not with a bucket. Such a request has no `s3:prefix`."""


def condition_text(statement: Mapping[str, Any], action: str = "") -> str:
    """Return a statement's conditions, all of which must hold, led by the statement's own name if it has one.

    What holds for an action whatever happens is left out.
    """
    parts = sorted(_parts(statement.get("Condition", {})))
    if OBJECT_ACTION.match(action):
        parts = [part for part in parts if not (part.startswith("s3:prefix ") and part.endswith(_IF_GIVEN))]
    name = [f"[{statement['Sid']}]"] if "Sid" in statement else []
    return " ".join([*name, "; ".join(parts)]).strip()


def narrowing(statements: Iterable[Mapping[str, Any]], action: str, resource: str) -> str:
    """Return the names of denials that other accounts meet where an action on a resource is allowed."""
    found = [
        f"[{statement['Sid']}]"
        for statement in statements
        if statement["Effect"] == "Deny"
        and action == statement.get("Action")
        and "aws:PrincipalAccount" in statement.get("Condition", {}).get("StringNotEquals", {})
        and resource not in statement.get("NotResource", ())
    ]
    return f"but {' '.join(found)}" if found else ""


def _parts(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            values = sorted(str(value) for value in (wanted if isinstance(wanted, list) else [wanted]))
            yield _part(operator, key, values)


def _part(operator: str, key: str, values: list[str]) -> str:
    if operator == "Null":
        return f"{'without' if values == ['true'] else 'with'} {key}"
    base = operator.removesuffix("IfExists")
    says = _SAYS.get(base, base)  # an operator that is not here is told by its own name
    return f"{key} {says} {' | '.join(values)}{_IF_GIVEN if base != operator else ''}"
