"""What differs between two layouts (issue part 2, Version twin)."""

from __future__ import annotations

from typing import Any

import msgspec

from kyotsu.catalogue.comparing import compare_layouts
from kyotsu.catalogue.layouts import Item, ItemType, Layout


def item(romaji: str, **other: Any) -> Item:
    lawful: dict[str, Any] = {
        "number": 1,
        "name": f"項目{romaji}",
        "type": ItemType.HALF_WIDTH,
        "length": 5,
        "presence": "optional",
        "key": False,
        "codes": frozenset(),
        "code_labels": "",
    }
    return Item(romaji=romaji, **(lawful | other))


def layout(*items: Item) -> Layout:
    return Layout(items=tuple(msgspec.structs.replace(one, number=n) for n, one in enumerate(items, start=1)))


def found(own: Layout, other: Layout) -> list[tuple[str, str, dict[Any, Any]]]:
    return [(one.romaji, one.kind, dict(one.aspects)) for one in compare_layouts(own, other)]


def test_a_layout_does_not_differ_from_itself() -> None:
    same = layout(item("a"), item("b", codes=frozenset("12"), code_labels="1：一、2：二"))
    assert compare_layouts(same, same) == []


def test_an_item_that_is_new_or_gone_is_told_with_what_it_is() -> None:
    own = layout(item("a"), item("b", presence="required"), item("c"))
    other = layout(item("a"), item("x", key=True, length=2), item("c"))
    assert found(own, other) == [
        ("x", "new", {"type": (None, "X"), "length": (None, "2"), "presence": (None, "optional"), "key": (None, "1")}),
        ("b", "gone", {"type": ("X", None), "length": ("5", None), "presence": ("required", None)}),
    ]


def test_everything_that_changes_of_an_item_is_told_and_nothing_else() -> None:
    changed = item(
        "a",
        name="別名",
        type=ItemType.FULL_WIDTH,
        length=6,
        presence="required",
        key=True,
        codes=frozenset("1"),
        code_labels="1：一",
    )
    assert found(layout(item("a"), item("b")), layout(changed, item("b"))) == [
        (
            "a",
            "changed",
            {
                "name": ("項目a", "別名"),
                "type": ("X", "N"),
                "length": ("5", "6"),
                "presence": ("optional", "required"),
                "key": ("", "1"),
                "codes": ("", "1：一"),
            },
        )
    ]


def test_an_item_that_stands_elsewhere_is_told_and_those_it_passes_are_not() -> None:
    own, other = layout(*map(item, "abcd")), layout(*map(item, "axdbc"))
    moved = [(name, kind, aspects) for name, kind, aspects in found(own, other) if kind == "changed"]
    assert moved == [("d", "changed", {"position": ("4", "3")})]
