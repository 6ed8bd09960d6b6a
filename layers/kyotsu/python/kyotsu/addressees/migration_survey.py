"""What is known of the rows of a migration while they are held against each other: on disk, not in memory.

The database is private to this process and goes with it. It holds numbers, systems and keyed digests, no personal data.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from kyotsu.addressees.migrating import DISCLOSING, Decided, Fate, Finding, MigratingRow, Place
from kyotsu.addressees.migration_people import value_of
from kyotsu.addressees.records import Use
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import all_outcomes

_TABLES = """
CREATE TABLE row (
    file INT, line INT, number TEXT, value TEXT, business TEXT, local TEXT, person BLOB, content BLOB, operated TEXT,
    deleted INT, closed INT, principal TEXT, fate TEXT, PRIMARY KEY (file, line)
) WITHOUT ROWID;
CREATE INDEX of_value ON row (value);
CREATE TABLE finding (value TEXT, file INT, line INT, code TEXT, item TEXT, message TEXT);
CREATE TABLE reserved (number TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE link (number TEXT PRIMARY KEY, principal TEXT, file INT, line INT) WITHOUT ROWID;
CREATE INDEX of_principal ON link (principal);
CREATE TABLE invalid (file INT, line INT, PRIMARY KEY (file, line)) WITHOUT ROWID;
"""
_ROW = "number, business, local, person, content, operated, deleted, closed, principal, file, line"
_CHAINED = """
SELECT file, line, number FROM link
WHERE principal IN (SELECT number FROM link) OR number IN (SELECT principal FROM link)
"""
_TOLD = "FROM finding f LEFT JOIN row r ON r.file = f.file AND r.line = f.line"
_PAGE = 1_000


class Told(NamedTuple):
    """One line of a migration's report. `fate` is None for a row that breaks rules of its own."""

    number: str
    place: Place
    use: Use | None
    fate: Fate | None
    code: str
    item: str
    message: str


class Linking(NamedTuple):
    """A link that a row brings."""

    number: str
    principal: str


def _database() -> sqlite3.Connection:
    # The empty name is a file that SQLite makes for this connection alone and removes with it.
    database = sqlite3.connect("")
    # Nothing of it is kept: no journal, which SQLite would hold in memory.
    database.execute("PRAGMA journal_mode = OFF")
    database.executescript(_TABLES)
    return database


@dataclass(slots=True)
class Survey:
    """Rows of all files of one migration. For one user; `close` it at the end."""

    _database: sqlite3.Connection = field(default_factory=_database)

    def add(self, rows: Iterable[MigratingRow]) -> None:
        """Keep rows that break no rule of their own."""
        values = (_stored(row) for row in rows)
        self._database.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def refuse(self, place: Place, number: str) -> None:
        """Keep that a row breaks a rule of its own; `number`: what stands there for one, to be reserved, or ""."""
        self._database.execute("INSERT OR IGNORE INTO invalid VALUES (?, ?)", place)
        if number:
            self._database.execute("INSERT OR IGNORE INTO reserved VALUES (?)", (number,))

    def tell(self, number: str, findings: Iterable[Finding]) -> None:
        """Keep what is told of rows."""
        told = (
            (
                value_of(number),
                *one.place,
                one.outcome.code,
                one.item,
                one.outcome.sentence(item=one.item, **one.fields),
            )
            for one in findings
        )
        self._database.executemany("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?)", told)

    def tell_plainly(self, number: str, place: Place, code: str, item: str, message: str) -> None:
        """Keep an error or a remark about a row that has its sentence already."""
        told = (value_of(number), *place, code, item, message)
        self._database.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?)", told)

    def groups(self, size: int = _PAGE) -> Iterator[list[list[MigratingRow]]]:
        """Yield pages of about `size` numbers: of each all its rows, in whatever spelling of leading zeros."""
        after = ""
        while True:
            page = self._database.execute(
                "SELECT DISTINCT value FROM row WHERE value > ? ORDER BY value LIMIT ?", (after, size)
            ).fetchall()
            if not page:
                return
            first, after = page[0][0], page[-1][0]
            found = self._database.execute(
                f"SELECT {_ROW} FROM row WHERE value BETWEEN ? AND ? ORDER BY value, file, line",  # noqa: S608
                (first, after),
            )
            yield [list(rows) for _, rows in groupby(map(_row, found), lambda row: value_of(row.number))]

    def decide(self, number: str, decided: Decided) -> None:
        """Keep what was decided of a number's rows."""
        fates = [(fate.value, *place) for place, fate in decided.fates.items()]
        self._database.executemany("UPDATE row SET fate = ? WHERE file = ? AND line = ?", fates)
        self.tell(number, decided.findings)
        if decided.link is not None:
            place, principal = decided.link
            self._database.execute("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?)", (number, principal, *place))

    def take_out_chains(self) -> list[tuple[Place, str]]:
        """Remove all links that are a part of a chain; return their rows with the numbers: none of them is made."""
        chained = [(Place(file, line), number) for file, line, number in self._database.execute(_CHAINED)]
        self._database.executemany("DELETE FROM link WHERE number = ?", [(number,) for _, number in chained])
        return chained

    def fates(self, file: int, first: int, last: int) -> dict[int, Fate]:
        """Return what becomes of the rows on these lines of a file (both included), by line."""
        found = self._database.execute(
            "SELECT line, fate FROM row WHERE file = ? AND line BETWEEN ? AND ?", (file, first, last)
        )
        return {line: Fate(fate) for line, fate in found}

    def links(self, file: int, first: int, last: int) -> dict[int, Linking]:
        """Return the links that rows on these lines of a file bring, by line."""
        found = self._database.execute(
            "SELECT line, number, principal FROM link WHERE file = ? AND line BETWEEN ? AND ?", (file, first, last)
        )
        return {line: Linking(number, principal) for line, number, principal in found}

    def numbers(self) -> Iterator[list[str]]:
        """Yield pages of all numbers to reserve: also those of rows that are not taken over."""
        return self._pages("SELECT number FROM row UNION SELECT number FROM reserved")

    def disclosed(self) -> Iterator[list[str]]:
        """Yield pages of the numbers of which something is told that is stored here (`DISCLOSING`)."""
        codes = ", ".join(f"'{outcome.code}'" for outcome in DISCLOSING)
        return self._pages(f"SELECT DISTINCT r.number {_TOLD} WHERE f.code IN ({codes})")

    def _pages(self, numbers: str) -> Iterator[list[str]]:
        found = self._database.execute(f"{numbers} ORDER BY 1")
        while page := found.fetchmany(_PAGE):
            yield [number for (number,) in page]

    def counts(self) -> dict[str, int]:
        """Return rows by fate (None became `undecided`), and `invalid` ones."""
        found = self._database.execute("SELECT COALESCE(fate, 'undecided'), COUNT(*) FROM row GROUP BY fate")
        (invalid,) = self._database.execute("SELECT COUNT(*) FROM invalid").fetchone()
        return {**dict.fromkeys((*map(str, Fate), "undecided"), 0), **dict(found.fetchall()), "invalid": invalid}

    def codes(self) -> dict[str, int]:
        """Return of each code how many rows it is told of."""
        distinct = "SELECT DISTINCT code, file, line FROM finding"
        found = self._database.execute(f"SELECT code, COUNT(*) FROM ({distinct}) GROUP BY code ORDER BY code")  # noqa: S608
        return dict(found.fetchall())

    def links_to_make(self) -> int:
        """Return how many links rows bring."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM link").fetchone()
        return int(count)

    def told(self) -> Iterator[Told]:
        """Yield everything that is told, by number, then file and line."""
        found = self._database.execute(
            "SELECT f.value, f.file, f.line, r.number, r.business, r.local, r.fate, f.code, f.item, f.message "
            f"{_TOLD} "
            "ORDER BY f.value, f.file, f.line, f.code, f.item"
        )
        for value, file, line, number, business, local, fate, *message in found:
            use = None if business is None else Use(business, local)
            shown = Fate(fate) if fate else None
            yield Told(value if number is None else number, Place(file, line), use, shown, *message)

    def close(self) -> None:
        """Remove everything."""
        self._database.close()


def _stored(row: MigratingRow) -> tuple[object, ...]:
    about = (row.number, value_of(row.number), *row.use, row.person, row.content, row.operated)
    return (*row.place, *about, row.deleted, row.closed, row.principal, None)


def _row(found: Sequence[object]) -> MigratingRow:
    number, business, local, person, content, operated, deleted, closed, principal, file, line = found
    return MigratingRow(
        place=Place(int(str(file)), int(str(line))),
        number=str(number),
        use=Use(str(business), str(local)),
        person=bytes(person) if isinstance(person, bytes) else b"",
        content=bytes(content) if isinstance(content, bytes) else b"",
        operated=str(operated),
        deleted=bool(deleted),
        closed=bool(closed),
        principal=None if principal is None else str(principal),
    )


LEVELS: Mapping[str, str] = {outcome.code: str(outcome.level) for outcome in all_outcomes()}
"""How bad each code is."""
CHAIN = outcomes.LINK_CHAIN
