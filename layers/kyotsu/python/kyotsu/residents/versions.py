"""Immutable versions of 住基 rows: what a row is, and the compact entry by which it is remembered."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kyotsu.contracts.rows import FileContext, Mode, Row
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese.dates import operated_at

Origin = Literal["D", "F"]


@dataclass(frozen=True, slots=True)
class KeyItems:
    """Which items of a layout are the key of an entry."""

    history: str
    sub: tuple[str, ...]
    sub_of: Callable[..., int]
    """Makes one number of the values of `sub`; raises ValueError where they are none."""

    @property
    def all(self) -> frozenset[str]:
        """All items that an entry can't be made without."""
        return frozenset({self.history, *self.sub, *_OF_EVERY_ENTRY})


_OF_EVERY_ENTRY = ("sosanengappi", "sosajikoku", "saishinfuragu", "sakujofuragu")
RESIDENT_KEY = KeyItems("kojinrirekibango", ("kojinrirekibango_edabango",), int)
Key = tuple[int, int]
"""(個人履歴番号, 個人履歴番号_枝番号): which entry of a person's history a row speaks of."""


class Entry(NamedTuple):
    """What the fold needs to know of one stored version.

    Two rows are the same version if all fields but `receipt_id` and `line` are equal.
    """

    history: int
    sub: int
    operated_at: str
    """YYYYMMDDhhmmss, JST."""
    effect: str | None
    """The 住民区分 this row brings, if any."""
    origin: Origin
    latest: bool
    deleted: bool
    digest: str
    """Keyed fingerprint of the row's other items, 16 characters: no number in it can be found by trying."""
    receipt_id: str
    line: int

    @property
    def key(self) -> Key:
        """Which entry of the person's history this version speaks of."""
        return (self.history, self.sub)

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it this version and no other; where it came from does not count."""
        return self[:8]

    @property
    def content(self) -> tuple[object, ...]:
        """Key, time and content: what a reader of the record sees of it."""
        return (self.history, self.sub, self.operated_at, self.digest)


class Retraction(NamedTuple):
    """That a file was taken back for one person: none of its versions counts, whenever it comes.

    What it came to is kept with it, so that an undo that is tried again counts the same.
    """

    receipt_id: str
    chunk: int
    """The chunk of the file in which the person was met first; the person is counted there alone."""
    versions: int
    """Versions that stood until then."""
    record_changed: bool
    category_changed: bool


class EntryReader:
    """Reads the entries of one file's rows."""

    def __init__(self, file: FileContext, fingerprints: Fingerprints, key: KeyItems = RESIDENT_KEY) -> None:
        self._fingerprints = fingerprints
        positions = {name: position for position, name in enumerate(file.columns)}
        self._file = file
        self._history, self._sub_of = positions[key.history], key.sub_of
        self._sub = tuple(positions[name] for name in key.sub)
        self._date, self._time, self._latest, self._deleted = (positions[name] for name in _OF_EVERY_ENTRY)
        own = {self._history, *self._sub, self._date, self._time}
        content = sorted((name, place) for name, place in positions.items() if place not in own)
        self._content = [(f"{name}=", place) for name, place in content]

    def read(self, row: Row, effect: str | None) -> Entry:
        """Return the entry of a validated row."""
        values = row.values
        history, sub = int(values[self._history]), self._sub_of(*[values[place] for place in self._sub])
        moment = operated_at(values[self._date], values[self._time])
        return Entry(
            history=history,
            sub=sub,
            operated_at=moment,
            effect=effect,
            origin="F" if self._file.mode is Mode.FULL else "D",
            latest=values[self._latest] == "1",
            deleted=values[self._deleted] == "1",
            digest=self._digest(values),
            receipt_id=self._file.receipt_id,
            line=row.line,
        )

    def _digest(self, values: Sequence[str]) -> str:
        """Return the fingerprint of what the entry itself does not say.

        Empty items do not count, so that a later layout's new column does not make old rows new.
        """
        text = "\x1f".join([name + values[place] for name, place in self._content if values[place]])
        return urlsafe_b64encode(self._fingerprints.of("row", text)[:12]).decode()
