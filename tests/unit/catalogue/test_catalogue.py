"""What the catalogue must hold (issue part 1, Catalogue; design.md, 住民区分)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kyotsu.catalogue.layouts import ItemType, load_layout
from kyotsu.catalogue.loading import load_catalogue
from kyotsu.catalogue.model import ReasonRule, Recipient

CATALOGUE = load_catalogue(Path(__file__).parents[3] / "catalogue")
CATEGORIES = {"01": "1", "03": "2", "05": "1", "06": "3", "09": "1", "10": "9"}


def test_every_business_id_is_there() -> None:
    assert set(CATALOGUE.systems) == {f"{number:03d}" for number in range(1, 40)}


def test_the_residents_have_twelve_branches_with_their_category() -> None:
    branches = CATALOGUE.interfaces["001o006"].branches
    assert [branch.id for branch in branches] == [f"{number:02d}" for number in range(12)]
    assert {branch.id: branch.category for branch in branches if branch.category} == CATEGORIES
    assert [branch.id for branch in branches if branch.planned] == ["03"]
    assert [branch.id for branch in branches if branch.by_reason] == ["07"]


def test_interfaces_have_providers_modes_and_appliers() -> None:
    found = CATALOGUE.interfaces
    assert set(found) == {"001o006", "001o009", "029o001", "029o002", "031i001", "032i001"}
    assert {name: interface.applier for name, interface in found.items()} == {
        "001o006": "residents",
        "001o009": "protection",
        "029o001": "passing",
        "029o002": "passing",
        "031i001": "addressees",
        "032i001": "integrated",
    }
    assert found["001o006"].accepts_provider("001")
    assert not found["001o006"].accepts_provider("002")
    assert found["031i001"].accepts_provider("anyone")
    assert {interface.completeness for interface in found.values()} == {"optional"}


def test_who_gets_individual_numbers_may_handle_them() -> None:
    for interface in CATALOGUE.interfaces.values():
        for recipient in interface.recipients:
            if "kojinbango" in interface.items_for(recipient):
                assert CATALOGUE.systems[recipient.id.lower()].individual_numbers
    allowed = {system.id for system in CATALOGUE.systems.values() if system.individual_numbers}
    assert {"001", "032"} < allowed
    assert not allowed & {"002", "005", "017", "031"}


def test_the_categories_are_those_of_the_design() -> None:
    assert {code: category.name for code, category in CATALOGUE.categories.items()} == {
        "1": "住登者",
        "2": "転出者",
        "3": "死亡者",
        "9": "その他消除者",
        "X": "住登外者",
    }


@pytest.mark.parametrize(
    ("reason", "latest", "whatever", "matches"),
    [
        ("21", True, False, True),
        ("28", True, False, True),
        ("20", True, False, False),
        ("29", True, False, False),
        ("21", False, False, False),
        ("21", False, True, True),
    ],
)
def test_reason_rules_include_both_ends(reason: str, latest: bool, whatever: bool, matches: bool) -> None:
    rule = ReasonRule(reasons="21-28", category="9", whatever_flag=whatever)
    assert rule.matches(reason, latest=latest) is matches


def test_layouts_are_those_of_the_standard() -> None:
    layout = load_layout(CATALOGUE.root, "001o006_v1.csv")
    assert len(layout.items) == 49
    assert layout.columns[:3] == ("shikuchosonkodo", "atenabango", "kojinrirekibango")
    assert [item.romaji for item in layout.items if item.key] == [
        "shikuchosonkodo",
        "atenabango",
        "kojinrirekibango",
        "kojinrirekibango_edabango",
    ]
    reason = next(item for item in layout.items if item.romaji == "idojiyu")
    assert (len(reason.codes), reason.type) == (9 + 8 + 19, ItemType.HALF_WIDTH)
    assert reason.code_labels == "01-09：記載、21-28：消除、41-59：修正"
    assert len(load_layout(CATALOGUE.root, "001o006_v2.csv").items) == 50
    assert len(load_layout(CATALOGUE.root, "031i001_v1.csv").items) == 40
    assert len(load_layout(CATALOGUE.root, "001o009_v1.csv").items) == 11


def test_files_of_few_rows_are_refused_because_each_costs_calls() -> None:
    lawful = {"id": "002", "columns": ["keys"], "max_rows": 1000}
    assert msgspec.convert(lawful, Recipient).max_rows == 1000
    with pytest.raises(msgspec.ValidationError, match="max_rows"):
        msgspec.convert({**lawful, "max_rows": 999}, Recipient)
