"""A search as a value, from a JSON object that keeps every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kyotsu.addressees.candidates.people import Query
from kyotsu.addressees.records import Operation, Use
from kyotsu.addressees.requests import Circumstances, InvalidRequestError, items_of, operation_of
from kyotsu.addressees.search.items import (
    DEFAULT_ROWS,
    METHODS,
    NON_RESIDENTS,
    ORDER,
    ROWS,
    SEARCH_ITEMS,
    SIMILAR,
    WHOM,
    method_errors,
    search_conditions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A search without errors."""

    query: Query
    methods: Mapping[str, str]
    """一致方法 by romaji name, of items that must agree exactly or partly; others are similar."""
    rows: int
    """最大件数."""
    whom: str
    """対象."""
    use: Use
    operation: Operation


def search_request(body: Mapping[str, object], circumstances: Circumstances) -> SearchRequest:
    """Return the search of a JSON object; raises InvalidRequestError with all its errors, in item order."""
    methods = body.get(METHODS.romaji)
    plain = {name: _text(name, value) for name, value in body.items() if name != METHODS.romaji}
    given = {name: value for name, value in plain.items() if value is not None and value != ""}
    errors, values = list(method_errors(methods, given)), dict[str, str]()
    try:
        values = items_of(plain, SEARCH_ITEMS, search_conditions, circumstances)
    except InvalidRequestError as invalid:
        # Of an item whose own error is told already, none more.
        told = {error.item for error in invalid.errors}
        errors = [*invalid.errors, *(error for error in errors if error.item not in told)]
    if errors:
        raise InvalidRequestError(tuple(sorted(errors, key=lambda error: ORDER.get(error.item, len(ORDER)))))
    return _request(values, methods if isinstance(methods, Mapping) else {}, circumstances.caller)


def _text(name: str, value: object) -> object:
    """Return a count that was sent as a JSON number as its text: both are taken."""
    return str(value) if name == ROWS.romaji and isinstance(value, int) and not isinstance(value, bool) else value


def _request(values: Mapping[str, str], methods: Mapping[str, object], use: Use) -> SearchRequest:
    return SearchRequest(
        query=Query(
            name=values.get("shimei", ""),
            kana=values.get("shimei_furigana", ""),
            birth=values.get("seinengappi", ""),
            sex=values.get("seibetsu", ""),
            address=values.get("jusho", ""),
        ),
        methods={name: str(value) for name, value in methods.items() if value and value != SIMILAR},
        rows=int(values.get(ROWS.romaji, DEFAULT_ROWS)),
        whom=values.get(WHOM.romaji, NON_RESIDENTS),
        use=use,
        operation=operation_of(values),
    )
