"""What a row does to 住民区分, for every branch and mode (design.md, Residents: 住民区分; seed 000)."""

from __future__ import annotations

import msgspec
import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Mode
from kyotsu.residents.effects import Effects, common_remarks
from kyotsu.wiring.catalogue import effect_rules
from tests.fakes.deployment import CATALOGUE, row

RULES = effect_rules(CATALOGUE, "residents")


def effect(branch: str, mode: Mode = Mode.DIFFERENCE, **items: str) -> tuple[str | None, list[str]]:
    """Return the effect of a row and the codes of its remarks."""
    found, remarks = Effects(mode, branch, RULES["001o006", branch]).of(row(**items))
    return found, [outcome.code for _, outcome, _ in remarks]


BRANCHES = {
    "00": None,
    "01": "1",
    "02": None,
    "03": "2",
    "04": None,
    "05": "1",
    "06": "3",
    "08": None,
    "09": "1",
    "10": "9",
    "11": None,
}


@pytest.mark.parametrize(("branch", "category"), BRANCHES.items())
@pytest.mark.parametrize("reason", ["01", "22", "41"])
def test_a_latest_difference_row_brings_its_branch_whatever_the_reason(
    branch: str, category: str | None, reason: str
) -> None:
    assert effect(branch, juminjotai=category or "1", idojiyu=reason) == (category, [])


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_difference_row_that_is_not_the_latest_brings_nothing(branch: str) -> None:
    assert effect(branch, saishinfuragu="0", juminjotai="2") == (None, [])


@pytest.mark.parametrize(
    ("reason", "latest", "category"),
    [
        ("21", "1", "9"),
        ("28", "0", "9"),
        ("01", "1", "1"),
        ("09", "1", "1"),
        ("01", "0", None),
        ("41", "1", None),
        ("59", "0", None),
    ],
)
def test_of_07_the_decrease_counts_whatever_its_flag_and_the_increase_if_latest(
    reason: str, latest: str, category: str | None
) -> None:
    assert effect("07", idojiyu=reason, saishinfuragu=latest, juminjotai=category or "1") == (category, [])


@pytest.mark.parametrize("branch", [*BRANCHES, "07"])
@pytest.mark.parametrize("status", ["1", "2", "3", "9"])
def test_a_latest_full_row_brings_its_status_and_others_nothing(branch: str, status: str) -> None:
    assert effect(branch, Mode.FULL, juminjotai=status, idojiyu="21") == (status, [])
    assert effect(branch, Mode.FULL, juminjotai=status, saishinfuragu="0") == (None, [])


@pytest.mark.parametrize(("branch", "category"), [item for item in BRANCHES.items() if item[1]])
def test_a_status_that_disagrees_with_its_branch_is_remarked(branch: str, category: str) -> None:
    other = "3" if category != "3" else "9"
    assert effect(branch, juminjotai=other) == (category, ["W1001"])


def test_without_effect_no_status_disagrees() -> None:
    assert effect("02", juminjotai="9") == (None, [])
    assert effect("01", juminjotai="9", saishinfuragu="0") == (None, [])


@pytest.mark.parametrize(("handling", "category"), [("apply", "2"), ("keep", None)])
def test_a_planned_move_out_follows_the_switch_and_is_remarked(handling: str, category: str | None) -> None:
    interface = msgspec.structs.replace(CATALOGUE.interfaces["001o006"], planned_move_out=handling)
    rules = effect_rules(msgspec.structs.replace(CATALOGUE, interfaces={"001o006": interface}), "residents")
    planned = Effects(Mode.DIFFERENCE, "03", rules["001o006", "03"])
    found, remarks = planned.of(row(juminjotai="1"))
    assert (found, [outcome for _, outcome, _ in remarks]) == (category, [outcomes.MOVE_OUT_PLANNED])
    assert planned.of(row(juminjotai="2")) == ("2", [])
    assert Effects(Mode.FULL, "03", rules["001o006", "03"]).of(row(juminjotai="1")) == ("1", [])


@pytest.mark.parametrize(
    ("items", "codes"),
    [
        ({}, []),
        ({"shimei": ""}, ["W1002"]),
        ({"shimei": "", "shimei_gaikokujinromaji": "Ａ"}, []),
        ({"shimei": "", "shimei_gaikokujinkanji": "王"}, []),
        ({"atenabango": "000000000000011"}, ["W1003"]),
        ({"atenabango": "19"}, ["W1008"]),
        ({"atenabango": "18"}, ["W1008", "W1003"]),
        ({"atenabango": "OLD-1"}, ["W1003"]),
        ({"atenabango": "OLD-1", "shimei": ""}, ["W1002", "W1003"]),
    ],
)
def test_remarks_that_need_no_branch(items: dict[str, str], codes: list[str]) -> None:
    lawful = row(shimei_gaikokujinromaji="", shimei_gaikokujinkanji="") | items
    assert [outcome.code for _, outcome, _ in common_remarks(lawful)] == codes
