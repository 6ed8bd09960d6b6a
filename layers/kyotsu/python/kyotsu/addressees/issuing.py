"""What a number-issue request comes to, given what is known: pure, without storage.

The outcome names everything that must be written, together or not at all, and the revision it was decided on, so that
two requests at once can't both hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from kyotsu.addressees.changes import Change
from kyotsu.addressees.conditions import CHOSEN, EXISTING, NEW
from kyotsu.addressees.leasing import held_by_another, lease_refusal
from kyotsu.addressees.linking import LinkKnown, link_known, link_refusals
from kyotsu.addressees.numbers import NumberKind, Ranges, follows_rule
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, Deed, HistoryEntry, Origin
from kyotsu.addressees.requests import IssueRequest
from kyotsu.addressees.revising import revised, too_many
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import KnownNumber
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.residents.effects import REGISTERED, Remark, number_remarks

_OURS = (NumberKind.NON_RESIDENT, NumberKind.INTEGRATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when a request is decided, of its own number (処理区分 1, 2) and of the one it links to."""

    record: AddresseeRecord | None = None
    use: BusinessUse | None = None
    """The caller's own part of the record, if it has one."""
    resident: str | None = None
    """住民区分 of the number among the residents; None: no resident ever had it."""
    migrated: bool = False
    """Whether the number was reserved by a migration."""
    link: LinkKnown = field(default_factory=LinkKnown)
    edited: bool = False
    """Whether somebody else edits the record alone (排他制御)."""


def known_of(
    own: KnownNumber, principal: KnownNumber | None, request: IssueRequest, now: datetime, *, hidden: bool = False
) -> Known:
    """Return what a request is decided by; `principal`: what is known of the number it links to, if it does.

    `hidden`: as `LinkKnown.hidden`.
    """
    return Known(
        record=own.record,
        use=own.use,
        resident=own.resident,
        migrated=own.migrated,
        link=link_known(own, principal, hidden=hidden),
        edited=held_by_another(own.lease, request.use, request.operation.operator, now),
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is written. Errors are in item order."""

    errors: tuple[RequestError, ...]


def issue(request: IssueRequest, known: Known, ranges: Ranges, fresh: str) -> Change | Refused:
    """Decide a request. `fresh`: a number of a reserved block, used by 処理区分 0 alone; `known` is then of it.

    Raises ValueError if `fresh` is none that may be issued, which no request can bring about.
    """
    if request.processing == NEW:
        if ranges.kind(fresh) is not NumberKind.NON_RESIDENT or not follows_rule(fresh) or _is_taken(known):
            raise ValueError("the number for a new addressee is not issuable")
        number = fresh
    else:
        number = request.number or ""
    errors = tuple(_refusals(request, known, ranges, number))
    if errors:
        return Refused(errors)
    remarks = tuple(_remarks(request, known))
    if known.record is None or known.record.deleted:
        granted = _registered(request, known, number, remarks)
    else:
        granted = _joined(request, known, known.record, remarks)
    error = too_many(granted)
    return Refused((error,)) if error else granted


def _is_taken(known: Known) -> bool:
    return known.record is not None or known.resident is not None or known.migrated


def _refusals(request: IssueRequest, known: Known, ranges: Ranges, number: str) -> Iterator[RequestError]:
    record = known.record
    if request.processing != NEW and not _is_usable(request, known, ranges):
        yield _refusal("atenabango", outcomes.NUMBER_UNUSABLE)
        return  # Whatever else is wrong would tell of a record that the caller may not see.
    if request.processing != NEW and known.edited:
        yield lease_refusal()
    current = record if record is not None and not record.deleted else None
    if request.principal is not None:
        yield from link_refusals(number, request.principal, current, known.link, request.use)
    closes = current is not None and request.closed_to_others and not current.closed_to_others
    if current is not None and closes and (current.owner != request.use or current.uses != {request.use}):
        yield _refusal("tagyomusanshofukafuragu", outcomes.CLOSING_SHARED)


def _is_usable(request: IssueRequest, known: Known, ranges: Ranges) -> bool:
    """Tell whether a number that the caller names may be used by it."""
    record = known.record
    if record is not None and not record.deleted:
        return record.readable_by(request.use)
    if request.processing == CHOSEN:
        return False
    # A number of our own ranges that nobody has was never issued: it may be issued to somebody else tomorrow.
    return _is_taken(known) or ranges.kind(request.number or "") not in _OURS


def _remarks(request: IssueRequest, known: Known) -> Iterator[Remark]:
    if request.processing == NEW:
        if request.number is not None:
            yield "宛名番号", outcomes.NUMBER_NOT_USED, {}
        return
    if known.record is not None:
        return
    if not _is_taken(known):
        yield "宛名番号", outcomes.NUMBER_UNHEARD_OF, {}
    if known.resident == REGISTERED:
        yield "宛名番号", outcomes.STILL_REGISTERED, {}
    yield from number_remarks(request.number or "")


def _registered(request: IssueRequest, known: Known, number: str, remarks: tuple[Remark, ...]) -> Change:
    """Register a person under a number that nobody is registered under now."""
    before = known.record
    record = AddresseeRecord(
        number=number,
        municipality=request.municipality,
        version=1 if before is None else before.version + 1,
        revision=1 if before is None else before.revision + 1,
        person=request.person,
        owner=request.use,
        uses=frozenset({request.use}),
        closed_to_others=request.closed_to_others,
        principal=request.principal,
        origin=_origin(request, known) if before is None else before.origin,
        registered=request.operation,
        operation=request.operation,
    )
    deed = Deed.REGISTERED if before is None else Deed.REOPENED
    return Change(
        record=record,
        expected=None if before is None else before.revision,
        entry=HistoryEntry(deed, request.use, record),
        use=BusinessUse(number, request.use, request.individual_number),
        linked_to=request.principal,
        principal_is_resident=known.link.principal_is_resident,
        remarks=remarks,
    )


def _origin(request: IssueRequest, known: Known) -> Origin:
    if request.processing == NEW:
        return Origin.ISSUED
    return Origin.MIGRATED if known.migrated else Origin.CARRIED_OVER


def _joined(request: IssueRequest, known: Known, before: AddresseeRecord, remarks: tuple[Remark, ...]) -> Change:
    """Let the caller use a record that is there. The same request again changes nothing.

    処理区分 1 brings the person's data along; 2 chose the record as it is. Flags that are 0 are defaults: they neither
    open a closed record nor unlink a linked one.
    """
    told = replace(
        before,
        closed_to_others=before.closed_to_others or request.closed_to_others,
        principal=request.principal or before.principal,
    )
    if request.processing == EXISTING:
        told = replace(told, person=request.person, municipality=request.municipality)
    told = replace(told, uses=before.uses | {request.use})
    part = BusinessUse(before.number, request.use, request.individual_number or _individual_number(known))
    return revised(
        before,
        told,
        request.use,
        request.operation,
        part if part != known.use else None,
        principal_is_resident=known.link.principal_is_resident,
        remarks=remarks,
    )


def _individual_number(known: Known) -> str | None:
    return None if known.use is None else known.use.individual_number


def _refusal(item: str, outcome: Outcome) -> RequestError:
    return RequestError(item, outcome.code, outcome.sentence())
