"""Histories of a few people, as rows and as versions: what the property tests draw from.

Times, keys and contents are few, so that ties, conflicts, duplicates and restorations are common.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from kyotsu.residents.versions import Entry
from tests.fakes.deployment import row
from tests.fakes.entries import entry

NUMBERS = ("000000000000019", "000000000000027", "000000000000035")
MOMENTS = tuple(f"202604{day:02d}090000" for day in range(1, 5))

Row = dict[str, str]
Grouping = list[tuple[str, str, list[Row]]]
"""Files as (branch, mode, rows)."""

entries: st.SearchStrategy[Entry] = st.builds(
    lambda key, moment, effect, **rest: entry(key, operated_at=moment, effect=effect, **rest),
    key=st.tuples(st.integers(1, 3), st.integers(0, 1)),
    moment=st.sampled_from(MOMENTS),
    effect=st.sampled_from([None, "1", "2", "3", "9"]),
    origin=st.sampled_from("DF"),
    latest=st.booleans(),
    deleted=st.sampled_from([False, False, True]),
    digest=st.sampled_from("abc"),
)
histories: st.SearchStrategy[list[Entry]] = st.lists(entries, max_size=12, unique_by=lambda found: found.identity)


@st.composite
def rows(draw: st.DrawFn, numbers: Sequence[str] = NUMBERS) -> Row:
    """Draw a lawful row; now and then one that is refused or remarked."""
    day = draw(st.integers(1, 4))
    return row(
        atenabango=draw(st.sampled_from(numbers)),
        kojinrirekibango=str(draw(st.integers(1, 3))),
        kojinrirekibango_edabango=str(draw(st.integers(0, 1))),
        saishinfuragu=draw(st.sampled_from("110")),
        juminjotai=draw(st.sampled_from("1111239" + "4")),
        idojiyu=draw(st.sampled_from(["01", "21", "41"])),
        shimei=draw(st.sampled_from(["架空　太郎", "架空　次郎", ""])),
        sosanengappi=f"2026-04-{day:02d}",
        sakujofuragu=draw(st.sampled_from("0001")),
    )


def files(max_files: int = 4, max_rows: int = 5) -> st.SearchStrategy[Grouping]:
    """Draw files of branches that bring different effects, of both modes."""
    file = st.tuples(
        st.sampled_from(["01", "02", "03", "06", "07", "10"]),
        st.sampled_from(["D", "D", "F"]),
        st.lists(rows(), min_size=1, max_size=max_rows),
    )
    return st.lists(file, min_size=1, max_size=max_files)


def shuffled(draw: st.DrawFn, items: Sequence[Any]) -> list[Any]:
    """Draw an order of the items in which each stands at least once, some twice."""
    again = draw(st.lists(st.sampled_from(items), max_size=3)) if items else []
    return list(draw(st.permutations([*items, *again])))
