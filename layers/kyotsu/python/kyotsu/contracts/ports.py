"""Small interfaces between contexts; adapters and test fakes stand behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kyotsu.contracts.rows import Applied, FileContext, Row, TakenBack


class RowApplier(Protocol):
    """Owns the rows of an interface. Applying the same rows of the same file again changes nothing.

    Rows come in chunks, in file order, one chunk after the other. The counts of a chunk are the difference that
    the chunk makes to the counts of its file, so that their sum does not depend on where the file was cut, nor on
    how often a chunk was tried.
    """

    def apply(self, file: FileContext, rows: Sequence[Row]) -> Applied:
        """Store the rows durably, then return what they changed; the caller sets `read`."""
        ...


class RowRetractor(Protocol):
    """Takes back what a file brought to an interface's people. Taking it back again changes nothing."""

    def take_back(self, receipt_id: str, chunk: int, numbers: Sequence[str]) -> TakenBack:
        """Take everything of a file back for the people of one of its chunks, durably; return what that came to.

        Chunks come in order. However often a chunk is tried, it comes to the same.
        """
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, with a time zone."""
        ...
