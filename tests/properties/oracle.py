"""住民区分 once more, written from the sentences of design.md and slow on purpose; the product must agree with it."""

from __future__ import annotations

from collections.abc import Iterable

from kyotsu.residents.versions import Entry


def category(versions: Iterable[Entry], at: str | None = None) -> str | None:
    """「住民区分 is the effect of the greatest key that has one and is not deleted; at time T the same over versions
    with 操作日時 ≤ T.」"""
    known = [version for version in versions if at is None or not version.operated_at > at]
    keys = sorted({(version.history, version.sub) for version in known}, reverse=True)
    for key in keys:
        of_key = [version for version in known if (version.history, version.sub) == key]
        effect = _effect_of_key(of_key)
        if effect is not None and not _is_deleted(of_key):
            return effect
    return None


def _effect_of_key(of_key: list[Entry]) -> str | None:
    """「A key's effect is that of its latest version that brought one from a difference, else from a full file; rows
    without effect never clear it.」 Equal times are resolved the same way everywhere: the greatest content."""
    for origin in ("D", "F"):
        brought = [version for version in of_key if version.origin == origin and version.effect is not None]
        if brought:
            latest = max(version.operated_at for version in brought)
            tied = [version for version in brought if version.operated_at == latest]
            return sorted(tied, key=lambda version: (version.digest, str(version.effect)))[-1].effect
    return None


def _is_deleted(of_key: list[Entry]) -> bool:
    """「Per key the version with the latest 操作日時 counts, its delete flag included.」 At equal times a
    deletion wins."""
    latest = max(version.operated_at for version in of_key)
    return any(version.deleted for version in of_key if version.operated_at == latest)


def current_key(versions: list[Entry]) -> tuple[int, int] | None:
    """「The current record is the greatest key that is not deleted and has 最新フラグ 1 (none: the greatest not
    deleted).」"""
    keys = {(version.history, version.sub) for version in versions}
    alive = [key for key in keys if not _is_deleted([v for v in versions if (v.history, v.sub) == key])]
    flagged = [key for key in alive if _has_flag([v for v in versions if (v.history, v.sub) == key])]
    return max(flagged or alive, default=None)


def _has_flag(of_key: list[Entry]) -> bool:
    latest = max(version.operated_at for version in of_key)
    tied = [version for version in of_key if version.operated_at == latest]
    return max(tied, key=lambda version: (version.digest, version.origin, version.effect or "")).latest
