"""Requests of the two calls that are ours, as values: an edit, a lease, or a look at a record and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kyotsu.addressees.edit_items import (
    EDIT_ITEMS,
    END,
    GIVE_BACK,
    HISTORY_ITEMS,
    LINK,
    TAKE,
    UPDATE,
    edit_conditions,
    no_conditions,
)
from kyotsu.addressees.editing import End, Link, Linking, Update
from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import Operation, Use
from kyotsu.addressees.requests import Circumstances, items_of, operation_of


class LeaseWish(NamedTuple):
    """Somebody wants to edit a record alone, or does no longer."""

    number: str
    use: Use
    operation: Operation
    take: bool


class EditRequest(NamedTuple):
    """A request of 住登外者宛名基本情報更新 without errors."""

    municipality: str
    wish: Update | End | Link | LeaseWish


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """A request of 住登外者宛名履歴照会 without errors."""

    number: str
    use: Use
    operation: Operation
    individual_number: bool
    """Whether 個人番号 is asked for."""


def edit_request(body: Mapping[str, object], circumstances: Circumstances) -> EditRequest:
    """Return the edit of a JSON object; raises InvalidRequestError with all its errors."""
    values = items_of(body, EDIT_ITEMS, edit_conditions, circumstances)
    return EditRequest(values["shikuchosonkodo"], _wish(values, circumstances.caller))


def history_request(body: Mapping[str, object], circumstances: Circumstances) -> HistoryRequest:
    """Return the question of a JSON object; raises InvalidRequestError with all its errors."""
    values = items_of(body, HISTORY_ITEMS, no_conditions, circumstances)
    asked = values.get("kojinbangoshutokufuragu") == "1"
    return HistoryRequest(values["atenabango"], circumstances.caller, operation_of(values), asked)


def _wish(values: Mapping[str, str], use: Use) -> Update | End | Link | LeaseWish:
    processing, number, operation = values["shorikubun"], values["atenabango"], operation_of(values)
    seen = int(values["rirekibango"]) if "rirekibango" in values else None
    if processing in (TAKE, GIVE_BACK):
        return LeaseWish(number, use, operation, take=processing == TAKE)
    if processing == UPDATE:
        return _update(values, use, seen)
    if processing == END:
        return End(number=number, use=use, operation=operation, seen=seen)
    linking = Linking(values["nayosesakiatenabango"] if processing == LINK else None)
    return Link(number=number, use=use, operation=operation, seen=seen, linking=linking)


def _update(values: Mapping[str, str], use: Use, seen: int | None) -> Update:
    flag = values.get("tagyomusanshofukafuragu")
    return Update(
        number=values["atenabango"],
        use=use,
        operation=operation_of(values),
        seen=seen,
        municipality=values["shikuchosonkodo"],
        person={name: values[name] for name in PERSON if name in values},
        individual_number=values.get("kojinbango"),
        closed_to_others=None if flag is None else flag == "1",
    )
