"""API calls: mistakes that only the rest of the catalogue can tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from yaml import Node

from kyotsu.catalogue.documents import Document
from kyotsu.catalogue.model import Api

_VERSIONED = re.compile(r"[a-z0-9_]+/v(?P<version>[0-9]+)/(?P<name>[a-z0-9_]+)")
MOST_VERSIONS = 2
"""The newest one and the one before it are in use together: a reform may have rules of transition (並行稼働, 2.2.5)."""


def version_of(api: Api) -> str:
    """Return the version in an API call's path (`v10`), or "" if it has none."""
    found = _VERSIONED.fullmatch(api.call)
    return f"v{found['version']}" if found else ""


def in_parallel(apis: Iterable[Api], name: str) -> tuple[Api, ...]:
    """Return the versions of a call (the last part of its path) that are in use together, the newest first."""
    found = {
        int(match["version"]): api
        for api in apis
        if (match := _VERSIONED.fullmatch(api.call)) and match["name"] == name
    }
    return tuple(found[version] for version in sorted(found, reverse=True)[:MOST_VERSIONS])


def check_api(document: Document, node: Node, api: Api, systems: Collection[str], above: Sequence[Api]) -> None:
    """Note unknown systems, systems that stand twice, calls whose path has no version or stands twice, and versions
    that nobody would be served. `above`: the entries above this one."""
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
    if any(other.call == api.call for other in above):
        # One path has one scope: which of the two would hold, nobody could tell.
        document.add(nodes["call"][1], f"APIコール名 {api.call} が2回書かれています。")
    elif len([other for other in above if _name(other) == _name(api) != ""]) >= MOST_VERSIONS:
        document.add(nodes["call"][1], f"1つのAPIの版は{MOST_VERSIONS}つまでです。古い版を消してください。")


def _name(api: Api) -> str:
    found = _VERSIONED.fullmatch(api.call)
    return found["name"] if found else ""
