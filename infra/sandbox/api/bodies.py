"""Reading a request's body: by its length or in chunks, never more than is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import BinaryIO

_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(;[^\r\n]*)?\r?\n")
_PIECE = 1 << 16
_LINE = 8192
_TRAILERS = 100
_DRAINED = 64 << 20  # read and dropped at most, so that the client may finish sending and read its refusal


class MalformedBodyError(ValueError):
    """The body can't be told from what follows it."""


def read_body(stream: BinaryIO, headers: Message, limit: int) -> bytes:
    """Return the body; if it is longer than `limit`, some more than `limit` bytes of it.

    Raises MalformedBodyError, or ConnectionError if the client went away in the middle.
    """
    kept, seen = bytearray(), 0
    for piece in _pieces(stream, headers):
        seen += len(piece)
        if len(kept) <= limit:
            kept += piece
        if seen > _DRAINED:
            break
    return bytes(kept)


def _pieces(stream: BinaryIO, headers: Message) -> Iterator[bytes]:
    encodings = headers.get_all("Transfer-Encoding", [])
    lengths = set(headers.get_all("Content-Length", []))
    if not encodings:
        yield from _exactly(stream, _length(lengths))
    elif lengths or [encoding.strip().lower() for encoding in encodings] != ["chunked"]:
        raise MalformedBodyError
    else:
        yield from _chunks(stream)


def _length(lengths: set[str]) -> int:
    if not lengths:
        return 0
    if len(lengths) > 1 or not _LENGTH.fullmatch(text := next(iter(lengths)).strip()):
        raise MalformedBodyError
    return int(text)


def _exactly(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = stream.read(min(size, _PIECE))
        if not piece:
            raise ConnectionResetError("the client went away")
        size -= len(piece)
        yield piece


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while size := _chunk_size(stream.readline(_LINE)):
        yield from _exactly(stream, size)
        if stream.readline(_LINE) not in (b"\r\n", b"\n"):
            raise MalformedBodyError
    for _ in range(_TRAILERS):
        if stream.readline(_LINE) in (b"\r\n", b"\n", b""):
            return
    raise MalformedBodyError


def _chunk_size(line: bytes) -> int:
    match = _CHUNK_SIZE.fullmatch(line)
    if match is None:
        raise MalformedBodyError
    return int(match[1], 16)
