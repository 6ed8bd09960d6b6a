"""住登外者宛名履歴照会: a record as it stands and its history, as its reader may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kyotsu.addressees.edit_requests import HistoryRequest, history_request
from kyotsu.addressees.editing import not_registered
from kyotsu.addressees.records import AddresseeRecord, Use, use_of
from kyotsu.addressees.requests import Callers, InvalidRequestError
from kyotsu.addressees.responses import HISTORY, refused, shown
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.showing import entries_for, history_items, record_items, without_link
from kyotsu.addressees.store import KnownNumber, RegistryStore
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.japanese import dates


class ShowingUndecidedError(Exception):
    """Whether this person is protected can't be told now, so nothing about the person may be shown. Ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """The `ApiCall` that shows a record. A record that the caller may not see is to it as if it were not there."""

    store: RegistryStore
    callers: Callers
    decision: ProtectionDecision
    audit: AuditTrail
    withheld: frozenset[str]
    """Items that tell where somebody lives."""
    purpose: str = "linkage"
    """A purpose of the catalogue."""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises ShowingUndecidedError, and whatever keeps the audit trail from being written."""
        caller = use_of(request.system)
        try:
            asked = history_request(request.body, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal(invalid.errors)
        known = self.store.look([asked.number], caller).numbers[asked.number]
        if known.record is None or not known.record.readable_by(caller):
            return _refusal((not_registered(),))
        return self._shown(asked, known, known.record, request)

    def _shown(
        self, asked: HistoryRequest, known: KnownNumber, record: AddresseeRecord, request: ApiRequest
    ) -> ApiAnswer:
        entries = self.store.history(asked.number)
        linked = sorted(self.store.linked_to(asked.number)) if known.linked else []
        principals = {one.principal for one in (record, *(entry.record for entry in entries)) if one.principal}
        secret = self._secret({*linked, *principals}, asked.use)
        withheld = self._is_withheld(asked.number, request)
        absent, hidden = self.withheld if withheld else frozenset[str](), secret & principals
        items: dict[str, Any] = dict(record_items(without_link(record, hidden), asked.use, absent))
        if asked.individual_number and known.use is not None and known.use.individual_number is not None:
            items["kojinbango"] = known.use.individual_number
        items["nayosemotoatenabango"] = [number for number in linked if number not in secret]
        shown_entries = entries_for(entries, asked.use, hidden)
        items["rireki"] = [history_items(entry, asked.use, absent) for entry in shown_entries]
        self.audit.record(self._access(request, withheld=withheld), [asked.number])
        return ApiAnswer(status=200, body=shown(items), numbers=(asked.number,))

    def _secret(self, numbers: Collection[str], use: Use) -> frozenset[str]:
        """Return those of some numbers whose records are closed to the reader, so that it may not know of them.

        A resident's number that is not registered may be known.
        """
        found = self.store.look(sorted(numbers), use).numbers if numbers else {}
        return frozenset(number for number, one in found.items() if one.record and not one.record.readable_by(use))

    def _is_withheld(self, number: str, request: ApiRequest) -> bool:
        """Tell whether addresses are kept back. Asked after everything was read: a measure or a link that comes in
        between is seen."""
        verdict = self.decision.decide([number], Reader(request.system, self.purpose)).get(number)
        if verdict is None:
            raise ShowingUndecidedError
        return verdict is not Verdict.OPEN

    def _access(self, request: ApiRequest, *, withheld: bool) -> Access:
        return Access(
            access_id=request.request_id,
            at=dates.iso(dates.compact(request.received_at)),
            actor=request.system,
            business=request.system,
            purpose=self.purpose,
            deed=Deed.READ,
            subject=HISTORY.path,
            withheld=withheld,
        )


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(HISTORY, errors), codes=tuple(error.code for error in errors))
