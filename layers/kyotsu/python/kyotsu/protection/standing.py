"""Who is protected, by the versions that stand (docs/decisions/0094). Pure; order never matters, nor does any date.

A person is protected unless everything that is known says otherwise: the end date never releases (a measure is not
lifted by itself; facts-resident-records.md, section 4), and one that begins later protects already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from kyotsu.protection.rows import place_of
from kyotsu.residents.applier import MAX_VERSIONS
from kyotsu.residents.versions import Entry, Key

ENDED = "3"
"""支援措置区分 of a measure that was ended; every other one protects, those nobody knows included."""


def is_protected(entries: Collection[Entry]) -> bool:
    """Tell whether a person is protected: in any 市区町村コード is enough."""
    if len(entries) >= MAX_VERSIONS:
        return True  # further rows were refused: nobody knows what they said
    places = defaultdict[int, list[Entry]](list)
    for entry in entries:
        places[place_of(entry.sub)].append(entry)
    return any(map(_protected_in, places.values()))


def tells_nothing(entries: Iterable[Entry]) -> bool:
    """Tell whether no version stands that is not deleted."""
    return not any(_is_alive(newest) for newest in _newest(entries).values())


def _protected_in(entries: Collection[Entry]) -> bool:
    """Tell whether a person is protected by the versions of one 市区町村コード."""
    newest = {key: found for key, found in _newest(entries).items() if _is_alive(found)}
    if not newest:
        return False  # deleted, later than whatever was registered: it should never have been
    last = newest[max(newest)]
    if not all(_releases(entry) for entry in last):
        return True
    released_at = last[0].operated_at
    return any(_claims(entry) and entry.operated_at >= released_at for entry in entries if entry.key in newest)


def _newest(entries: Iterable[Entry]) -> dict[Key, list[Entry]]:
    """Return per key the versions of its latest 操作日時: all of them, as no one of them may hide another."""
    found: dict[Key, list[Entry]] = {}
    for entry in entries:
        others = found.get(entry.key)
        if others is None or entry.operated_at > others[0].operated_at:
            found[entry.key] = [entry]
        elif entry.operated_at == others[0].operated_at:
            others.append(entry)
    return found


def _is_alive(newest: Iterable[Entry]) -> bool:
    return not all(entry.deleted for entry in newest)


def _releases(entry: Entry) -> bool:
    return entry.effect == ENDED and entry.latest and not entry.deleted


def _claims(entry: Entry) -> bool:
    """A row of 最新フラグ 0 is history and claims nothing; what made it so may carry the release's own 操作日時."""
    return entry.effect != ENDED and entry.latest and not entry.deleted
