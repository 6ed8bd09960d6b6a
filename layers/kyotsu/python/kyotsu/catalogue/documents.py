"""YAML documents as typed objects: every mistake is collected with its line, not only the first."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec
import yaml

from kyotsu.catalogue.problems import CatalogueProblem, unreadable

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document:
    """One YAML file and the mistakes found in it so far."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.problems: list[CatalogueProblem] = []
        self.node: yaml.Node | None = None
        try:
            loader = _Loader((root / name).read_text(encoding="utf-8"))
            self.node = loader.get_single_node()
            self._construct: Callable[..., Any] = loader.construct_object
            if self.node is None:
                self.add(None, "ファイルが空です。")
        except (yaml.YAMLError, UnicodeDecodeError, FileNotFoundError) as error:
            self.problems.append(unreadable(root, name, error))

    def add(self, node: yaml.Node | None, message: str) -> None:
        """Note a mistake at a node (None: the file as a whole)."""
        line = node.start_mark.line + 1 if node else 1
        self.problems.append(CatalogueProblem(self.name, line, message))

    def typed(self, node: yaml.Node, kind: Any) -> Any:
        """Return the node as an object of `kind`, or None after noting every mistake in it."""
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(node, kind)
        if get_origin(kind) is tuple and isinstance(node, yaml.SequenceNode):
            items = [self.typed(child, get_args(kind)[0]) for child in node.value]
            return None if any(item is None for item in items) else tuple(items)
        if get_origin(kind) in (Union, types.UnionType) and isinstance(node, yaml.SequenceNode):
            return self.typed(node, next(k for k in get_args(kind) if get_origin(k) is tuple))
        try:
            return msgspec.convert(self._construct(node, deep=True), kind)
        except (msgspec.ValidationError, yaml.YAMLError, ValueError) as error:
            reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else re.sub(" - at `.*", "", str(error))
            self.add(node, f"値が正しくありません：{reason}")
            return None

    def _struct(self, node: yaml.Node, kind: type[msgspec.Struct]) -> Any:
        if not isinstance(node, yaml.MappingNode):
            self.add(node, f"{kind.__name__} は「項目: 値」の組で書いてください。")
            return None
        before = len(self.problems)
        children = self.children(node)
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for name, (key, _) in children.items():
            if name not in fields:
                self.add(key, f"{kind.__name__} に項目 {name} はありません。使える項目：{'、'.join(fields)}。")
        values = {}
        for name, field in fields.items():
            if name in children:
                values[name] = self.typed(children[name][1], field.type)
            elif field.required:
                self.add(node, f"{kind.__name__} に項目 {name} がありません。")
        return kind(**values) if len(self.problems) == before else None

    def children(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return a mapping's keys and values by name; note keys that stand twice."""
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(node, yaml.MappingNode):
            self.add(node, "「項目: 値」の組で書いてください。")
            return found
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.add(key, "項目の名前は文字列で書いてください。")
                continue
            if key.value in found:
                self.add(key, f"項目 {key.value} が2回書かれています。")
            found[key.value] = (key, value)
        return found
