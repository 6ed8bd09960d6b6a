"""Who gets an interface's files, and what of them: mistakes that only the rest of the catalogue can tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from yaml import Node

from kyotsu.catalogue.documents import Document
from kyotsu.catalogue.layouts import read_layout
from kyotsu.catalogue.model import Interface, Purpose

PLACES = re.compile(r"jusho|yubin|setaibango|honseki|katagaki|banchi|choaza")
"""In the romaji name of an item: it tells, or helps to find out, where somebody lives."""


def check_recipients(
    document: Document,
    node: Node,
    interface: Interface,
    root: Path,
    systems: Collection[str],
    purposes: Mapping[str, Purpose],
) -> None:
    """Note unknown systems, purposes, groups and items, and places of living that are not withheld."""
    nodes = document.children(node)
    known = {item for version in interface.versions for item in read_layout(root, version.layout)[0].columns}

    def wrong(field: str, message: str) -> None:
        document.add(nodes[field][1] if field in nodes else node, message)

    _check_items(interface, known, wrong)
    for twice in (name for name, count in Counter(r.id.lower() for r in interface.recipients).items() if count > 1):
        wrong("recipients", f"{twice} が2回書かれています。")
    for recipient in interface.recipients:
        if recipient.id.lower() not in systems:
            wrong("recipients", f"システム {recipient.id} は systems.yaml にありません。")
        if recipient.purpose not in purposes:
            wrong("recipients", f"利用目的 {recipient.purpose} は purposes.yaml にありません。")
        for group in (group for group in recipient.columns if group not in interface.columns):
            wrong("recipients", f"グループ {group} は columns にありません。")


def _check_items(interface: Interface, known: Collection[str], wrong: Callable[[str, str], None]) -> None:
    for group, items in interface.columns.items():
        for item in (item for item in items if item not in known):
            wrong("columns", f"グループ {group} の項目 {item} はどの版のレイアウトにもありません。")
    for item in (item for item in interface.withheld if item not in known):
        wrong("withheld", f"項目 {item} はどの版のレイアウトにもありません。")
    for item in sorted(set(known) - set(interface.withheld)):
        if interface.recipients and PLACES.search(item):
            wrong("withheld", f"項目 {item} は居所が分かる項目なので、withheld に必ず書いてください。")
