"""Requests of 団体内統合宛名: from a JSON object to requests that keep every rule, or all their errors in item order.

What is wrong with one person is told of that person alone; what is wrong with the header concerns everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kyotsu.addressees.conditions import condition_errors
from kyotsu.addressees.items import PERSON, RequestItem
from kyotsu.addressees.records import Operation
from kyotsu.addressees.requests import Circumstances, InvalidRequestError, circumstance_errors
from kyotsu.addressees.rules import RequestError, error_of, missing, wrong
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.integrated.items import HEADER, LOOK_UP, MOST_PEOPLE, PEOPLE, SEARCH, SUBJECT
from kyotsu.japanese import dates

_OF_NO_ITEM = ""
_PARTS_OF_A_NAME = frozenset({"uji_nihonjin", "na_nihonjin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a request says once."""

    municipality: str
    operation: Operation

    @property
    def operated_at(self) -> str:
        """操作日時 as YYYYMMDDhhmmss (JST)."""
        return dates.operated_at(self.operation.day, self.operation.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person of a request, without errors."""

    place: int
    """連番: where in the array the person stands, from 1."""
    number: str
    individual_number: str = field(repr=False)
    person: Mapping[str, str] = field(repr=False)
    status: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PlacedError:
    """An error of one person of a request; `place` 0: of the request as a whole."""

    place: int
    error: RequestError


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """A request whose header is right, with the people of whom nothing is wrong and the errors of the others."""

    header: Header
    subjects: tuple[Subject, ...]
    errors: tuple[PlacedError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A look-up by one of three numbers."""

    header: Header
    by: str
    """Romaji name of the item that is set."""
    value: str = field(repr=False)
    wants_individual_number: bool


def refused(outcome: Outcome, item: str = "", **fields: object) -> RequestError:
    """Return an error whose sentence needs no item."""
    return RequestError(item, outcome.code, outcome.sentence(**fields))


def validated(body: Mapping[str, object], circumstances: Circumstances) -> IssueRequest:
    """Return the request of a JSON object; raises InvalidRequestError if its header is wrong.

    null, "" and an absent item are the same: not set.
    """
    people = body.get(PEOPLE)
    header = {name: value for name, value in body.items() if name != PEOPLE}
    errors = _errors(header, HEADER, circumstances)
    unknown = [error for error in errors if error.item == _OF_NO_ITEM]
    errors = [error for error in errors if error.item != _OF_NO_ITEM]
    if not isinstance(people, list) or not 0 < len(people) <= MOST_PEOPLE:
        errors.append(refused(outcomes.PEOPLE_COUNT, PEOPLE, limit=MOST_PEOPLE))
    errors += unknown
    if errors or not isinstance(people, list):
        raise InvalidRequestError(tuple(errors))
    return IssueRequest(_header(header), *_people(people))


def looked_up(body: Mapping[str, object], circumstances: Circumstances) -> LookUp:
    """Return the look-up of a JSON object; raises InvalidRequestError with all its errors."""
    errors = _errors(body, LOOK_UP, circumstances)
    given = {name: value for name, value in body.items() if value is not None and value != ""}
    chosen = [item.romaji for item in SEARCH if item.romaji in given]
    if len(chosen) != 1:
        errors.append(refused(outcomes.ONE_SEARCH_ITEM))
    if errors:
        raise InvalidRequestError(tuple(errors))
    return LookUp(
        header=_header(body),
        by=chosen[0],
        value=str(given[chosen[0]]),
        wants_individual_number=given.get("kojinbangoyohi") == "1",
    )


def _people(people: Sequence[object]) -> tuple[tuple[Subject, ...], tuple[PlacedError, ...]]:
    subjects, errors, seen = list[Subject](), list[PlacedError](), set[str]()
    for place, one in enumerate(people, 1):
        found = list(_subject_errors(one))
        number = one.get("atenabango") if isinstance(one, dict) else None
        if not found and number in seen:
            found.append(refused(outcomes.TWICE_IN_REQUEST, "atenabango"))
        errors += [PlacedError(place, error) for error in found]
        if not found and isinstance(one, dict):
            seen.add(str(number))
            subjects.append(_subject(place, one))
    return tuple(subjects), tuple(errors)


def _subject_errors(one: object) -> Iterator[RequestError]:
    if not isinstance(one, dict):
        yield refused(outcomes.NOT_AN_OBJECT)
        return
    yield from _errors(one, SUBJECT, None)


def _errors(
    body: Mapping[str, object], items: Sequence[RequestItem], circumstances: Circumstances | None
) -> list[RequestError]:
    """Return all errors in item order, one for an item; what is said of unknown items comes last."""
    known = {item.romaji: item for item in items}
    given = {name: value for name, value in body.items() if name in known and value is not None and value != ""}
    errors = {error.item: error for error in _item_errors(given, items)}
    strings = {name: value for name, value in given.items() if isinstance(value, str)}
    texts = {name: str(value) for name, value in given.items()} | strings
    more = circumstance_errors(strings, errors, circumstances) if circumstances else _conditions(texts)
    for error in more:
        errors.setdefault(error.item, error)
    order = [item.romaji for item in items]
    ordered = sorted(errors.values(), key=lambda error: order.index(error.item))
    unknown = body.keys() - known.keys()
    return [*ordered, refused(outcomes.UNKNOWN_ITEMS, count=len(unknown))] if unknown else ordered


def _conditions(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield errors between the items of a person. 氏 and 名 apart are not asked for: 住基情報 have a 氏名 alone."""
    return (error for error in condition_errors(values) if error.item not in _PARTS_OF_A_NAME)


def _item_errors(given: Mapping[str, object], items: Sequence[RequestItem]) -> Iterator[RequestError]:
    for item in items:
        value = given.get(item.romaji)
        if value is None or (item.required and isinstance(value, str) and value.isspace()):
            if item.required:
                yield missing(item)
            continue
        error = error_of(item, value, indefinite=given.get(f"{item.romaji}_fushofuragu") == "1")
        if error is not None:
            yield error
        elif item.romaji == "idojiyu" and not str(value).isdigit():
            yield wrong(item, "半角数字2桁")


def _header(body: Mapping[str, object]) -> Header:
    time = str(body["sosajikoku"])
    whole = time if len(time) == len("HH:MM:SS") else f"{time}:00"
    operation = Operation(str(body["sosashaid"]), str(body["sosanengappi"]), whole)
    return Header(municipality=str(body["shikuchosonkodo"]), operation=operation)


def _subject(place: int, one: Mapping[str, object]) -> Subject:
    given = {name: str(value) for name, value in one.items() if value is not None and value != ""}
    return Subject(
        place=place,
        number=given["atenabango"],
        individual_number=given["kojinbango"],
        person={name: given[name] for name in PERSON if name in given},
        status=given.get("juminjotai"),
        reason=given.get("idojiyu"),
    )
