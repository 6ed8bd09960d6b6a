"""Small interfaces between contexts; adapters and test fakes stand behind them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import NamedTuple, Protocol

from kyotsu.contracts.rows import Applied, FileContext, Row, TakenBack


class OpenChunk(Protocol):
    """Rows of a chunk, held against what is stored."""

    @property
    def known(self) -> Set[int]:
        """Lines of rows that stood stored exactly so before the file: unchanged, with nothing left to look at."""
        ...

    def apply(self, rows: Sequence[Row]) -> Applied:
        """Store valid rows of the chunk durably, then return what they changed; the caller sets `read`."""
        ...


class RowApplier(Protocol):
    """Owns the rows of an interface. Applying the same rows of the same file again changes nothing.

    Rows come in chunks, in file order, one chunk after the other. The counts of a chunk are the difference that
    the chunk makes to the counts of its file, so that their sum does not depend on where the file was cut, nor on
    how often a chunk was tried.
    """

    def open(self, file: FileContext, rows: Sequence[Row]) -> OpenChunk:
        """Hold a chunk's rows, not validated yet, against what is stored."""
        ...


class RowRetractor(Protocol):
    """Takes back what a file brought to an interface's people. Taking it back again changes nothing."""

    def take_back(self, receipt_id: str, chunk: int, numbers: Sequence[str]) -> TakenBack:
        """Take everything of a file back for the people of one of its chunks, durably; return what that came to.

        Chunks come in order. However often a chunk is tried, it comes to the same.
        """
        ...


class RegisteredPage(NamedTuple):
    """Some of the 住登者, and after what to go on; None: those were the last ones."""

    numbers: list[str]
    following: tuple[str, str] | None


class RegisteredPeople(Protocol):
    """Tells who is a 住登者."""

    def page(self, at: str, after: tuple[str, str] | None) -> RegisteredPage:
        """Return the next addressee numbers of those who are 住登者 now, and were at a moment (YYYYMMDDhhmmss, JST)."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, with a time zone."""
        ...
