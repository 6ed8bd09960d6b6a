"""What differs between two layouts of an interface, item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from kyotsu.catalogue.layouts import Item, Layout

Aspect = Literal["name", "type", "length", "presence", "key", "codes", "position"]
Kind = Literal["new", "gone", "changed"]


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """An item that one layout alone has, or that is not the same in both. Items are the same by romaji name."""

    romaji: str
    name: str
    kind: Kind
    aspects: Mapping[Aspect, tuple[str | None, str | None]]
    """What differs, before and after; of an item that one layout alone has, what it is there, and None."""


def compare_layouts(own: Layout, other: Layout) -> list[ItemDifference]:
    """Return what differs in `other`, in its order; then the items that it has no more."""
    before = {item.romaji: item for item in own.items}
    names = {item.romaji for item in other.items}
    moved = _moved(own, other)
    found = []
    for item in other.items:
        old = before.get(item.romaji)
        aspects = _differing(old, item) if old else _alone(item, new=True)
        if old and item.romaji in moved:
            aspects["position"] = (str(old.number), str(item.number))
        if aspects:
            found.append(ItemDifference(item.romaji, item.name, "changed" if old else "new", aspects))
    gone = (item for item in own.items if item.romaji not in names)
    return found + [ItemDifference(item.romaji, item.name, "gone", _alone(item, new=False)) for item in gone]


def _moved(own: Layout, other: Layout) -> set[str]:
    """Return items that stand elsewhere among those that both have; a new item alone moves nothing."""
    shared = set(own.columns) & set(other.columns)
    first, second = ([name for name in layout.columns if name in shared] for layout in (own, other))
    kept = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return shared - {name for block in kept for name in first[block.a : block.a + block.size]}


def _differing(old: Item, new: Item) -> dict[Aspect, tuple[str | None, str | None]]:
    after = dict(_aspects(new))
    return {aspect: (value, after[aspect]) for aspect, value in _aspects(old) if value != after[aspect]}


def _alone(item: Item, *, new: bool) -> dict[Aspect, tuple[str | None, str | None]]:
    told = ((aspect, value) for aspect, value in _aspects(item) if value and aspect != "name")
    return {aspect: (None, value) if new else (value, None) for aspect, value in told}


def _aspects(item: Item) -> Iterator[tuple[Aspect, str]]:
    yield "name", item.name
    yield "type", str(item.type)
    yield "length", str(item.length)
    yield "presence", item.presence
    yield "key", "1" if item.key else ""
    yield "codes", item.code_labels
