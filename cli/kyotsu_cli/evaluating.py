"""Candidate search over files, in memory: the same keys and scores as on the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from kyotsu.addressees.candidates import files, forms, frequencies, scoring, searching
from kyotsu.addressees.candidates.memory import MemoryPostings

Row = TypeVar("Row")


class UnreadableLineError(Exception):
    """A line is not the JSON object that was expected."""

    def __init__(self, path: Path, line: int) -> None:
        self.path, self.line = path, line
        super().__init__(path, line)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation did."""

    persons: int
    queries: int
    compared: int
    reads: int

    def summary(self) -> dict[str, int]:
        """Return the figures by name."""
        return asdict(self)

    def sentence(self) -> str:
        """Return the figures in words."""
        each = max(self.queries, 1)
        return (
            f"{self.persons:,}人から{self.queries:,}件を検索しました"
            f"（1件あたり比較{self.compared / each:.1f}人、読み取り{self.reads / each:.1f}回）。"
        )


def evaluate(persons: Path, queries: Path, out: Path, most: int) -> Evaluated:
    """Search for every query and write its candidates, best first; raises UnreadableLineError.

    `score` is the probability that a candidate is the person. `out` appears only when it is whole.
    """
    index = MemoryPostings(_read(persons, files.people))
    scorer = scoring.Scorer(frequencies.of(posting.form for posting in index.postings))
    count = compared = reads = 0
    partial = out.with_name(out.name + ".partial")
    with partial.open("wb") as target:
        for asked in _read(queries, files.queries):
            found = searching.search(forms.of_query(asked.query()), index, scorer, most)
            target.write(msgspec.json.encode(_answer(asked.qid, found)) + b"\n")
            count, compared, reads = count + 1, compared + found.compared, reads + found.reads
    partial.replace(out)
    return Evaluated(len(index.postings), count, compared, reads)


def _answer(qid: str, found: searching.Found) -> dict[str, object]:
    ranked = [{"id": candidate.id, "score": candidate.score.probability} for candidate in found.candidates]
    return {"qid": qid, "candidates": ranked}


def _read(path: Path, reading: Callable[[Iterable[bytes]], Iterator[Row]]) -> Iterator[Row]:
    """Read a file line by line; raises UnreadableLineError with the line's number."""
    number = 0

    def lines() -> Iterator[bytes]:
        nonlocal number
        with path.open("rb") as source:
            for line in source:
                number += 1
                yield line

    try:
        yield from reading(lines())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableLineError(path, number) from error
