"""Whose rows a file has, in little memory: a full file of a large city tells of millions."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable

from kyotsu.japanese.text import is_digits
from kyotsu.linkage.grouping import PERSON
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import Objects
from kyotsu.linkage.receipts import Scan
from kyotsu.linkage.scanning import parse

_MOST_DIGITS = 17
"""With a 1 before them, so many digits fit into 64 bits, and leading zeros count."""


class PeopleInFile:
    """A set of addressee numbers: eight bytes each, if they are digits."""

    def __init__(self, parts: Iterable[Iterable[str]]) -> None:
        """`parts` are read one by one; a number may stand in several of them."""
        self._others = set[str]()
        sorted_parts = [array("q", sorted(self._digits(set(part)))) for part in parts]
        self._numbers = array("q", heapq.merge(*sorted_parts))

    def __contains__(self, number: str) -> bool:
        """Tell whether a number occurs."""
        if not _is_short(number):
            return number in self._others
        wanted = int("1" + number)
        position = bisect_left(self._numbers, wanted)
        return position < len(self._numbers) and self._numbers[position] == wanted

    def _digits(self, numbers: Iterable[str]) -> Iterable[int]:
        for number in numbers:
            if _is_short(number):
                yield int("1" + number)
            else:
                self._others.add(number)


def people_in_file(objects: Objects, ref: ObjectRef, scan: Scan) -> PeopleInFile:
    """Return whose rows a scanned file has, refused ones too; raises ObjectGoneError."""
    return PeopleInFile(_parts(objects, ref, scan))


def _parts(objects: Objects, ref: ObjectRef, scan: Scan) -> Iterable[Iterable[str]]:
    position = 0
    for chunk in scan.chunks:
        records = (record for record, _ in parse(objects.read(ref, chunk.start, chunk.end), chunk.line))
        if chunk.index == 0:
            position = next(records).index(PERSON)
        yield [record[position] for record in records if len(record) > position]


def _is_short(number: str) -> bool:
    return is_digits(number) and len(number) <= _MOST_DIGITS
