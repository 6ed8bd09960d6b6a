"""Peak memory of receiving a 255 MB file of new rows, in a process of its own that sees the file block by block."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import OpenedObject
from kyotsu_cli.town import generate
from tests.bench.null_server import client, deployment, null_dynamodb
from tests.fakes.deployment import BUCKET
from tests.fakes.memory import MemoryObjects

MEGABYTES = 255
BLOCK = 1024 * 1024
PEOPLE = 10_000


class FileObjects(MemoryObjects):
    """One object, in a file on disk."""

    path = Path()

    @contextmanager
    def open(self, ref: ObjectRef) -> Iterator[OpenedObject]:
        with self.path.open("rb") as file:
            yield OpenedObject({}, iter(lambda: file.read(BLOCK), b""))

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        # Every row is remarked for its check digit; in S3 the remarks are not in this process's memory.
        (self.path.parent / f"{index}.csv").write_bytes(body)

    def fragment(self, receipt_id: str, index: int) -> bytes:
        return (self.path.parent / f"{index}.csv").read_bytes()

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        for _ in body:
            pass


def main() -> None:
    """Measure and print; with a path, receive that file and print the peak of this process."""
    if len(sys.argv) > 1:
        _receive(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = _large_file(Path(folder))
        size = path.stat().st_size / 1e6
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.memory", str(path)], capture_output=True, text=True, check=True
        )
    sys.stdout.write(f"file of {size:.0f} MB: {done.stdout}")


def _large_file(folder: Path) -> Path:
    """Repeat a town's full file under other addressee numbers: the check digit then only costs a remark."""
    generate(PEOPLE, 1, folder / "town")
    original = next((folder / "town").glob("outbox/*/*_F_*.csv"))
    header, rows = original.read_bytes().split(b"\n", 1)
    rows = b"\n" + rows
    path = folder / original.name
    with path.open("wb") as file:
        file.write(header)
        for copy in range(1_000):
            # The first digits of 宛名番号, in the second column; a row starts with its 市区町村コード.
            file.write(rows.replace(b"\n141003,000", b"\n141003,%03d" % copy).rstrip(b"\n"))
            if file.tell() > MEGABYTES * 1_000_000:
                break
    return path


def _receive(path: Path) -> None:
    with null_dynamodb():
        city = deployment(client())
        objects = FileObjects()
        objects.path = path
        object.__setattr__(city.reception, "objects", objects)
        ref = ObjectRef(BUCKET, f"outbox/001o006-00/{path.name}", "v1")
        receipt = city.reception.receive(ref)
    assert receipt is not None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{receipt.counts.read:,} rows, {receipt.status}, peak {peak:.0f} MiB (aim: below 200)\n")


if __name__ == "__main__":
    main()
