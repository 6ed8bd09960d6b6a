"""One person's record as the town's 住民記録 system keeps it: a full row per change, and what it sends of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kyotsu_cli.town.columns import EMPTY, Row
from kyotsu_cli.town.moments import CUT_OFF

Key = tuple[int, int]
"""(個人履歴番号, 枝番号 of the history)."""
FULL, DIFFERENCE = "F", "D"
FULL_BRANCH, AMENDMENT_BRANCH = "00", "11"


@dataclass(frozen=True, slots=True)
class Sent:
    """A row as it stands in a file of this mode and branch."""

    mode: str
    branch: str
    row: Row

    @property
    def key(self) -> Key:
        """The key of the history this row is a version of."""
        return int(self.row["kojinrirekibango"]), int(self.row["kojinrirekibango_edabango"])

    @property
    def operated_at(self) -> str:
        """操作日時 as ISO 8601 in JST; such texts sort as the moments do."""
        return f"{self.row['sosanengappi']}T{self.row['sosajikoku']}+09:00"


class Register:
    """Rows by key. Whatever is written after the cut-off is also sent as a difference of its branch.

    `resends`: whether the system sends the key before again when it loses its 最新フラグ. Real ones differ.
    """

    def __init__(self, base: Mapping[str, str], *, resends: bool) -> None:
        self._base = {**EMPTY, **base}
        self._resends = resends
        self._rows: dict[Key, Row] = {}
        self._at_cut_off: dict[Key, Row] | None = None
        self._differences: list[Sent] = []

    @property
    def latest(self) -> Row:
        """The row with 最新フラグ 1; before any, the unchanging items of the person."""
        key = self._latest_key()
        return self._rows[key] if key else self._base

    def prepare(self, changes: Mapping[str, str]) -> None:
        """Change who the person is before anything is recorded."""
        if self._rows:
            raise RuntimeError("a story renames somebody who is recorded already")
        self._base.update(changes)

    def add(self, at: datetime, branch: str, changes: Mapping[str, str], *, sub: bool = False) -> None:
        """Append a key with these changes; `sub` counts the 枝番号 up instead of the 個人履歴番号."""
        before = self._latest_key()
        number, sub_number = max(self._rows, default=(0, 0))
        key = (number, sub_number + 1) if sub else (number + 1, 0)
        identity = {"kojinrirekibango": str(key[0]), "kojinrirekibango_edabango": str(key[1])}
        row = {**self.latest, **changes, **identity, "saishinfuragu": "1", "sakujofuragu": "0"}
        if before:
            self._write(at, branch, before, {"saishinfuragu": "0"}, send=self._resends)
        self._write(at, branch, key, row)

    def correct(self, at: datetime, branch: str, changes: Mapping[str, str]) -> None:
        """Override the latest key: the same key again with a later 操作日時."""
        self._write(at, branch, self._known_latest(), changes)

    def retract(self, at: datetime, branch: str, *, latest_flag: str) -> None:
        """Set the delete flag on the latest key, in its own branch; the key before is the latest again.

        The key before is sent in the amendment branch, because it is no event of `branch`.
        """
        key = self._known_latest()
        self._write(at, branch, key, {"saishinfuragu": latest_flag, "sakujofuragu": "1"})
        before = max((k for k, row in self._rows.items() if k < key and row["sakujofuragu"] == "0"), default=None)
        if before:
            self._write(at, AMENDMENT_BRANCH, before, {"saishinfuragu": "1"})

    def restore(self, at: datetime, branch: str) -> None:
        """Send the greatest key, deleted before, without its delete flag: it is the latest again."""
        before = self._latest_key()
        if before:
            self._write(at, AMENDMENT_BRANCH, before, {"saishinfuragu": "0"})
        self._write(at, branch, max(self._rows), {"saishinfuragu": "1", "sakujofuragu": "0"})

    def full(self) -> list[Sent]:
        """Return the rows of the full file: every key as it stood at the cut-off, ascending."""
        rows = self._rows if self._at_cut_off is None else self._at_cut_off
        return [Sent(FULL, FULL_BRANCH, rows[key]) for key in sorted(rows)]

    def differences(self) -> list[Sent]:
        """Return the rows of the difference files in the order in which they were written."""
        return self._differences

    def _latest_key(self) -> Key | None:
        live = (k for k, row in self._rows.items() if row["saishinfuragu"] == "1" and row["sakujofuragu"] == "0")
        return max(live, default=None)

    def _known_latest(self) -> Key:
        key = self._latest_key()
        if key is None:
            raise RuntimeError("a story changes somebody who is not recorded")
        return key

    def _write(self, at: datetime, branch: str, key: Key, changes: Mapping[str, str], *, send: bool = True) -> None:
        operated = {"sosanengappi": at.strftime("%Y-%m-%d"), "sosajikoku": at.strftime("%H:%M:%S")}
        if at >= CUT_OFF and self._at_cut_off is None:
            self._at_cut_off = dict(self._rows)
        row = {**self._rows.get(key, {}), **changes, **operated}
        self._rows[key] = row
        if at >= CUT_OFF and send:
            self._send(Sent(DIFFERENCE, branch, row))

    def _send(self, sent: Sent) -> None:
        # One operation that touches a key twice sends it once, in its final state: no two contents at one moment.
        earlier = (s for s in self._differences if (s.key, s.operated_at) != (sent.key, sent.operated_at))
        self._differences = [*earlier, sent]
