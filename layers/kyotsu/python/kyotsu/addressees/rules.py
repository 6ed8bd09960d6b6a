"""The rules of one item of a request. What a value must look like is `japanese.forms`, as for files.

Everything is told with a published code. A length that is only a maximum has no code of its own there (E0003 is about
fixed ones), so it is told as E0002: what to set it with (docs/decisions/0110).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kyotsu.addressees.items import RequestItem
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese import dates, forms
from kyotsu.japanese.text import character_count, is_digits

_WIDTHS = {"X": "半角", "N": "全角"}
_IDENTIFYING = {"atenabango", "nayosesakiatenabango"}
"""A space in one of these would silently make it another person's number. What has digits and no `#` is a number in our
keys, never the clerk's list, a counter or a posting."""
_NUMBER = re.compile("(?=.*[0-9])[^ #]*")


@dataclass(frozen=True, slots=True)
class RequestError:
    """An error of a request as its caller reads it; the sentence never repeats a value."""

    item: str
    """Romaji name, for our order and log; empty if it is about no single item."""
    code: str
    message: str


def missing(item: RequestItem) -> RequestError:
    """Return the error of an item that is not set."""
    return _error(item, outcomes.REQUIRED, outcomes.REQUIRED.sentence(item=item.name))


def required_with(item: RequestItem, condition: RequestItem) -> RequestError:
    """Return the error of an item that must be set because another one is."""
    return _error(item, outcomes.CORRELATION, outcomes.CORRELATION.sentence(item=item.name, condition=condition.name))


def wrong(item: RequestItem, expected: str) -> RequestError:
    """Return the error of an item that must be set with something else (【指定文字】)."""
    return _error(item, outcomes.CHARACTER_CLASS, outcomes.CHARACTER_CLASS.sentence(item=item.name, expected=expected))


def wrong_length(item: RequestItem) -> RequestError:
    """Return the error of an item of a fixed length."""
    sentence = outcomes.FIXED_LENGTH.sentence(item=item.name, length=item.length)
    return _error(item, outcomes.FIXED_LENGTH, sentence)


def not_of_processing(item: RequestItem, processing: str) -> RequestError:
    """Return the error of an item that a 処理区分 does not take."""
    sentence = outcomes.NOT_OF_PROCESSING.sentence(item=item.name, processing=processing)
    return _error(item, outcomes.NOT_OF_PROCESSING, sentence)


def error_of(item: RequestItem, value: object, *, indefinite: bool = False) -> RequestError | None:
    """Return the first rule that a value breaks; `indefinite`: a day that no calendar has is lawful here."""
    return next(_errors(item, value, indefinite), None)


def _errors(item: RequestItem, value: object, indefinite: bool) -> Iterator[RequestError]:
    kind = forms.TYPES[item.type]
    if not isinstance(value, str):
        yield wrong(item, f"{kind.words}（JSONの文字列）")
        return
    # JSON can hold half a character; nothing that stores or shows it could.
    if any("\ud800" <= character <= "\udfff" for character in value) or not _is_of_kind(value, kind, indefinite):
        yield wrong(item, kind.words)
    if item.type in _WIDTHS:
        yield from _string_errors(item, value)


def _is_of_kind(value: str, kind: forms.Kind, indefinite: bool) -> bool:
    return kind.holds(value) or (indefinite and dates.is_indefinite_date(value))


def _string_errors(item: RequestItem, value: str) -> Iterator[RequestError]:
    number = forms.NUMBERS.get(item.romaji)
    if number is not None and not is_digits(value):
        yield wrong(item, "半角数字")
    if item.fixed:
        if character_count(value) != item.length:
            yield wrong_length(item)
    elif character_count(value) > item.length:
        yield wrong(item, f"{_WIDTHS[item.type]}{item.length}文字以内")
    if item.codes and value not in item.codes:
        yield wrong(item, f"{'、'.join(item.codes)}のいずれか")
    if number is not None and not number.checked(value):
        yield wrong(item, "検査数字（末尾の数字）の正しい番号")
    if item.romaji in _IDENTIFYING and not _NUMBER.fullmatch(value):
        yield wrong(item, "数字を含み、空白と#を含まない半角文字")


def _error(item: RequestItem, outcome: Outcome, sentence: str) -> RequestError:
    return RequestError(item.romaji, outcome.code, sentence)
