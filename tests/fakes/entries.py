"""Versions of residents, built in one line."""

from __future__ import annotations

from typing import Any

from kyotsu.residents.versions import Entry

DAY = "20260401"


def entry(key: int | tuple[int, int] = 1, time: int = 9, **changes: Any) -> Entry:
    """Return a version: latest, not deleted, without effect, of another content than any other key or time.

    `key` without a sub-number is that of sub-number 0; `time` is the hour of 操作日時.
    """
    history, sub = key if isinstance(key, tuple) else (key, 0)
    built = Entry(
        history=history,
        sub=sub,
        operated_at=f"{DAY}{time:02d}0000",
        effect=None,
        origin="D",
        latest=True,
        deleted=False,
        digest=f"digest-{history}-{sub}-{time}",
        receipt_id="file",
        line=2,
    )
    return built._replace(**changes)
