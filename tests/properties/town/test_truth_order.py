"""The truth belongs to a set of rows: their order, repetition and grouping into files mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyotsu_cli.town import generate
from kyotsu_cli.town.register import Sent
from kyotsu_cli.town.truth import history, standing
from tests.unit.town.reading import read_town

FLAGS = st.sampled_from(["0", "1"])
HISTORY_ROWS = st.fixed_dictionaries(
    {
        "kojinrirekibango": st.sampled_from(["1", "2", "10"]),
        "kojinrirekibango_edabango": FLAGS,
        "saishinfuragu": FLAGS,
        "sakujofuragu": FLAGS,
        "idojiyu": st.sampled_from(["01", "04", "21", "24", "26", "28", "41"]),
        "juminjotai": st.sampled_from(["1", "2", "3", "9"]),
        "sosanengappi": st.sampled_from(["2026-04-01", "2026-04-02", "2026-05-01"]),
        "sosajikoku": st.sampled_from(["09:00:00", "09:00:01"]),
    }
)
SENT = st.one_of(
    st.builds(Sent, st.just("F"), st.just("00"), HISTORY_ROWS),
    st.builds(Sent, st.just("D"), st.sampled_from([f"{branch:02d}" for branch in range(12)]), HISTORY_ROWS),
)


@given(st.lists(SENT, max_size=12).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows), st.data())))
def test_order_and_repetition_mean_nothing(case: tuple[list[Sent], list[Sent], st.DataObject]) -> None:
    rows, shuffled, data = case
    repeated = shuffled + (data.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else [])
    assert standing(repeated) == standing(rows)
    assert history(repeated) == history(rows)


@given(st.lists(SENT, max_size=12))
def test_history_is_the_as_of_category_at_every_moment(rows: list[Sent]) -> None:
    changes = history(rows)
    assert [change.at for change in changes] == sorted({change.at for change in changes})
    for moment in sorted({sent.operated_at for sent in rows}):
        known = [change.category for change in changes if change.at <= moment]
        assert (known[-1] if known else None) == standing(rows, moment).category
    assert (changes[-1].category if changes else None) == standing(rows).category


@given(st.lists(SENT, min_size=1, max_size=12), st.data())
def test_later_rows_never_change_what_was_true_before(rows: list[Sent], data: st.DataObject) -> None:
    moment = data.draw(st.sampled_from(sorted({sent.operated_at for sent in rows})))
    assert standing([sent for sent in rows if sent.operated_at <= moment]) == standing(rows, moment)


@pytest.mark.parametrize("seed", [3, 4])
def test_files_in_any_order_with_repetitions_give_the_written_truth(seed: int, tmp_path: Path) -> None:
    town = read_town(tmp_path / "out", generate(250, seed, tmp_path / "out"))
    files = list(town.files.values()) * 2
    Random(seed).shuffle(files)
    by_person: dict[str, list[Sent]] = {}
    for sent in (sent for rows in files for sent in rows):
        by_person.setdefault(sent.row["atenabango"], []).append(sent)
    for number, rows in by_person.items():
        line, after = town.truth[number], standing(rows)
        before = standing(sent for sent in rows if sent.mode == "F")
        told = [{"at": change.at, "category": change.category} for change in history(rows)]
        assert (line["category"], line["since"], line["history"]) == (after.category, after.since, told), number
        assert line["before"] == {"category": before.category, "since": before.since}
    assert set(by_person) == set(town.truth)
    assert json.loads((town.root / "manifest.json").read_text(encoding="utf-8"))["seed"] == seed
