"""Which chunks of a large file may be applied at the same time.

Counts are exact if every person's rows are applied in file order (docs/decisions/0004). In a file that is sorted by
宛名番号 a person's rows stand together, so it may be parted wherever one person ends with a chunk. Any other file is
one group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kyotsu.linkage.receipts import Chunk

PERSON = "atenabango"
GROUP_CHUNKS = 4
"""Chunks of a group, if people allow it: some 20,000 to 40,000 rows, well within a function's time."""


@dataclass(frozen=True, slots=True)
class Group:
    """Chunks `first` to `last` (both included), applied one after the other; other groups have other people."""

    first: int
    last: int


def groups_of(chunks: Sequence[Chunk]) -> list[Group]:
    """Return the groups of a whole file, in order; a person never spans two of them."""
    groups, first = list[Group](), 0
    for chunk in chunks:
        if chunk.starts_group and chunk.index - first >= GROUP_CHUNKS:
            groups.append(Group(first, chunk.index - 1))
            first = chunk.index
    return [*groups, Group(first, len(chunks) - 1)]


class PeopleInOrder:
    """Watches the rows of a file go by, and keeps nothing of them but the number of the last person."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._width = len(columns)
        self._position = columns.index(PERSON) if PERSON in columns else None
        self._sorted = self._position is not None
        self._last: str | None = None
        self._parted: bool | None = None
        """Whether the first person of this chunk is another than the one before; None while it has nobody."""

    def meet(self, record: Sequence[str]) -> None:
        """Take note of a row. One with a wrong number of fields will be refused, so it belongs to nobody."""
        if self._position is None or len(record) != self._width:
            return
        number = record[self._position]
        if self._parted is None:
            self._parted = number != self._last
        if self._last is not None and number < self._last:
            self._sorted = False
        self._last = number

    def end_chunk(self) -> bool:
        """Tell whether a new group may start at the chunk that ends here, should the whole file be sorted."""
        parted, self._parted = self._parted, None
        # With nobody in it, the person before it may go on after it: then both sides must stay in one group.
        return bool(parted)

    def settled(self, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        """Return the chunks of the whole file; of one that is not sorted none but the first starts a group."""
        return tuple(replace(c, starts_group=c.index == 0 or (self._sorted and c.starts_group)) for c in chunks)
