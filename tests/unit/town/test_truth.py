"""The rule of 住民区分, case by case, as the text of design.md has it."""

from __future__ import annotations

import pytest

from kyotsu_cli.town.register import Key, Sent
from kyotsu_cli.town.truth import Change, Standing, effect_of, history, standing

DAY = "2026-04-{:02d}T09:00:00+09:00"


def row(
    branch: str,
    day: int,
    key: Key = (1, 0),
    *,
    mode: str = "D",
    latest: str = "1",
    deleted: str = "0",
    reason: str = "41",
    status: str = "1",
) -> Sent:
    return Sent(
        mode,
        branch,
        {
            "kojinrirekibango": str(key[0]),
            "kojinrirekibango_edabango": str(key[1]),
            "saishinfuragu": latest,
            "sakujofuragu": deleted,
            "idojiyu": reason,
            "juminjotai": status,
            "sosanengappi": f"2026-04-{day:02d}",
            "sosajikoku": "09:00:00",
        },
    )


@pytest.mark.parametrize(
    ("branch", "effect"),
    [
        *[(branch, "1") for branch in ("01", "05", "09")],
        ("03", "2"),
        ("06", "3"),
        ("10", "9"),
        *[(branch, None) for branch in ("00", "02", "04", "07", "08", "11")],
    ],
)
def test_a_difference_brings_its_branch_if_it_is_the_latest(branch: str, effect: str | None) -> None:
    assert effect_of(row(branch, 1, status="9")) == effect
    assert effect_of(row(branch, 1, latest="0")) is None


@pytest.mark.parametrize("status", ["1", "2", "3", "9"])
def test_a_full_row_brings_its_status_if_it_is_the_latest(status: str) -> None:
    assert effect_of(row("00", 1, mode="F", status=status)) == status
    assert effect_of(row("00", 1, mode="F", status=status, latest="0")) is None


@pytest.mark.parametrize(
    ("reason", "latest", "effect"),
    [("24", "1", "9"), ("25", "0", "9"), ("28", "0", "9"), ("04", "1", "1"), ("05", "0", None), ("43", "1", None)],
)
def test_branch_07_goes_by_reason(reason: str, latest: str, effect: str | None) -> None:
    assert effect_of(row("07", 1, reason=reason, latest=latest)) == effect


def test_a_planned_move_out_applies_at_once() -> None:
    assert standing([row("03", 1, reason="21", status="1")]) == Standing("2", DAY.format(1))


def test_a_declared_missing_person_is_dead_whatever_the_reason() -> None:
    assert standing([row("06", 1, reason="26", status="9")]).category == "3"


def test_the_greatest_key_that_has_an_effect_counts() -> None:
    rows = [row("01", 1), row("02", 3, (2, 0)), row("03", 2, (1, 1))]
    assert standing(rows) == Standing("2", DAY.format(2))


def test_keys_are_compared_as_numbers() -> None:
    assert standing([row("03", 1, (9, 0)), row("09", 1, (10, 0))]).category == "1"


def test_a_row_without_effect_never_clears_one() -> None:
    rows = [row("01", 1), row("02", 2, latest="0"), row("11", 3)]
    assert standing(rows) == Standing("1", DAY.format(1))


def test_a_difference_beats_a_later_full_file() -> None:
    rows = [row("03", 1), row("00", 5, mode="F", status="1")]
    assert standing(rows) == Standing("2", DAY.format(1))


def test_the_later_of_two_differences_counts() -> None:
    assert standing([row("06", 4), row("03", 1)]) == Standing("3", DAY.format(4))


def test_a_deleted_key_falls_back_and_a_restored_one_comes_again() -> None:
    rows = [row("01", 1), row("06", 2, (2, 0)), row("06", 3, (2, 0), latest="0", deleted="1"), row("06", 4, (2, 0))]
    assert [standing(rows, DAY.format(day)).category for day in (1, 2, 3, 4)] == ["1", "3", "1", "3"]
    assert history(rows) == [
        Change(DAY.format(day), category) for day, category in zip((1, 2, 3, 4), "1313", strict=True)
    ]


def test_a_delete_that_is_older_than_the_key_deletes_nothing() -> None:
    assert standing([row("01", 2), row("01", 1, deleted="1")]).category == "1"


def test_at_the_same_moment_a_delete_wins() -> None:
    assert standing([row("01", 1), row("01", 1, deleted="1", latest="0")]) == Standing(None, None)


def test_nobody_is_known_before_the_first_row() -> None:
    rows = [row("01", 2)]
    assert standing(rows, DAY.format(1)) == Standing(None, None)
    assert standing(rows, DAY.format(2)).category == "1"
    assert history([]) == []
