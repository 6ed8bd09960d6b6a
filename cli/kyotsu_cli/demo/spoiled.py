"""Files as they should not be, each made from a lawful one, with the outcome its sender must read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kyotsu_cli.sending import completeness


@dataclass(frozen=True)
class Case:
    """A file to send, its metadata, and what must be answered."""

    title: str
    path: Path
    metadata: dict[str, str]
    status: str
    code: str | None = None


def lawful(path: Path) -> Case:
    """Return a file as its sender meant it."""
    return Case("差分", path, completeness(path), "ACCEPTED")


def repeated(path: Path) -> Case:
    """Return the same file, put again under its own name: a new attempt that changes nothing."""
    return Case("同じファイルの再送", path, completeness(path), "ACCEPTED")


def cases(original: Path, folder: Path) -> Iterator[Case]:
    """Yield the spoiled variants of a difference file with at least two rows."""
    header, *rows = original.read_bytes().splitlines(keepends=True)
    whole = completeness(original)

    def variant(number: int, body: bytes, name: str | None = None) -> Path:
        renamed = name or original.name
        path = folder / f"{renamed[: -len('000001.csv')]}{900000 + number:06d}.csv"
        path.write_bytes(body)
        return path

    copied = variant(1, b"")
    shutil.copyfile(original, copied)
    yield Case("同じ内容・別の名前", copied, whole, "DUPLICATE", "I1001")
    yield Case("途中で切れたファイル", variant(2, header + b"".join(rows[:-1])), whole, "REJECTED", "E1117")
    bad = variant(3, b"".join([header, _with_bad_date(header, rows[0]), *rows[1:]]))
    yield Case("誤りのある行", bad, completeness(bad), "PARTIALLY_ACCEPTED")
    unknown = variant(4, original.read_bytes(), original.name.replace("001o006", "001o999"))
    yield Case("未登録の連携ID", unknown, whole, "REJECTED", "E1103")
    expired = variant(5, original.read_bytes(), original.name.replace("_v1_", "_v0_"))
    yield Case("受付期間を過ぎた版", expired, whole, "REJECTED", "E1109")


def _with_bad_date(header: bytes, row: bytes) -> bytes:
    """Return a row whose 操作年月日 is no date. No field of a town's file holds a comma."""
    fields = row.split(b",")
    fields[header.split(b",").index(b"sosanengappi")] = b"2026-02-30"
    return b",".join(fields)
