"""Rows of 住登外者宛名基本情報の更新 (031i001) as edits.

A row carries the whole state of a record as its sender has it. So 名寄せ元フラグ 0 takes a link back and
他業務参照不可フラグ 0 opens a record, if the sender used the record before: nobody else was told of either
(docs/decisions/0116).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kyotsu.addressees.changes import Change
from kyotsu.addressees.conditions import EXISTING, link_errors, person_errors
from kyotsu.addressees.editing import End, Linking, Situation, Update, decide
from kyotsu.addressees.issuing import Refused, issue, known_of
from kyotsu.addressees.items import BY_NAME, PERSON
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import NO_ID, Use
from kyotsu.addressees.requests import IssueRequest, individual_number_errors, operation_of
from kyotsu.addressees.rules import RequestError, error_of, wrong

_NUMBER = "atenabango"
_LINKED = "nayosemotofuragu"
_PRINCIPAL = "nayosesakiatenabango"
_CLOSED = "tagyomusanshofukafuragu"
_DELETED = "sakujofuragu"


def row_errors(values: Mapping[str, str], sender: Use, *, individual_numbers: bool) -> tuple[RequestError, ...]:
    """Return what of a row that keeps its layout is wrong all the same, in item order.

    `values`: what is set; `individual_numbers`: whether the sender handles 個人番号.
    """
    order = list(BY_NAME)
    return tuple(sorted(_row_errors(values, sender, individual_numbers), key=lambda error: order.index(error.item)))


def principal_of_row(values: Mapping[str, str]) -> str | None:
    """Return the number that a row links to, if any."""
    return None if is_deletion(values) or values.get(_LINKED) != "1" else values.get(_PRINCIPAL)


def is_deletion(values: Mapping[str, str]) -> bool:
    """Tell whether a row asks for nothing but a deletion."""
    return values.get(_DELETED) == "1"


def decide_row(
    values: Mapping[str, str], sender: Use, situation: Situation, ranges: Ranges, *, knows_link: bool
) -> Change | Refused:
    """Decide a row without errors. A number that has no record, or a closed one, is carried over (flow (3) of 2.3.2),
    as by 処理区分 1 of the number-issue API. `knows_link`: the sender was told of the record's link, if there is one.
    """
    record = situation.known.record
    if is_deletion(values):
        return decide(End(number=values["atenabango"], use=sender, operation=operation_of(values)), situation)
    if record is None or record.deleted:
        request = _carried_over(values, sender)
        return issue(request, known_of(situation.known, situation.principal, request, situation.now), ranges, "")
    return decide(_update(values, sender, knows=knows_link), situation)


def _row_errors(values: Mapping[str, str], sender: Use, individual_numbers: bool) -> Iterator[RequestError]:
    for name, own in (("gyomuid", sender.business), ("dokujishisakushisutemutoid", sender.local_system)):
        if values.get(name, NO_ID) not in (NO_ID, own):
            yield wrong(BY_NAME[name], "送信元のシステム自身のID")
    if not individual_numbers:
        yield from individual_number_errors(values)
    yield from _form_errors(values, _NUMBER)
    if is_deletion(values):
        return
    yield from person_errors(values)
    yield from link_errors(values)
    yield from _form_errors(values, _LINKED, _CLOSED, _PRINCIPAL)


def _form_errors(values: Mapping[str, str], *names: str) -> Iterator[RequestError]:
    for name in names:
        error = error_of(BY_NAME[name], values[name]) if name in values else None
        if error is not None:
            yield error


def _update(values: Mapping[str, str], sender: Use, *, knows: bool) -> Update:
    """`knows`: the sender was told of the record's link, so that it takes it back if it names none."""
    principal = principal_of_row(values)
    return Update(
        number=values["atenabango"],
        use=sender,
        operation=operation_of(values),
        municipality=values["shikuchosonkodo"],
        person=_person(values),
        individual_number=values.get("kojinbango"),
        closed_to_others=values[_CLOSED] == "1",
        linking=Linking(principal) if principal is not None or knows else None,
    )


def _carried_over(values: Mapping[str, str], sender: Use) -> IssueRequest:
    return IssueRequest(
        processing=EXISTING,
        municipality=values["shikuchosonkodo"],
        number=values["atenabango"],
        individual_number=values.get("kojinbango"),
        person=_person(values),
        use=sender,
        principal=principal_of_row(values),
        closed_to_others=values[_CLOSED] == "1",
        operation=operation_of(values),
    )


def _person(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name in PERSON if name in values}
