"""API calls: mistakes that only the rest of the catalogue can tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from yaml import Node

from kyotsu.catalogue.documents import Document
from kyotsu.catalogue.model import Api

_VERSIONED = re.compile(r"[a-z0-9_]+/v[0-9]+/[a-z0-9_]+")


def check_api(document: Document, node: Node, api: Api, systems: Collection[str]) -> None:
    """Note unknown systems, systems that stand twice, and calls whose path has no version."""
    nodes = document.children(node)
    if api.provider.lower() not in systems:
        document.add(nodes["provider"][1], f"システム {api.provider} は systems.yaml にありません。")
    callers = () if api.systems == "any" else tuple(system.lower() for system in api.systems)
    for caller in (caller for caller in callers if caller not in systems):
        document.add(nodes["systems"][1], f"システム {caller} は systems.yaml にありません。")
    for twice in (caller for caller, count in Counter(callers).items() if count > 1):
        document.add(nodes["systems"][1], f"{twice} が2回書かれています。")
    if api.kind == "api" and not _VERSIONED.fullmatch(api.call):
        document.add(nodes["call"][1], "APIコール名は app_submit/v10/… のように、版を含めて書いてください。")
