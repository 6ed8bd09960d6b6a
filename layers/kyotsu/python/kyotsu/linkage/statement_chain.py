"""The chain of statements of completeness: where it is kept, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import msgspec

from kyotsu.linkage.completeness import Statement, folder, hash_of, next_day


class StatementObjects(Protocol):
    """The bucket of statements, and the providers' copies."""

    def create(self, key: str, body: bytes) -> bool:
        """Write an object durably unless there is one; tell whether it was written."""
        ...

    def find(self, key: str) -> bytes | None:
        """Return an object, or None."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix, in order."""
        ...

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield what stands between a prefix and the next slash, in order."""
        ...

    def copy(self, provider: str, key: str, body: bytes) -> None:
        """Write a provider's copy, unless it is there."""
        ...


class Last(NamedTuple):
    """The latest statement of a chain, and its bytes."""

    statement: Statement
    body: bytes


class ChainProblem(NamedTuple):
    """A statement that is missing, changed or out of its place (an object key)."""

    key: str
    what: str


def verify_chain(
    objects: StatementObjects, provider: str, interface: str, kept_from: str
) -> Iterator[Statement | ChainProblem]:
    """Yield the statements of a chain in order, each after what is wrong with it.

    Those about days up to `kept_from` may be gone, because their time is over.
    """
    before: Last | None = None
    for key in sorted(objects.keys(folder(provider, interface))):
        body = objects.find(key)
        try:
            found = msgspec.json.decode(body or b"", type=Statement)
        except msgspec.MsgspecError:
            yield ChainProblem(key, "broken")
            return
        if found.place != key:
            yield ChainProblem(key, "misplaced")
        elif before and found.sequence != before.statement.sequence + 1:
            yield ChainProblem(key, "missing_before")
        elif before and found.previous != hash_of(before.body):
            yield ChainProblem(key, "unchained")
        elif before is None and (found.previous or found.sequence != 1) and found.day > next_day(kept_from):
            yield ChainProblem(key, "missing_before")
        before = Last(found, body or b"")
        yield found
