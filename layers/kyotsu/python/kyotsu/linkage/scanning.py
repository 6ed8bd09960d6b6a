"""The pass over a whole file before any effect: encoding, quotes, header, count and hash.

The file is read block by block and cut at record ends into chunks of about CHUNK_BYTES, so that memory does not
grow with the file. A record end is a line feed outside quotes, which is one after an even number of quotes (RFC 4180
doubles a quote inside a field, which keeps the parity).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kyotsu.contracts import outcomes
from kyotsu.linkage.grouping import PeopleInOrder
from kyotsu.linkage.receipts import Chunk, Scan
from kyotsu.linkage.rejection import FileRejectedError

CHUNK_BYTES = 2 * 1024 * 1024
MAX_RECORD_BYTES = 1024 * 1024
BOM = b"\xef\xbb\xbf"

csv.field_size_limit(MAX_RECORD_BYTES)


@dataclass(slots=True)
class _Segment:
    """Whole records of a file: their bytes, where they start, and the physical line they start on."""

    data: bytes
    start: int
    line: int


def scan(blocks: Iterable[bytes], columns: Sequence[str], version: str) -> Scan:
    """Return what the file holds; raises FileRejectedError for the first thing that is wrong with the whole file."""
    digest, people = hashlib.sha256(), PeopleInOrder(columns)
    rows, chunks = 0, list[Chunk]()
    header_seen = False
    for segment in _segments(_hashed(blocks, digest)):
        for record, _ in parse(segment.data, segment.line):
            if header_seen:
                rows += 1
                people.meet(record)
            else:
                _check_header(record, columns, version)
                header_seen = True
        if not header_seen:
            break  # whoever applies the chunks takes the first record of the first one for the header
        end = segment.start + len(segment.data)
        chunks.append(Chunk(len(chunks), segment.start, end, segment.line, people.end_chunk()))
    if not header_seen:
        raise FileRejectedError(outcomes.EMPTY_FILE)
    return Scan(rows, digest.hexdigest(), people.settled(chunks))


def parse(data: bytes, line: int) -> Iterator[tuple[list[str], int]]:
    """Yield the records of a chunk with the physical line each starts on; blank lines are no records.

    Raises FileRejectedError where the bytes are not UTF-8 or not CSV.
    """
    reader = csv.reader(io.StringIO(_text(data, line), newline="\n"), strict=True)
    before = 0
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise FileRejectedError(outcomes.NOT_CSV, line=line + before) from error
        if record is None:
            return
        if record:
            yield record, line + before
        before = reader.line_num


def _text(data: bytes, line: int) -> str:
    nul = data.find(b"\0")
    if nul >= 0:
        raise FileRejectedError(outcomes.CONTAINS_NUL, line=line + data.count(b"\n", 0, nul))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRejectedError(outcomes.NOT_UTF8, line=line + data.count(b"\n", 0, error.start)) from error


def _check_header(record: Sequence[str], columns: Sequence[str], version: str) -> None:
    for position, expected in enumerate(columns, start=1):
        if position > len(record) or record[position - 1] != expected:
            raise FileRejectedError(outcomes.HEADER_WRONG, version=version, position=position, expected=expected)
    if len(record) > len(columns):
        raise FileRejectedError(
            outcomes.HEADER_WRONG, version=version, position=len(columns) + 1, expected="ありません"
        )


def _hashed(blocks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _segments(blocks: Iterable[bytes]) -> Iterator[_Segment]:
    """Cut a file at record ends; the pieces do not depend on how the bytes happened to arrive."""
    pending, start, line = bytearray(), 0, 1
    for block in blocks:
        pending += block
        while len(pending) >= CHUNK_BYTES + MAX_RECORD_BYTES:
            end = _record_end(pending, CHUNK_BYTES + MAX_RECORD_BYTES, line)
            data = bytes(pending[:end])
            yield _segment(data, start, line)
            del pending[:end]
            start, line = start + end, line + data.count(b"\n")
    if pending:
        data = bytes(pending)
        if data.count(b'"') % 2:
            raise FileRejectedError(outcomes.NOT_CSV, line=line + data.count(b"\n", 0, data.rfind(b'"')))
        yield _segment(data, start, line)


def _record_end(data: bytearray, limit: int, line: int) -> int:
    """Return the end of the last whole record within the first `limit` bytes."""
    end, odd = limit, data.count(b'"', 0, limit) % 2
    while (feed := data.rfind(b"\n", 0, end)) >= 0:
        odd ^= data.count(b'"', feed, end) % 2
        if not odd:
            break
        end = feed
    if feed < limit - MAX_RECORD_BYTES:
        raise FileRejectedError(outcomes.RECORD_TOO_LONG, line=line + data.count(b"\n", 0, feed + 1))
    return feed + 1


def _segment(data: bytes, start: int, line: int) -> _Segment:
    """Return whole records as a segment, without the byte order mark a file may start with."""
    skip = len(BOM) if start == 0 and data.startswith(BOM) else 0
    return _Segment(data[skip:], start + skip, line)
