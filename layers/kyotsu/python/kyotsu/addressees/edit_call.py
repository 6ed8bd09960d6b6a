"""住登外者宛名基本情報更新: the use case behind the call that is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.edit_requests import LeaseWish, edit_request
from kyotsu.addressees.editing import End, Link, Situation, Update, decide, not_registered, principal_of
from kyotsu.addressees.issuance import RegistryContendedError
from kyotsu.addressees.issuing import Refused
from kyotsu.addressees.leasing import lease_refusal
from kyotsu.addressees.linking import linked_to_hidden
from kyotsu.addressees.once import content_of, kept, key_reused, once_key
from kyotsu.addressees.records import AddresseeRecord, Operation
from kyotsu.addressees.requests import Callers, InvalidRequestError
from kyotsu.addressees.responses import EDIT, Edited, EditedNumber, edited, refused
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import Done, Lease, RegistryStore, Seen
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import dates

ATTEMPTS = 10
"""How often an edit is decided anew because somebody else's write went first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """The `ApiCall` of edits. A refusal is not kept under an `Idempotency-Key`: it changed nothing."""

    store: RegistryStore
    """One that opens no 個人番号: what was sent before is known by its fingerprint."""
    callers: Callers
    fingerprints: Fingerprints
    lease_time: timedelta
    residents_keep_numbers: bool

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises RegistryContendedError."""
        try:
            wanted = edit_request(request.body, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal(invalid.errors)
        if isinstance(wanted.wish, LeaseWish):
            return self._leased(wanted.wish, request)
        return self._edited(wanted.wish, wanted.municipality, request)

    def _edited(self, edit: Update | Link | End, municipality: str, request: ApiRequest) -> ApiAnswer:
        once, mine = once_key(request, self.fingerprints), None
        for _ in range(ATTEMPTS):
            seen = self._look(edit, once)
            if seen.done is not None:
                return _repeated(seen.done, self._content(request))
            if mine is not None and self._is_written(mine):
                return _done(mine, municipality, edit.operation)
            decided = decide(self._sent(edit, seen), self._situation(edit, seen, request))
            if isinstance(decided, Refused):
                return _refusal(decided.errors)
            answer = _done(decided, municipality, edit.operation)
            note = None if once is None else Done(once, self._content(request), msgspec.json.encode(answer.body))
            editor = Editor(edit.use, edit.operation.operator, request.received_at)
            if (note is None and not decided.changes) or self.store.write(replace(decided, editor=editor), note):
                return answer
            mine = decided if once is None else None
        raise RegistryContendedError

    def _look(self, edit: Update | Link | End, once: str | None) -> Seen:
        numbers = {edit.number, principal_of(edit) or edit.number}
        return self.store.look(sorted(numbers), edit.use, once)

    def _situation(self, edit: Update | Link | End, seen: Seen, request: ApiRequest) -> Situation:
        principal, known = principal_of(edit), seen.numbers[edit.number]
        return Situation(
            known=known,
            hidden=isinstance(edit, Link) and linked_to_hidden(self.store, known.record, principal, edit.use),
            principal=None if principal is None else seen.numbers[principal],
            now=request.received_at,
            residents_keep_numbers=self.residents_keep_numbers,
        )

    def _sent(self, edit: Update | Link | End, seen: Seen) -> Update | Link | End:
        """Return an edit without a 個人番号 that the caller sent before."""
        if not isinstance(edit, Update):
            return edit
        again = seen.numbers[edit.number].was_sent(edit.individual_number, self.fingerprints)
        return replace(edit, individual_number=None) if again else edit

    def _is_written(self, mine: Change) -> bool:
        """Tell whether a write that was told to have failed had been tried twice, and the first try took place."""
        return mine.entry is not None and mine.entry in self.store.history(mine.record.number)

    def _content(self, request: ApiRequest) -> bytes:
        return content_of(EDIT, request.body, self.fingerprints)

    def _leased(self, wish: LeaseWish, request: ApiRequest) -> ApiAnswer:
        record = self.store.look([wish.number], wish.use).numbers[wish.number].record
        if record is None or record.deleted or not record.readable_by(wish.use):
            return _refusal((not_registered(),))
        operator, now = wish.operation.operator, request.received_at
        if not wish.take:
            self.store.release(wish.number, wish.use, operator)
            return _answer(record, record.municipality, wish.operation)
        wanted = Lease(wish.use, operator, now + self.lease_time)
        held = self.store.lease(wish.number, wanted, now)
        if (held.holder, held.operator) != (wish.use, operator):
            return _refusal((lease_refusal(),))
        # Read again: an edit that was under way when the lease was asked for is part of what the holder builds on.
        seen = self.store.look([wish.number], wish.use).numbers[wish.number].record
        until = dates.iso(dates.compact(held.until))
        return _answer(seen or record, record.municipality, wish.operation, until)


def _repeated(earlier: Done, content: bytes) -> ApiAnswer:
    body = kept(earlier, content, Edited)
    if body is None:
        return _refusal((key_reused(),))
    return ApiAnswer(status=200, body=body, numbers=tuple(entry.atenabango for entry in body.result))


def _done(change: Change, municipality: str, operation: Operation) -> ApiAnswer:
    codes = tuple(outcome.code for _, outcome, _ in change.remarks)
    return _answer(change.record, municipality, operation, codes=codes)


def _answer(
    record: AddresseeRecord,
    municipality: str,
    operation: Operation,
    until: str | None = None,
    codes: tuple[str, ...] = (),
) -> ApiAnswer:
    operator, day, time = operation
    entry = EditedNumber(
        shikuchosonkodo=municipality,
        atenabango=record.number,
        rirekibango=record.version,
        sosashaid=operator,
        sosanengappi=day,
        sosajikoku=time,
        haitakigen=until,
    )
    return ApiAnswer(status=200, body=edited(entry), codes=codes, numbers=(record.number,))


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(EDIT, errors), codes=tuple(error.code for error in errors))
