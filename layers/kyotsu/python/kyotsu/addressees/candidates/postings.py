"""The index as a search sees it: lists of people under keys. The table keeps the same lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from kyotsu.addressees.candidates.forms import Form


class Posting(NamedTuple):
    """Somebody who stands under a key, with all that scoring needs: nothing else is read of a candidate."""

    id: str
    form: Form


class Postings(Protocol):
    """The index."""

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        """Return up to `most` postings of a key whose birth dates begin with `starts`, by birth date; one read."""
        ...
