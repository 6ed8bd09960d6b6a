"""The folder a provider's bucket would hold: one full file, and one difference file per branch and period."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from kyotsu_cli.town.columns import COLUMNS, INTERFACE, VERSION
from kyotsu_cli.town.moments import file_stamp, period_of
from kyotsu_cli.town.register import FULL, FULL_BRANCH, Sent

_Slot = tuple[str, int | None]
"""A branch and a period; None is the full file."""


@dataclass(frozen=True, slots=True)
class File:
    """A finished file: its path under the output folder is its object key."""

    key: str
    interface: str
    branch: str
    mode: str
    version: str
    rows: int
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, str | int]:
        """Return the file as an entry of the manifest."""
        return asdict(self)


class _Draft:
    """A file that is being written; its 連番 is known only when all files are."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path, self.rows = path, 0
        self._stream: TextIO = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._csv = csv.DictWriter(self._stream, COLUMNS, lineterminator="\r\n")
        self._csv.writeheader()

    def write(self, sent: Sent) -> None:
        self._csv.writerow(sent.row)
        self.rows += 1


class Outbox:
    """Writes rows into the files they belong to, at most one open file per branch and period. A context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stack = ExitStack()
        self._drafts: dict[_Slot, _Draft] = {}
        self.rows = 0

    def __enter__(self) -> Outbox:
        self._draft((FULL_BRANCH, None))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, rows: Iterable[Sent]) -> None:
        """Append rows to their files, in the order given."""
        for sent in rows:
            period = None if sent.mode == FULL else period_of(datetime.fromisoformat(sent.operated_at))
            self._draft((sent.branch, period)).write(sent)
            self.rows += 1

    def finish(self) -> list[File]:
        """Close the files and give them their names; 連番 counts up per branch in the order of time."""
        self._stack.close()
        numbers: Counter[str] = Counter()
        files = []
        for slot in sorted(self._drafts, key=lambda slot: (slot[0], slot[1] or 0)):
            numbers[slot[0]] += 1
            files.append(self._name(slot, numbers[slot[0]]))
        return files

    def _draft(self, slot: _Slot) -> _Draft:
        if slot not in self._drafts:
            folder = self._root / "outbox" / f"{INTERFACE}-{slot[0]}"
            folder.mkdir(parents=True, exist_ok=True)
            self._drafts[slot] = _Draft(folder / f"period-{slot[1]}.part", self._stack)
        return self._drafts[slot]

    def _name(self, slot: _Slot, number: int) -> File:
        branch, period = slot
        mode = "F" if period is None else "D"
        draft = self._drafts[slot]
        stem = f"{INTERFACE}_{branch}_{mode}_{VERSION}_{file_stamp(branch, period)}_{number:06d}"
        path = draft.path.rename(draft.path.with_name(f"{stem}.csv"))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        key = path.relative_to(self._root).as_posix()
        return File(key, INTERFACE, branch, mode, VERSION, draft.rows, path.stat().st_size, digest)
