"""A store that takes everything and changes nothing: what would happen, told by the very code that makes it happen.

Reads go to the real set, beneath the heads that were replaced here. Those are kept in a private temporary database on
disk, so that memory does not grow with the number of people. Nothing of a row is kept but its entry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.reading import CategoryShown, shown_category

_TABLE = "CREATE TABLE head (number TEXT PRIMARY KEY, before BLOB NOT NULL, after BLOB NOT NULL)"
_REPLACE = """
INSERT INTO head VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET after = excluded.after
"""


class HeadSource(Protocol):
    """Reads the real set."""

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        ...


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A person whose 住民区分 would become another one."""

    before: CategoryShown
    after: CategoryShown


def _database() -> sqlite3.Connection:
    # The empty name is a file that SQLite makes for this connection alone and removes with it.
    database = sqlite3.connect("")
    database.execute(_TABLE)
    return database


@dataclass(slots=True)
class TrialStore:
    """A `ResidentStore` whose writes stay here. For one user; `close` it at the end."""

    real: HeadSource
    _database: sqlite3.Connection = field(default_factory=_database)

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads as they would be by now."""
        wanted = list(numbers)
        found = {number: pair[1] for number, pair in self._replaced(wanted).items()}
        return {**self.real.heads([number for number in wanted if number not in found]), **found}

    def put_versions(self, versions: Sequence[StoredVersion]) -> None:
        """Store nothing: heads remember all that is needed."""

    def put_retractions(self, numbers: Sequence[str], receipt_id: str) -> None:
        """Store nothing: heads remember all that is needed."""

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        """Keep heads here; nobody else writes, so none is lost."""
        known = self._replaced([head.addressee_number for head in heads])
        new = [head.addressee_number for head in heads if head.addressee_number not in known]
        originals = {**self.real.heads(new), **{number: pair[0] for number, pair in known.items()}}
        rows = [(head.addressee_number, _packed(originals[head.addressee_number]), _packed(head)) for head in heads]
        self._database.executemany(_REPLACE, rows)
        return set()

    def changed(self) -> Iterator[tuple[Head, Head]]:
        """Yield every replaced head, before and after, by addressee number."""
        for before, after in self._database.execute("SELECT before, after FROM head ORDER BY number"):
            yield _unpacked(before), _unpacked(after)

    def category_changes(self) -> Iterator[CategoryChange]:
        """Yield the people whose 住民区分 would become another one, by addressee number."""
        for before, after in self.changed():
            change = CategoryChange(shown_category(before), shown_category(after))
            if change.before.category != change.after.category:
                yield change

    def close(self) -> None:
        """Remove what was kept."""
        self._database.close()

    def _replaced(self, numbers: Sequence[str]) -> dict[str, tuple[Head, Head]]:
        found = dict[str, tuple[Head, Head]]()
        for number in numbers:
            row = self._database.execute("SELECT before, after FROM head WHERE number = ?", (number,)).fetchone()
            if row:
                found[number] = (_unpacked(row[0]), _unpacked(row[1]))
        return found


def _packed(head: Head) -> bytes:
    return msgspec.msgpack.encode(head)


def _unpacked(packed: Any) -> Head:
    return msgspec.msgpack.decode(packed, type=Head)
