"""Reading `catalogue/` into typed objects, and reporting every mistake in it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from yaml import Node, SequenceNode

import kyotsu
from kyotsu.catalogue.apis import check_api
from kyotsu.catalogue.documents import Document
from kyotsu.catalogue.layouts import read_layout
from kyotsu.catalogue.model import Api, Catalogue, Category, Interface, Purpose, System
from kyotsu.catalogue.problems import CatalogueInvalidError, CatalogueProblem
from kyotsu.catalogue.recipients import check_recipients
from kyotsu.contracts.rows import Mode

APPLIERS = ("residents", "protection", "addressees", "integrated", "passing")
"""Names an interface may give as its applier; which of them are deployed is wiring's."""


ALWAYS_SEALED = frozenset({"kojinbango", "juminhyokodo"})
"""個人番号 and 住民票コード: an interface whose layout has them must list them as sealed."""


def layer_root() -> Path:
    """Return the folder the catalogue stands in where the package is deployed as a layer."""
    return Path(kyotsu.__file__).parents[2] / "catalogue"


@functools.cache
def load_catalogue(root: Path) -> Catalogue:
    """Return the catalogue; raises CatalogueInvalidError with every mistake but those inside layouts."""
    catalogue, problems = _read(root)
    if problems:
        raise CatalogueInvalidError(problems)
    return catalogue


def check_catalogue(root: Path) -> list[CatalogueProblem]:
    """Return every mistake in the catalogue and its layouts, by file and line."""
    problems = _read(root)[1]
    for path in sorted((root / "layouts").glob("*.csv")):
        problems += read_layout(root, path.name)[1]
    return sorted(problems)


def _read(root: Path) -> tuple[Catalogue, list[CatalogueProblem]]:
    problems: list[CatalogueProblem] = []
    systems = _listed(root, "systems", System, lambda s: s.id.lower(), problems)
    categories = _listed(root, "categories", Category, lambda c: c.code, problems)
    purposes = _listed(root, "purposes", Purpose, lambda p: p.id, problems)
    above: list[Api] = []

    def check(document: Document, node: Node, api: Api) -> None:
        check_api(document, node, api, systems, above)
        above.append(api)

    apis = _listed(root, "apis", Api, lambda a: a.scope, problems, check)
    interfaces: dict[str, Interface] = {}
    for path in sorted((root / "interfaces").glob("*.yaml")):
        document = Document(root, f"interfaces/{path.name}")
        interface = document.typed(document.node, Interface) if document.node else None
        if document.node and interface is not None:
            _cross_check(document, document.node, interface, root, systems, categories)
            check_recipients(document, document.node, interface, root, systems, purposes)
            interfaces[interface.id] = interface
        problems += document.problems
    catalogue = Catalogue(
        root=str(root),
        systems=systems,
        interfaces=interfaces,
        categories=categories,
        purposes=purposes,
        apis=apis,
    )
    return catalogue, problems


def _listed(
    root: Path,
    name: str,
    kind: Any,
    identity: Callable[[Any], str],
    problems: list[CatalogueProblem],
    check: Callable[[Document, Node, Any], None] | None = None,
) -> dict[str, Any]:
    """Read `{name}.yaml`, a list below the key `{name}`, by identity; `check` notes what else is wrong with one."""
    document = Document(root, f"{name}.yaml")
    found: dict[str, Any] = {}
    if document.node is not None:
        _, sequence = document.children(document.node).get(name, (None, None))
        if not isinstance(sequence, SequenceNode):
            document.add(sequence or document.node, f"{name} の一覧を「{name}:」の下に書いてください。")
        for node in sequence.value if isinstance(sequence, SequenceNode) else ():
            entry = document.typed(node, kind)
            if entry is not None and identity(entry) in found:
                document.add(node, f"{identity(entry)} が2回書かれています。")
            elif entry is not None:
                found[identity(entry)] = entry
                if check:
                    check(document, node, entry)
    problems += document.problems
    return found


def _cross_check(
    document: Document,
    node: Node,
    interface: Interface,
    root: Path,
    systems: Collection[str],
    categories: Collection[str],
) -> None:
    """Note everything about an interface that only the rest of the catalogue can tell to be wrong."""
    nodes = document.children(node)

    def wrong(field: str, message: str) -> None:
        document.add(nodes[field][1], message)

    _check_versions(interface, root, wrong)
    _check_sealed(interface, root, wrong)
    if document.name != f"interfaces/{interface.id}.yaml":
        wrong("id", f"ファイル名は {interface.id}.yaml です。")
    if interface.applier not in APPLIERS:
        wrong("applier", f"applier は {'、'.join(APPLIERS)} のいずれかです。")
    if interface.expected_every and interface.providers == "any":
        wrong("expected_every", "providers が any の連携IDでは、届かないことを監視できません。")
    for system in interface.providers if interface.providers != "any" else ():
        if system.lower() not in systems:
            wrong("providers", f"システム {system} は systems.yaml にありません。")
    for field in ("versions", "branches"):
        counted = Counter(entry.id for entry in getattr(interface, field))
        for twice in (name for name, count in counted.items() if count > 1):
            wrong(field, f"{twice} が2回書かれています。")
    _check_branches(interface, categories, wrong)


def _check_versions(interface: Interface, root: Path, wrong: Callable[[str, str], None]) -> None:
    for version in interface.versions:
        if not (root / "layouts" / version.layout).is_file():
            wrong("versions", f"版 {version.id} のレイアウト {version.layout} がありません。")
        if version.accepted_until and version.accepted_until < version.accepted_from:
            wrong("versions", f"版 {version.id} の受付期間が逆です。")


def _check_sealed(interface: Interface, root: Path, wrong: Callable[[str, str], None]) -> None:
    """A misspelt item would be stored in the clear; so would a new one that every law wants sealed."""
    layouts = [read_layout(root, version.layout)[0] for version in interface.versions]
    known = {item for layout in layouts for item in layout.columns}
    for item in (item for item in interface.sealed if item not in known):
        wrong("sealed", f"項目 {item} はどの版のレイアウトにもありません。")
    for item in sorted(ALWAYS_SEALED & known - set(interface.sealed)):
        wrong("sealed" if interface.sealed else "id", f"項目 {item} は sealed に必ず書いてください。")


def _check_branches(interface: Interface, categories: Collection[str], wrong: Callable[[str, str], None]) -> None:
    used = {b.category for b in interface.branches} | {r.category for b in interface.branches for r in b.by_reason}
    for code in sorted(used - {None} - set(categories), key=str):
        wrong("branches", f"住民区分 {code} は categories.yaml にありません。")
    for branch in interface.branches:
        if branch.complete_set and Mode.FULL not in (branch.modes or interface.modes):
            wrong("branches", f"枝番 {branch.id} は全件（F）を受け付けないので、complete_set にできません。")
    for rule in (rule for branch in interface.branches for rule in branch.by_reason):
        if rule.reasons != "-".join(sorted(rule.reasons.split("-"))):
            wrong("branches", f"異動事由の範囲 {rule.reasons} が逆です。")
