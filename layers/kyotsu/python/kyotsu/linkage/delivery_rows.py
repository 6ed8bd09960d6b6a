"""From accepted rows of a file to what one recipient may have of them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kyotsu.catalogue.layouts import Layout
from kyotsu.catalogue.model import Interface, Recipient
from kyotsu.contracts.outcomes import Level, by_code
from kyotsu.contracts.protection import Verdict
from kyotsu.contracts.rows import Row
from kyotsu.linkage.grouping import PERSON

LONGEST_KEY = 32
MOST_HELD = 5_000
"""Rows that one stretch may keep back: their lines stand in one item of a table."""


class Shape:
    """The items that a recipient may have of an interface's layout, in its order."""

    def __init__(self, interface: Interface, recipient: Recipient, layout: Layout) -> None:
        granted = interface.items_for(recipient)
        places = [place for place, name in enumerate(layout.columns) if name in granted]
        self.columns = tuple(layout.columns[place] for place in places)
        self._open = places
        self._withheld = [None if layout.columns[place] in interface.withheld else place for place in places]
        self.asks = None in self._withheld
        """Whether it has items that a protected person's rows come without; otherwise nobody has to be asked."""
        self._person = layout.columns.index(PERSON) if PERSON in layout.columns else None
        self._keys = [place for place, item in enumerate(layout.items) if item.key]

    def person(self, row: Row) -> str:
        """Return whose row it is: the addressee number; of somebody who has none, what tells the row from others."""
        number = row.values[self._person] if self._person is not None else ""
        return number or _short("-".join(row.values[place] for place in self._keys))

    def values(self, row: Row, verdict: Verdict) -> list[str]:
        """Return what the recipient may see of a row."""
        if verdict is Verdict.OPEN:
            return [row.values[place] for place in self._open]
        return ["" if place is None else row.values[place] for place in self._withheld]

    def line(self, row: Row, verdict: Verdict) -> bytes:
        """Return a row as it stands in the recipient's file."""
        return _line(self.values(row, verdict))

    def header(self) -> bytes:
        """Return the first line of the recipient's file."""
        return _line(self.columns)


def _short(key: str) -> str:
    """Return a key, or what stands for it where it is longer than an audit trail's numbers are."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()[:LONGEST_KEY]


@dataclass(slots=True)
class Sheet:
    """The content of one part: its bytes, whose rows are in it, and which rows must wait."""

    body: bytes = b""
    rows: int = 0
    open: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    withheld_rows: int = 0
    held: dict[str, list[int]] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The digest that manifests and acknowledgements name."""
        return hashlib.sha256(self.body).hexdigest()


def accepted(rows: Iterable[Row], refused: Collection[int]) -> list[Row]:
    """Return the rows that came in."""
    return [row for row in rows if row.line not in refused]


def refused_lines(fragment: bytes) -> set[int]:
    """Return the lines that a fragment of an errors file refuses; remarks refuse nothing."""
    told = csv.reader(io.StringIO(fragment.decode(), newline=""))
    return {int(line) for line, _item, code, *_ in told if by_code(code).level is Level.ERROR}


def stretch(rows: Sequence[Row], shape: Shape, recipient: Recipient) -> list[Row]:
    """Return the first rows that fit into one file of the recipient, one at least; nothing depends on decisions."""
    most, room = recipient.max_rows or len(rows), recipient.max_bytes
    if room is None:
        return list(rows[:most])
    room -= len(shape.header())
    fitting = list[Row]()
    for row in rows[:most]:
        room -= len(shape.line(row, Verdict.OPEN))
        if room < 0 and fitting:
            break
        fitting.append(row)
    return fitting


def sheet(rows: Iterable[Row], shape: Shape, verdicts: Mapping[str, Verdict] | None, blocked: Collection[str]) -> Sheet:
    """Return a part made of rows. Who is `blocked` or without verdict waits; `verdicts` is None where nobody asks."""
    made, body = Sheet(), [shape.header()]
    for row in rows:
        person = shape.person(row)
        verdict = Verdict.OPEN if verdicts is None else verdicts.get(person)
        if verdict is None or person in blocked:
            made.held.setdefault(person, []).append(row.line)
            continue
        body.append(shape.line(row, verdict))
        made.rows += 1
        made.withheld_rows += verdict is Verdict.WITHHELD
        (made.withheld if verdict is Verdict.WITHHELD else made.open).add(person)
    made.body = b"".join(body)
    return made


def halved(rows: list[Row], made: Sheet) -> list[Row]:
    """Return fewer rows if too many of them wait, so that what waits fits into its item."""
    return rows[: len(rows) // 2] if sum(map(len, made.held.values())) > MOST_HELD and len(rows) > 1 else rows


def lines_of(held: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Yield the lines that wait."""
    for lines in held.values():
        yield from lines


def _line(values: Sequence[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow(values)
    return stream.getvalue().encode()
