"""What readers are shown of a person: the record, 住民区分 now or at a moment, and the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kyotsu.japanese import dates
from kyotsu.residents import fold
from kyotsu.residents.applier import Head
from kyotsu.residents.versions import Entry

HIDDEN = frozenset({"kojinbango", "juminhyokodo"})
"""個人番号 and 住民票コード: no reader of a record needs them, so none is shown them."""


class ResidentSource(Protocol):
    """Reads the append-only set. Every read sees every earlier write."""

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        ...

    def values(self, number: str, entry: Entry) -> tuple[str, list[str]]:
        """Return the layout (`interface/version`) and the values of a stored version."""
        ...


@dataclass(frozen=True, slots=True)
class CategoryShown:
    """住民区分 of a person; all None where the person has none."""

    addressee_number: str
    known: bool
    category: str | None = None
    since: str | None = None
    receipt_id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ResidentReader:
    """Reads people. `columns` gives a layout's romaji names by `interface/version`."""

    source: ResidentSource
    columns: Callable[[str], Sequence[str]]

    def categories(self, numbers: Sequence[str], at: datetime | None = None) -> Iterator[CategoryShown]:
        """Yield 住民区分 of every number, in order; over the versions with 操作日時 ≤ `at`, if that is given."""
        heads = self.source.heads(numbers)
        for number in numbers:
            yield shown_category(heads[number], dates.compact(at) if at else None)

    def record(self, number: str) -> dict[str, str] | None:
        """Return the current record by romaji name, without empty items and HIDDEN ones; None if there is none."""
        entry = fold.current(self.source.heads([number])[number].entries)
        if entry is None:
            return None
        layout, values = self.source.values(number, entry)
        return {
            name: value
            for name, value in zip(self.columns(layout), values, strict=True)
            if value and name not in HIDDEN
        }

    def history(self, number: str) -> list[Entry]:
        """Return all versions of a person, by key and 操作日時."""
        entries = self.source.heads([number])[number].entries
        return sorted(entries, key=lambda entry: (entry.key, entry.operated_at, entry.digest))


def shown_category(head: Head, at: str | None = None) -> CategoryShown:
    """Return 住民区分 of a head, over the versions with 操作日時 ≤ `at` (YYYYMMDDhhmmss, JST), if that is given."""
    known = bool(head.entries)
    entry = fold.category(head.entries, at)
    if entry is None:
        return CategoryShown(head.addressee_number, known)
    since = dates.iso(entry.operated_at)
    return CategoryShown(head.addressee_number, known, entry.effect, since, entry.receipt_id, entry.line)
