"""What an edit of a record comes to, given what is known: pure, without storage.

Edits hold in the order they are processed, whatever their 操作日時 (1.1.2). Who does not say which version it has seen
wins over an earlier editor; both stand in the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from kyotsu.addressees.changes import Change
from kyotsu.addressees.issuing import Refused
from kyotsu.addressees.leasing import held_by_another, lease_refusal
from kyotsu.addressees.linking import link_known, link_refusals
from kyotsu.addressees.records import REGISTRY, AddresseeRecord, BusinessUse, Deed, HistoryEntry, Operation, Use
from kyotsu.addressees.revising import revised, too_many
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import KnownNumber
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.residents.effects import REGISTERED, Remark

_NOTHING_ENDED: tuple[Remark, ...] = (("宛名番号", outcomes.NOTHING_TO_END, {}),)


class Linking(NamedTuple):
    """What becomes of a record's link."""

    principal: str | None
    """名寄せ先宛名番号; None: the link is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What all edits have in common."""

    number: str
    use: Use
    """Whose edit it is."""
    operation: Operation
    seen: int | None = None
    """履歴番号 that the editor has seen; None: the editor does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Edit):
    """The person's data as a whole. A business that does not use the record yet begins to."""

    municipality: str
    person: Mapping[str, str] = field(repr=False)
    individual_number: str | None = field(default=None, repr=False)
    """None: the one that the business sent before stays."""
    closed_to_others: bool | None = None
    """None: it stays as it is."""
    linking: Linking | None = None
    """None: it stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Edit):
    """A business's use ends; the last one's end closes the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Edit):
    """名寄せ, or its taking back, with nothing else."""

    linking: Linking


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an edit is held against."""

    known: KnownNumber
    principal: KnownNumber | None = None
    """What is known of the number to link to, if there is one."""
    hidden: bool = False
    """Whether the record is linked to one that the editor may not know of (`linking.linked_to_hidden`)."""
    now: datetime
    residents_keep_numbers: bool
    """Whether a 住登外者 who becomes a 住登者 keeps the number: a deletion then closes the record for everybody."""


def not_registered() -> RequestError:
    """Return the error of a number that has no record, or none that the caller may see."""
    return _refusal("atenabango", outcomes.NOT_REGISTERED)


def principal_of(edit: Edit) -> str | None:
    """Return the number that an edit links to, if any: it must be known to decide."""
    linking = edit.linking if isinstance(edit, Update | Link) else None
    return None if linking is None else linking.principal


def decide(edit: Update | Link | End, situation: Situation) -> Change | Refused:
    """Decide an edit. A record that the editor may not see is to it as if it were not there."""
    record = situation.known.record
    hidden = record is None or not record.readable_by(edit.use)
    if record is None or hidden or (record.deleted and not isinstance(edit, End)):
        return Refused((not_registered(),))
    errors = tuple(_refusals(edit, situation, record))
    if errors:
        return Refused(errors)
    if isinstance(edit, Update):
        change = _updated(edit, situation, record)
    elif isinstance(edit, Link) and situation.hidden:
        # Taken back by who sees no link: as of a record that has none.
        change = Change(record=record, expected=record.revision, entry=None)
    elif isinstance(edit, Link):
        told = replace(record, principal=edit.linking.principal)
        resident = _is_residents(situation.principal)
        change = revised(record, told, edit.use, edit.operation, principal_is_resident=resident)
    else:
        change = _ended(edit, situation, record)
    error = too_many(change)
    return Refused((error,)) if error else change


def _refusals(edit: Edit, situation: Situation, record: AddresseeRecord) -> Iterator[RequestError]:
    known = situation.known
    if held_by_another(known.lease, edit.use, edit.operation.operator, situation.now):
        yield lease_refusal()
    elif isinstance(edit, Link) and edit.use not in (*record.uses, REGISTRY):
        yield _refusal("atenabango", outcomes.NOT_A_USER)
    elif isinstance(edit, End) and _remaining(edit, situation, record) == frozenset() and known.linked:
        yield _refusal("atenabango", outcomes.PRINCIPAL_IN_USE)
    if edit.seen is not None and edit.seen != record.version:
        yield _refusal("rirekibango", outcomes.VERSION_OUTDATED, version=record.version)
    principal = principal_of(edit)
    if principal is not None:
        if situation.principal is None:
            raise ValueError("an edit that links was decided without what is known of the principal")
        link = link_known(known, situation.principal, hidden=situation.hidden)
        yield from link_refusals(edit.number, principal, record, link, edit.use)
    closes = isinstance(edit, Update) and edit.closed_to_others and not record.closed_to_others
    if closes and (record.owner != edit.use or record.uses != {edit.use}):
        yield _refusal("tagyomusanshofukafuragu", outcomes.CLOSING_SHARED)


def _is_residents(principal: KnownNumber | None) -> bool:
    return principal is not None and principal.resident is not None


def _updated(edit: Update, situation: Situation, before: AddresseeRecord) -> Change:
    linking = edit.linking or Linking(before.principal)
    told = replace(
        before,
        person=edit.person,
        municipality=edit.municipality,
        closed_to_others=before.closed_to_others if edit.closed_to_others is None else edit.closed_to_others,
        principal=linking.principal,
        uses=before.uses | {edit.use},
    )
    known = situation.known.use
    kept = None if known is None else known.individual_number
    part = BusinessUse(before.number, edit.use, edit.individual_number or kept)
    changed = part if part != known else None
    resident = _is_residents(situation.principal)
    return revised(before, told, edit.use, edit.operation, changed, principal_is_resident=resident)


def _remaining(edit: End, situation: Situation, record: AddresseeRecord) -> frozenset[Use] | None:
    """Return who goes on using a record; None: the business does not use it, so nothing ends."""
    if record.deleted or edit.use not in record.uses:
        return None
    moved_in = situation.residents_keep_numbers and situation.known.resident == REGISTERED
    return frozenset() if moved_in else record.uses - {edit.use}


def _ended(edit: End, situation: Situation, before: AddresseeRecord) -> Change:
    """End a business's use. A closed record keeps its 履歴番号 (a row with 削除フラグ does) and loses its link."""
    remaining = _remaining(edit, situation, before)
    if remaining is None:
        return Change(record=before, expected=before.revision, entry=None, remarks=_NOTHING_ENDED)
    after = replace(before, uses=remaining, revision=before.revision + 1)
    if remaining:
        entry = HistoryEntry(Deed.ENDED, edit.use, after)
        return Change(record=after, expected=before.revision, entry=entry, ended=frozenset({edit.use}))
    after = replace(after, deleted=True, principal=None, operation=edit.operation)
    return Change(
        record=after,
        expected=before.revision,
        entry=HistoryEntry(Deed.CLOSED, edit.use, after),
        ended=before.uses,
        unlinked_from=before.principal,
    )


def _refusal(item: str, outcome: Outcome, **fields: object) -> RequestError:
    return RequestError(item, outcome.code, outcome.sentence(**fields))
