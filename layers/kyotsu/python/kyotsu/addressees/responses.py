"""Response bodies as published in 2.0: 200, 400, 401 and 503, in the published order of their members.

In a success title and detail stand under `metadata`, in an error at the top; 401 and 503 name no errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kyotsu.addressees.records import AddresseeRecord
from kyotsu.addressees.requests import IssueRequest
from kyotsu.addressees.rules import RequestError

CONTENT_TYPE = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """An API call as its bodies name it."""

    title: str
    path: str
    """Without the leading slash, as it stands in scopes."""


ISSUE = Call("住登外者宛名番号付番", "app_submit/v10/jutogaishaatenabangofuban")
EDIT = Call("住登外者宛名基本情報更新", "app_submit/v10/jutogaishaatenakihonjohokoshin")
HISTORY = Call("住登外者宛名履歴照会", "app_submit/v10/jutogaishaatenarirekishokai")


class Link(msgspec.Struct, frozen=True):
    """Where something is."""

    href: str


class Links(msgspec.Struct, frozen=True, rename={"itself": "self"}):
    """Links of a body."""

    itself: Link


class Metadata(msgspec.Struct, frozen=True):
    """What was called, and what came of it."""

    title: str
    detail: str


class IssuedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `result`."""

    shikuchosonkodo: str
    atenabango: str
    rirekibango: int
    sosashaid: str
    sosanengappi: str
    sosajikoku: str


class EditedNumber(IssuedNumber, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of `result` of an edit."""

    haitakigen: str | None = None
    """排他期限: until when the caller edits alone (ISO 8601, JST); absent if it does not."""


class Success(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200."""

    metadata: Metadata
    links: Links
    result: tuple[IssuedNumber, ...]


class Edited(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200 of an edit."""

    metadata: Metadata
    links: Links
    result: tuple[EditedNumber, ...]


class Shown(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200 of a look at a record: items by romaji name, those that are not set absent."""

    metadata: Metadata
    links: Links
    result: tuple[dict[str, Any], ...]

    def __repr__(self) -> str:
        return "Shown(…)"


class ErrorEntry(msgspec.Struct, frozen=True):
    """One entry of `errors`."""

    code: str
    message: str


class Failure(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 401 and 503."""

    title: str
    detail: str
    links: Links


class RefusedBody(Failure, frozen=True, kw_only=True):
    """Body of status 400."""

    errors: tuple[ErrorEntry, ...]


def done(call: Call, numbers: Sequence[IssuedNumber]) -> Success:
    """Return the body of status 200."""
    return Success(metadata=Metadata(call.title, "登録が完了しました。"), links=links(call), result=tuple(numbers))


def edited(entry: EditedNumber) -> Edited:
    """Return the body of status 200 of an edit."""
    return Edited(metadata=Metadata(EDIT.title, "更新が完了しました。"), links=links(EDIT), result=(entry,))


def shown(entry: dict[str, Any]) -> Shown:
    """Return the body of status 200 of a look at a record and its history."""
    return Shown(metadata=Metadata(HISTORY.title, "照会が完了しました。"), links=links(HISTORY), result=(entry,))


def issued_number(record: AddresseeRecord, request: IssueRequest) -> IssuedNumber:
    """Return the entry of a request that was done; who operated when is the request's, as published."""
    operator, day, time = request.operation
    return IssuedNumber(
        shikuchosonkodo=request.municipality,
        atenabango=record.number,
        rirekibango=record.version,
        sosashaid=operator,
        sosanengappi=day,
        sosajikoku=time,
    )


def refused(call: Call, errors: Sequence[RequestError]) -> RefusedBody:
    """Return the body of status 400; `errors` has at least one entry."""
    entries = tuple(ErrorEntry(error.code, error.message) for error in errors)
    return RefusedBody(title=call.title, detail="エラーが発生しました。", links=links(call), errors=entries)


def unauthorized(call: Call) -> Failure:
    """Return the body of status 401; it never says what was wrong with the token."""
    return Failure(title=call.title, detail="アクセストークンが無効です。", links=links(call))


def unavailable(call: Call) -> Failure:
    """Return the body of status 503."""
    return Failure(title=call.title, detail="想定外のエラーが発生しました。", links=links(call))


def encoded(body: msgspec.Struct) -> bytes:
    """Return a body as JSON (UTF-8)."""
    return msgspec.json.encode(body)


def links(call: Call) -> Links:
    """Return the links of a body of a call."""
    return Links(Link(f"/{call.path}"))
