"""Requests: from a JSON object to one that keeps every rule of its table of items, or all its errors in item order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kyotsu.addressees.conditions import condition_errors
from kyotsu.addressees.items import BY_NAME, ITEMS, PERSON, RequestItem
from kyotsu.addressees.records import NO_ID, Operation, Use, use_of
from kyotsu.addressees.rules import RequestError, error_of, missing, wrong
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiRequest
from kyotsu.japanese import dates


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a request is held against besides itself."""

    municipalities: Collection[str]
    """市区町村コード that this deployment accepts."""
    caller: Use
    """The client's own ids."""
    received_at: datetime
    individual_numbers: bool
    """Whether the caller may send, and be shown, 個人番号."""


@dataclass(frozen=True, slots=True)
class Callers:
    """What the deployment and its catalogue say of callers."""

    municipalities: Collection[str]
    """市区町村コード that this deployment accepts."""
    handles_individual_numbers: Callable[[str], bool]
    """Whether a system may send, and be shown, 個人番号."""

    def circumstances(self, request: ApiRequest) -> Circumstances:
        """Return what a request is held against."""
        allowed = self.handles_individual_numbers(request.system)
        return Circumstances(self.municipalities, use_of(request.system), request.received_at, allowed)


_WANTED = "kojinbangoshutokufuragu"
Conditions = Callable[[Mapping[str, str]], Iterator[RequestError]]
"""What items of a request ask of each other, given what is set, also what breaks a rule of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRequest:
    """A request without errors. Items that are not set are absent."""

    processing: str
    """処理区分."""
    municipality: str
    number: str | None
    individual_number: str | None = field(repr=False)
    person: Mapping[str, str] = field(repr=False)
    """Items of `PERSON` that are set, by romaji name."""
    use: Use
    principal: str | None
    """名寄せ先宛名番号, if 名寄せ元フラグ is 1."""
    closed_to_others: bool
    operation: Operation


class InvalidRequestError(Exception):
    """A request breaks rules; `errors` has every one, in item order, and at least one."""

    def __init__(self, errors: tuple[RequestError, ...]) -> None:
        self.errors = errors
        super().__init__("、".join(error.code for error in errors))


def validated(body: Mapping[str, object], circumstances: Circumstances) -> IssueRequest:
    """Return the number-issue request of a JSON object; raises InvalidRequestError with all its errors."""
    return _request(items_of(body, ITEMS, condition_errors, circumstances), circumstances.caller)


def items_of(
    body: Mapping[str, object], table: Sequence[RequestItem], conditions: Conditions, circumstances: Circumstances
) -> dict[str, str]:
    """Return the items that are set, of a request without errors; raises InvalidRequestError with all its errors.

    The table has 市区町村コード, 業務ID, 独自施策システム等ID and who operated when. null, "" and an absent item are
    the same: not set. A required item of nothing but spaces isn't set, either.
    """
    order = {item.romaji: place for place, item in enumerate(table)}
    given = {name: value for name, value in body.items() if name in order and value is not None and value != ""}
    errors = {error.item: error for error in _item_errors(given, table)}
    strings = {name: value for name, value in given.items() if isinstance(value, str)}
    # What is set wrongly is set: it asks for other items, and is not told to be missing.
    texts = {name: str(value) for name, value in given.items()} | strings
    told = [*conditions(texts), *circumstance_errors(strings, errors, circumstances)]
    if not circumstances.individual_numbers:
        told += individual_number_errors(strings)
    for error in told:
        errors.setdefault(error.item, error)
    ordered = sorted(errors.values(), key=lambda error: order[error.item])
    unknown = body.keys() - order.keys()
    if unknown:
        ordered.append(_unknown_items(len(unknown)))
    if ordered:
        raise InvalidRequestError(tuple(ordered))
    return strings


def operation_of(values: Mapping[str, str]) -> Operation:
    """Return who operated when, of items without errors."""
    return Operation(values["sosashaid"], values["sosanengappi"], dates.with_seconds(values["sosajikoku"]))


def _item_errors(given: Mapping[str, object], table: Sequence[RequestItem]) -> Iterator[RequestError]:
    for item in table:
        value = given.get(item.romaji)
        if value is None or (item.required and isinstance(value, str) and value.isspace()):
            if item.required:
                yield missing(item)
            continue
        flag = given.get(f"{item.romaji}_fushofuragu")
        error = error_of(item, value, indefinite=flag == "1")
        if error is not None:
            yield error


def circumstance_errors(
    values: Mapping[str, str], errors: Collection[str], circumstances: Circumstances
) -> Iterator[RequestError]:
    """Yield what only the deployment, the caller or the moment can tell to be wrong, of items right in themselves."""
    caller = circumstances.caller
    if values.get("shikuchosonkodo") not in circumstances.municipalities:
        yield wrong(BY_NAME["shikuchosonkodo"], "この環境で受け付ける市区町村コード")
    for name, own in (("gyomuid", caller.business), ("dokujishisakushisutemutoid", caller.local_system)):
        if values.get(name, NO_ID) not in (NO_ID, own):
            yield wrong(BY_NAME[name], "認証されたシステム自身のID")
    if "sosanengappi" in errors or "sosajikoku" in errors:
        return
    operated = dates.operated_at(values["sosanengappi"], values["sosajikoku"])
    if operated > dates.compact(circumstances.received_at + dates.FUTURE_TOLERANCE):
        yield wrong(BY_NAME["sosanengappi"], "受信時刻より未来でない日付")


def individual_number_errors(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield what of a request only a system may say that handles 個人番号 (番号利用事務: 共通機能標準仕様書 2.1)."""
    outcome = outcomes.INDIVIDUAL_NUMBER_NOT_ALLOWED
    for name, asks in (("kojinbango", "kojinbango" in values), (_WANTED, values.get(_WANTED) == "1")):
        if asks:
            yield RequestError(name, outcome.code, outcome.sentence())


def _unknown_items(count: int) -> RequestError:
    return RequestError("", outcomes.UNKNOWN_ITEMS.code, outcomes.UNKNOWN_ITEMS.sentence(count=count))


def _request(values: Mapping[str, str], caller: Use) -> IssueRequest:
    linked = values["nayosemotofuragu"] == "1"
    return IssueRequest(
        processing=values["shorikubun"],
        municipality=values["shikuchosonkodo"],
        number=values.get("atenabango"),
        individual_number=values.get("kojinbango"),
        person={name: values[name] for name in PERSON if name in values},
        use=caller,
        principal=values["nayosesakiatenabango"] if linked else None,
        closed_to_others=values["tagyomusanshofukafuragu"] == "1",
        operation=operation_of(values),
    )
