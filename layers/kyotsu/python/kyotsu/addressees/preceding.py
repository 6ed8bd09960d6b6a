"""The search that an issue must name, where the deployment asks for that (ours; off unless a parameter says so).

Picking the first hit of a list without looking is how people get mixed up. So it is seen what became of a search: whom
of the list an issue picked, or that it registered somebody new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from kyotsu.addressees.rules import RequestError
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome

SEARCH_ID = "kensakuid"
"""検索ID: an item of the issue's request where a search has to be named, and of no request elsewhere."""
_LENGTH = 32


class Picked(StrEnum):
    """What an issue made of the search before it."""

    FIRST = "first"
    """The first of the list was picked, of several."""
    ONLY = "only"
    LATER = "later"
    UNLISTED = "unlisted"
    """A number that the list does not have: it was known otherwise."""
    NEW = "new"
    """Somebody was registered, although the list had people."""
    NOBODY = "nobody"
    """Somebody was registered whom the search had not found."""


class Pick(NamedTuple):
    """What an issue made of the search before it, without anything of a person but numbers."""

    search: str
    picked: Picked
    rank: int
    """Of the number in the list, from 1; 0: it is not in it."""
    listed: int
    """How long the list was."""
    points: int
    """得点 of the picked one, else of the first; 0 if there was nobody."""
    seconds: int
    """Between the search and the issue."""


class Asked(NamedTuple):
    """What of an issue is held against the search it names."""

    system: str
    new: bool
    """処理区分 0: a new number."""
    chosen: bool
    """処理区分 2: a number of the list."""
    number: str | None
    person: Mapping[str, str]
    at: datetime
    request_id: str


class Preceding(Protocol):
    """Looks at the searches that issues name."""

    def look(self, search: str, asked: Asked) -> Pick | Outcome:
        """Return what an issue makes of a search, or why it can't be that search."""
        ...

    def record(self, pick: Pick, asked: Asked) -> None:
        """Note durably whom is picked, before anything is written; again changes nothing."""
        ...

    def tell(self, pick: Pick, asked: Asked) -> None:
        """Count what was picked, after it was written."""
        ...


def search_named(body: Mapping[str, object]) -> tuple[Mapping[str, object], str, tuple[RequestError, ...]]:
    """Return a request without its 検索ID, the 検索ID, and the error if it names none."""
    given = body.get(SEARCH_ID)
    rest = {name: value for name, value in body.items() if name != SEARCH_ID}
    if given is None or given == "":
        return rest, "", (refusal(outcomes.SEARCH_NOT_NAMED),)
    # What can't be an id is one that nobody has: it never becomes part of a key.
    is_id = isinstance(given, str) and len(given) == _LENGTH and not set(given) - set("0123456789abcdef")
    return (rest, str(given), ()) if is_id else (rest, "", (refusal(outcomes.SEARCH_UNKNOWN),))


def refusal(outcome: Outcome) -> RequestError:
    """Return the error of a search that is not one to be named."""
    return RequestError(SEARCH_ID, outcome.code, outcome.sentence())


@dataclass(slots=True)
class Named:
    """The search that one request names. It is looked at once, after it is known that the request is no repeat."""

    preceding: Preceding
    search: str
    asked: Asked
    _pick: Pick | None = None

    def errors(self) -> tuple[RequestError, ...]:
        """Return why the issue may not go on, if so."""
        if self._pick is None:
            found = self.preceding.look(self.search, self.asked)
            if isinstance(found, Outcome):
                return (refusal(found),)
            self._pick = found
        return ()

    def record(self) -> None:
        """Note whom is picked."""
        if self._pick is not None:
            self.preceding.record(self._pick, self.asked)

    def tell(self) -> None:
        """Count what was picked."""
        if self._pick is not None:
            self.preceding.tell(self._pick, self.asked)
