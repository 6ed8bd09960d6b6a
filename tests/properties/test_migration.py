"""Requirement: what a migration comes to depends on the rows alone, not on their order or on the files they stand in
(issue part 4, Migration)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.migration import OldRegistry, migration, old_file, old_row, run

NUMBERS = ("500000000000005", "500000000000013", "500000000000021")
RESIDENT = NUMBERS[2]
COUNT = 8

rows = st.builds(
    old_row,
    st.sampled_from(NUMBERS),
    shimei=st.sampled_from(["移行　太郎", "移行　太郎", "移行　太郎", "別人"]),
    gyomuid=st.sampled_from(["010", "022", "024"]),
    sosanengappi=st.sampled_from(["2020-04-01", "2021-04-01"]),
    jusho_katagaki=st.sampled_from(["", "甲荘", "乙荘"]),
    kojinbango=st.sampled_from(["", "123456789018"]),
    sakujofuragu=st.sampled_from(["0", "0", "0", "1"]),
    tagyomusanshofukafuragu=st.sampled_from(["0", "0", "0", "1"]),
    nayosemotofuragu=st.sampled_from(["0", "1"]),
    nayosesakiatenabango=st.sampled_from(NUMBERS),
)


def outcome(folder: Path, files: list[list[dict[str, str]]]) -> Any:
    """Return what the registry has, and what is told of each row, whatever its place."""
    registry = OldRegistry()
    registry.know(RESIDENT, "2", old_row(RESIDENT, shimei="移行　太郎"))
    paths = [old_file(folder / f"{place}.csv", *some) for place, some in enumerate(files)]
    told = run(migration(registry), *paths)
    *state, _ = registry.state()
    return state, sorted((number, code) for number, _, code in told)


@settings(max_examples=40, deadline=None)
@given(given_rows=st.lists(rows, min_size=1, max_size=COUNT), data=st.data())
def test_neither_order_nor_files_matter(given_rows: list[dict[str, str]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(given_rows))
    cut = data.draw(st.integers(0, len(shuffled)))
    files = [part for part in (shuffled[:cut], shuffled[cut:]) if part]
    if len(files) == 2 and files[0] == files[1]:
        files = [shuffled]
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert outcome(Path(one), [given_rows]) == outcome(Path(other), files)


@settings(max_examples=25, deadline=None)
@given(before=st.lists(rows, min_size=1, max_size=COUNT), later=st.lists(rows, min_size=1, max_size=COUNT))
def test_whatever_comes_later_nothing_is_reopened_that_was_closed_since_it_was_migrated(
    before: list[dict[str, str]], later: list[dict[str, str]]
) -> None:
    registry = OldRegistry()
    with TemporaryDirectory() as folder:
        run(migration(registry), old_file(Path(folder) / "a.csv", *before))
        closed = {
            number: replace(record, deleted=True, uses=frozenset(), principal=None)
            for number, record in registry.records.items()
        }
        registry.records |= closed
        run(migration(registry), old_file(Path(folder) / "b.csv", *later))
    assert {number: registry.records[number] for number in closed} == closed
