"""The rows of a chunk, read before they are validated: nearly every row of a full file is stored already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kyotsu.contracts.rows import Applied, FileContext, Row
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.residents.effects import Effects, Remark, common_remarks
from kyotsu.residents.versions import RESIDENT_KEY, Entry, EntryReader, KeyItems

if TYPE_CHECKING:
    from kyotsu.residents.applier import Head

_NEEDED = (
    *("atenabango", "idojiyu", "juminjotai", "saishinfuragu"),
    *("shimei", "shimei_gaikokujinkanji", "shimei_gaikokujinromaji"),
)
"""Items that decide whose a row is, its effect and its remarks."""
REQUIRED_ITEMS = frozenset({*_NEEDED, *RESIDENT_KEY.all})
"""Items without which a layout's rows can't become records."""
_MAX_NUMBER = 15


class ReadRow(NamedTuple):
    """Whose a row is, what it would be remembered by, and what is remarkable about its effect."""

    number: str
    entry: Entry
    remarks: list[Remark]


@dataclass(slots=True)
class Person:
    """One person's rows of a chunk."""

    number: str
    rows: list[tuple[Entry, Row]] = field(default_factory=list)
    remarks: list[tuple[int, Remark]] = field(default_factory=list)


class RowMeaning(Protocol):
    """What the rows of an interface mean to the set: everything in which one kind of versions differs from another."""

    @property
    def items(self) -> tuple[str, ...]:
        """Items that decide whose a row is (`atenabango`), its effect and its remarks."""
        ...

    @property
    def key(self) -> KeyItems:
        """Which entry of a person's history a row speaks of."""
        ...

    def effect(self, items: Mapping[str, str]) -> tuple[str | None, list[Remark]]:
        """Return what a row brings (None: nothing), and what is remarkable about that."""
        ...

    def remarks(self, items: Mapping[str, str]) -> list[Remark]:
        """Return the remarks about a row that do not depend on its effect."""
        ...


@dataclass(frozen=True, slots=True)
class ResidentMeaning:
    """The `RowMeaning` of 住基情報: a row may bring a 住民区分."""

    effects: Effects
    items: tuple[str, ...] = _NEEDED
    key: KeyItems = RESIDENT_KEY

    def effect(self, items: Mapping[str, str]) -> tuple[str | None, list[Remark]]:
        """Return the 住民区分 that a row brings."""
        return self.effects.of(items)

    def remarks(self, items: Mapping[str, str]) -> list[Remark]:
        """Return the remarks that do not depend on the branch."""
        return common_remarks(items)


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, file: FileContext, meaning: RowMeaning, fingerprints: Fingerprints) -> None:
        self._width = len(file.columns)
        self._names = meaning.items
        self._needed = itemgetter(*(file.columns.index(name) for name in meaning.items))
        self._meaning = meaning
        self._entries = EntryReader(file, fingerprints, meaning.key)

    def read_all(self, rows: Sequence[Row]) -> dict[int, ReadRow]:
        """Return the rows that can be read, by line; every valid row can."""
        read = ((row.line, self._read(row)) for row in rows)
        return {line: one for line, one in read if one is not None}

    def remarks(self, row: Row) -> list[Remark]:
        """Return the remarks about a row that do not depend on its effect."""
        return self._meaning.remarks(self._items(row))

    def _read(self, row: Row) -> ReadRow | None:
        if len(row.values) != self._width:
            return None
        items = self._items(row)
        number = items["atenabango"]
        # A number that is none may not be looked up: its length alone could make the request fail for all others.
        if not number.isascii() or not 0 < len(number) <= _MAX_NUMBER:
            return None
        effect, remarks = self._meaning.effect(items)
        try:
            return ReadRow(number, self._entries.read(row, effect), remarks)
        except ValueError:
            return None

    def _items(self, row: Row) -> dict[str, str]:
        return dict(zip(self._names, self._needed(row.values), strict=True))


@dataclass(frozen=True)
class VersionChunk:
    """An `OpenChunk` of rows that are kept as versions, given the heads of all its people."""

    file: FileContext
    reader: RowReader
    read: Mapping[int, ReadRow]
    heads: Mapping[str, Head]
    store: Callable[[FileContext, Mapping[str, Person], Mapping[str, Head]], Applied]

    @cached_property
    def known(self) -> set[int]:
        """Lines of rows that stood stored exactly so before the file.

        What other files stored after this one had begun with a person does not count, as in the counts themselves: the
        rows of a chunk that is tried again are the same ones then.
        """
        stored = {number: self._before_file(head) for number, head in self.heads.items() if head.entries}
        return {line for line, one in self.read.items() if one.entry.identity in stored.get(one.number, ())}

    def apply(self, rows: Sequence[Row]) -> Applied:
        """Store valid rows and return what they changed."""
        people: dict[str, Person] = {}
        for row in rows:
            number, entry, remarks = self.read[row.line]
            person = people.get(number) or people.setdefault(number, Person(number))
            person.rows.append((entry, row))
            person.remarks += [(row.line, remark) for remark in (*self.reader.remarks(row), *remarks)]
        return self.store(self.file, people, self.heads) if people else Applied()

    def _before_file(self, head: Head) -> set[tuple[object, ...]]:
        mine = self.file.receipt_id
        return {entry.identity for entry in takewhile(lambda entry: entry.receipt_id != mine, head.entries)}
