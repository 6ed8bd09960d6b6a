"""Heads as the stream of the `Residents` table tells of them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from kyotsu.residents.applier import Head
from kyotsu.residents.packing import unpack

HEAD = "H"
"""Sort key of a head."""


def heads_of(change: Mapping[str, Any]) -> tuple[Head | None, Head | None]:
    """Return the head before and after a stream record's change; (None, None) if it is not about a head.

    `change` is the record's `dynamodb` member: attribute values in DynamoDB's JSON, binary ones in base64.
    """
    if change["Keys"]["sk"]["S"] != HEAD:
        return None, None
    return _head(change.get("OldImage")), _head(change.get("NewImage"))


def _head(image: Mapping[str, Any] | None) -> Head | None:
    if not image:
        return None
    number = image["pk"]["S"].partition("#")[2]
    return Head(number, int(image["n"]["N"]), *unpack(b64decode(image["b"]["B"])))
