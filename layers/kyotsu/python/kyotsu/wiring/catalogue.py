"""What contexts that may not know the catalogue need from it, in their own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from kyotsu.catalogue.layouts import load_layout
from kyotsu.catalogue.model import Branch, Catalogue
from kyotsu.residents.effects import EffectRule


def effect_rules(catalogue: Catalogue, applier: str) -> dict[tuple[str, str], Sequence[EffectRule]]:
    """Return the effect rules of every branch whose rows an applier owns, by interface and branch."""
    return {
        (interface.id, branch.id): tuple(_rules(branch, interface.planned_move_out))
        for interface in catalogue.interfaces.values()
        if interface.applier == applier
        for branch in interface.branches
    }


def layout_columns(catalogue: Catalogue, layout: str) -> Sequence[str]:
    """Return the romaji names of a layout given as `interface/version`."""
    interface_id, _, version_id = layout.partition("/")
    version = catalogue.interfaces[interface_id].version(version_id)
    if version is None:
        raise KeyError(layout)
    return load_layout(catalogue.root, version.layout).columns


def sealed_items(catalogue: Catalogue, layout: str) -> Mapping[int, str]:
    """Return positions and romaji names of the sealed items of a layout given as `interface/version`."""
    sealed = catalogue.interfaces[layout.partition("/")[0]].sealed
    return {position: item for position, item in enumerate(layout_columns(catalogue, layout)) if item in sealed}


def withheld_items(catalogue: Catalogue, applier: str) -> frozenset[str]:
    """Return the items (romaji) of all rows an applier owns that are absent where a person is protected."""
    return frozenset(
        item
        for interface in catalogue.interfaces.values()
        if interface.applier == applier
        for item in interface.withheld
    )


def _rules(branch: Branch, planned_move_out: Literal["apply", "keep"]) -> Iterator[EffectRule]:
    if branch.category:
        yield EffectRule(branch.category, planned=planned_move_out if branch.planned else None)
    for rule in branch.by_reason:
        low, high = rule.reasons.split("-")
        yield EffectRule(rule.category, reasons=(low, high), whatever_flag=rule.whatever_flag)
