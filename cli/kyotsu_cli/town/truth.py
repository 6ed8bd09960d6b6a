"""The 住民区分 of one person, straight from the rule text of design.md: plain, slow, and nobody else's code.

It is the yardstick for `kyotsu.residents`, so it must never import it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kyotsu_cli.town.register import FULL, Key, Sent

REGISTERED, MOVED_OUT, DEAD, OTHERWISE_REMOVED = "1", "2", "3", "9"

_BRANCH_EFFECTS = {
    "01": REGISTERED,
    "03": MOVED_OUT,
    "05": REGISTERED,
    "06": DEAD,
    "09": REGISTERED,
    "10": OTHERWISE_REMOVED,
}
_REPLACEMENT_BRANCH = "07"
_REMOVALS = {str(reason) for reason in range(21, 29)}
_ENTRIES = {f"{reason:02d}" for reason in range(1, 10)}


@dataclass(frozen=True, slots=True)
class Standing:
    """A 住民区分 (None: unknown) and the 操作日時 of the row it comes from."""

    category: str | None
    since: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """From this moment (ISO 8601, JST) on the as-of 住民区分 is this one."""

    at: str
    category: str | None


def effect_of(sent: Sent) -> str | None:
    """Return the 住民区分 that a row brings, or None."""
    latest = sent.row["saishinfuragu"] == "1"
    if sent.mode == FULL:
        return sent.row["juminjotai"] if latest else None
    if sent.branch == _REPLACEMENT_BRANCH:
        if sent.row["idojiyu"] in _REMOVALS:
            return OTHERWISE_REMOVED
        return REGISTERED if latest and sent.row["idojiyu"] in _ENTRIES else None
    return _BRANCH_EFFECTS.get(sent.branch) if latest else None


def standing(rows: Iterable[Sent], until: str | None = None) -> Standing:
    """Return the 住民区分 over the rows with 操作日時 <= `until` (None: all of them), whatever their order."""
    by_key: dict[Key, list[Sent]] = {}
    for sent in rows:
        if until is None or sent.operated_at <= until:
            by_key.setdefault(sent.key, []).append(sent)
    for key in sorted(by_key, reverse=True):
        bearer = _bearer(by_key[key])
        if bearer and not _is_deleted(by_key[key]):
            return Standing(effect_of(bearer), bearer.operated_at)
    return Standing(None, None)


def history(rows: Iterable[Sent]) -> list[Change]:
    """Return every moment at which the as-of 住民区分 becomes another one, oldest first."""
    sent = list(rows)
    changes: list[Change] = []
    for moment in sorted({row.operated_at for row in sent}):
        category = standing(sent, moment).category
        if category != (changes[-1].category if changes else None):
            changes.append(Change(moment, category))
    return changes


def _bearer(versions: list[Sent]) -> Sent | None:
    """Return the version whose effect the key has: the latest one of a difference, else of a full file."""
    bearers = [sent for sent in versions if effect_of(sent)]
    differences = [sent for sent in bearers if sent.mode != FULL]
    return max(differences or bearers, key=_recency, default=None)


def _is_deleted(versions: list[Sent]) -> bool:
    """Tell whether the version with the latest 操作日時 carries the delete flag; at the same moment a delete wins."""
    decisive = max(versions, key=lambda sent: (sent.operated_at, sent.row["sakujofuragu"], _recency(sent)))
    return decisive.row["sakujofuragu"] == "1"


def _recency(sent: Sent) -> tuple[str, str, str]:
    """Order the versions of a key. The text breaks ties by a hash of the content; the content itself will do here.

    The town writes no two contents of a key at one moment, so any order that doesn't depend on arrival serves.
    """
    return sent.operated_at, "\x1f".join(sent.row.values()), sent.branch
