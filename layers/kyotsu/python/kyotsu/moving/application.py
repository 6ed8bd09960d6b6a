"""Documents of マイナポータル as we take them: an application with its parts, and the withdrawal of parts.

The portal's own container format is not public. Whatever brings it turns it into this one, whose schema is published
(docs/schemas/moving-application.schema.json, made from these classes): the one place to replace when it is known.
A document never names recipients of a reservation; items it does not know are refused, so that nothing is dropped
unseen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.moving.cases import CaseKind

LARGEST = 128 * 1024
"""Bytes of a document. Twenty people with every item at its longest need half of it."""
MOST_PEOPLE = 30
LAST_REVISION = 999
_YEARS = range(2000, 2200)
"""Beyond them arithmetic of dates ends."""

# `$` also matches before a line's end: nothing may follow.
Text = Annotated[str, Meta(max_length=300)]
Name = Annotated[str, Meta(max_length=100)]
Short = Annotated[str, Meta(max_length=20)]
Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?![\s\S])")]
Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,39}$(?![\s\S])", description="受付番号")]
Revision = Annotated[int, Meta(ge=1, le=LAST_REVISION, description="版：訂正のたびに増やす")]
Moment = Annotated[datetime, Meta(tz=True, description="申請日時（時差つき）")]
BirthDate = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$(?![\s\S])", description="月・日が不詳なら00")]
Reference = Annotated[
    str, Meta(pattern=r"^([0-9A-Za-z-]{1,64})?$(?![\s\S])", description="個人番号の参照。番号そのものではない")
]


class Part(StrEnum):
    """What a document is about. Each part is one municipality's."""

    MOVE_OUT = "tenshutsutodoke"
    """転出届, for the municipality that is left."""
    MOVE_IN = "tennyuyoyaku"
    """転入予約, for the one that is moved to."""
    IN_CITY = "tenkyoyoyaku"
    """転居予約, within one municipality."""


KINDS = {Part.MOVE_OUT: CaseKind.MOVE_OUT, Part.MOVE_IN: CaseKind.MOVE_IN, Part.IN_CITY: CaseKind.IN_CITY}
Parts = Annotated[list[Part], Meta(min_length=1, max_length=3)]


class FiledAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """住所, as far as it is known; of the planned one perhaps the municipality alone."""

    municipality_code: Annotated[str, Meta(pattern=r"^([0-9]{6})?$(?![\s\S])")] = ""
    postal_code: Annotated[str, Meta(pattern=r"^([0-9]{3}-?[0-9]{4})?$(?![\s\S])")] = ""
    prefecture: Annotated[str, Meta(max_length=4)] = ""
    municipality_name: Annotated[str, Meta(max_length=12)] = ""
    machiaza: Annotated[str, Meta(max_length=120)] = ""
    street_number: Annotated[str, Meta(max_length=50)] = ""
    building: Text = ""


class FiledFiler(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """届出人."""

    name: Name = ""
    name_kana: Name = ""
    capacity: Literal["", "self", "head", "member"] = ""
    position: Annotated[int, Meta(ge=0, le=MOST_PEOPLE)] = 0
    phone: Short = ""


class FiledPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """異動する人."""

    position: Annotated[int, Meta(ge=1, le=MOST_PEOPLE)]
    name: Name = ""
    name_kana: Name = ""
    roman_name: Name = ""
    common_name: Name = ""
    birth_date: BirthDate
    birth_date_note: Annotated[str, Meta(max_length=72)] = ""
    sex: Literal["0", "1", "2"]
    relationship: Short = ""
    individual_number_reference: Reference = ""


class Filed(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="document", tag="application"
):
    """An application, or a correction of it: the whole of it anew, at a higher revision."""

    application_number: Number
    revision: Revision
    submitted_at: Moment
    parts: Parts
    from_municipality: Code
    to_municipality: Code
    planned_on: date
    visit_on: date | None = None
    previous_address: FiledAddress = msgspec.field(default_factory=FiledAddress)
    new_address: FiledAddress = msgspec.field(default_factory=FiledAddress)
    previous_head_of_household: Name = ""
    head_of_household: Name = ""
    filer: FiledFiler = msgspec.field(default_factory=FiledFiler)
    people: Annotated[list[FiledPerson], Meta(max_length=MOST_PEOPLE)]


class Withdrawal(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="document", tag="withdrawal"
):
    """取下げ of parts, for good: whatever comes later under the number changes nothing of them."""

    application_number: Number
    submitted_at: Moment
    parts: Parts
    from_municipality: Code
    to_municipality: Code


Document = Filed | Withdrawal
_DECODER = msgspec.json.Decoder(Document)
_PATH = re.compile(r" - at `\$?([^`]*)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document is refused; holds no value of it."""

    outcome: Outcome
    fields: tuple[tuple[str, object], ...] = ()

    @property
    def sentence(self) -> str:
        """What the sender reads."""
        return self.outcome.sentence(**dict(self.fields))


class DocumentRefusedError(Exception):
    """A document is not taken, however often it comes."""

    def __init__(self, problems: Sequence[Problem], application_number: str = "") -> None:
        super().__init__(", ".join(problem.outcome.code for problem in problems))
        self.problems = tuple(problems)
        self.application_number = application_number
        """Of whom to show it to; empty if that can't be read either."""


def problem(outcome: Outcome, **fields: object) -> Problem:
    """Return a problem."""
    return Problem(outcome, tuple(fields.items()))


def read(body: bytes) -> Document:
    """Read a document; raises DocumentRefusedError with the first thing that does not fit the schema."""
    if len(body) > LARGEST:
        raise DocumentRefusedError([problem(outcomes.APPLICATION_TOO_LARGE, limit=LARGEST // 1024)])
    try:
        document: Document = _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise DocumentRefusedError([misfit(str(error))], _number_of(body)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DocumentRefusedError([problem(outcomes.APPLICATION_UNREADABLE)]) from None
    if document.submitted_at.year not in _YEARS:
        wrong = problem(outcomes.APPLICATION_DATE_WRONG, place="submitted_at")
        raise DocumentRefusedError([wrong], document.application_number)
    return document


def misfit(message: str) -> Problem:
    """Return what a message of msgspec says, without the values and the unknown names it may quote."""
    path = _PATH.search(message)
    place = (path[1].lstrip(".") if path else "") or "文書"
    if "unknown field" in message:
        return problem(outcomes.APPLICATION_ITEMS_UNKNOWN, place=place)
    if missing := _MISSING.search(message):
        place = missing[1] if place == "文書" else f"{place}.{missing[1]}"
        return problem(outcomes.APPLICATION_ITEM_MISSING, place=place)
    if place.endswith(("_on", "submitted_at")):
        return problem(outcomes.APPLICATION_DATE_WRONG, place=place)
    return problem(outcomes.APPLICATION_ITEM_WRONG, place=place)


class _Numbered(msgspec.Struct):
    application_number: Number


def _number_of(body: bytes) -> str:
    """Return the application number of a document that does not fit, so that its applicant can be told."""
    try:
        return msgspec.json.decode(body, type=_Numbered).application_number
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
