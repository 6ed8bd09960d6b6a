"""The fold: from the set of a person's versions to the current record and 住民区分. Pure; order never matters."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kyotsu.residents.versions import Entry, Key


def winners(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """Return per key the version that counts: the latest 操作日時.

    Of two contents at one 操作日時 a deletion wins, then the greater hash: arbitrary, but the same everywhere.
    """
    found: dict[Key, Entry] = {}
    for entry in entries:
        other = found.get(entry.key)
        if other is None or _rank(entry) > _rank(other):
            found[entry.key] = entry
    return found


def current(entries: Iterable[Entry]) -> Entry | None:
    """Return the version that is the current record: the greatest key not deleted whose 最新フラグ is 1; if there is
    none, the greatest key not deleted; None if everything is deleted."""
    alive = [entry for entry in winners(entries).values() if not entry.deleted]
    flagged = [entry for entry in alive if entry.latest]
    return max(flagged or alive, key=lambda entry: entry.key, default=None)


def lacks_latest(entries: Iterable[Entry]) -> bool:
    """Tell whether there is a current record although no version claims to be the latest."""
    found = current(entries)
    return found is not None and not found.latest


def category(entries: Collection[Entry], at: str | None = None) -> Entry | None:
    """Return the version that gives 住民区分 (in `effect`) and its date (`operated_at`), or None if nothing does.

    `at` (YYYYMMDDhhmmss, JST) leaves out versions with a later 操作日時.
    """
    known = [entry for entry in entries if at is None or entry.operated_at <= at]
    alive = {key for key, entry in winners(known).items() if not entry.deleted}
    bringing = [entry for entry in known if entry.effect is not None and entry.key in alive]
    if not bringing:
        return None
    greatest = max(entry.key for entry in bringing)
    # A difference file tells of an event; a full file only of the state it led to.
    return max((entry for entry in bringing if entry.key == greatest), key=_effect_rank)


def _rank(entry: Entry) -> tuple[str, bool, str, str, str]:
    return (entry.operated_at, entry.deleted, entry.digest, entry.origin, entry.effect or "")


def _effect_rank(entry: Entry) -> tuple[bool, str, str, str]:
    return (entry.origin == "D", entry.operated_at, entry.digest, entry.effect or "")
