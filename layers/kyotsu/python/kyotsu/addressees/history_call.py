"""住登外者宛名履歴照会: a record as it stands and its history, as its reader may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kyotsu.addressees.edit_requests import HistoryRequest, history_request
from kyotsu.addressees.editing import not_registered
from kyotsu.addressees.person_numbers import numbers_of_person
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
        entries, own = self.store.history(asked.number), numbers_of_person(self.store, known)
        hidden = self._hidden({record.principal, *(entry.record.principal for entry in entries)}, own, asked.use)
        linked = self.store.linked_to(asked.number) if known.linked else ()
        withheld = self._is_withheld(set(own), request)
        absent = self.withheld if withheld else frozenset[str]()
        items: dict[str, Any] = dict(record_items(without_link(record, hidden), asked.use, absent))
        if asked.individual_number and known.use is not None and known.use.individual_number is not None:
            items["kojinbango"] = known.use.individual_number
        items["nayosemotoatenabango"] = [number for number in sorted(linked) if _may_know(own.get(number), asked.use)]
        shown_entries = entries_for(entries, asked.use, hidden)
        items["rireki"] = [history_items(entry, asked.use, absent) for entry in shown_entries]
        self.audit.record(self._access(request, withheld=withheld), [asked.number])
        return ApiAnswer(status=200, body=shown(items), numbers=(asked.number,))

    def _hidden(self, principals: set[str | None], own: Mapping[str, KnownNumber], use: Use) -> frozenset[str]:
        """Return the principals, now or before, whose records are closed to the reader."""
        numbers = {number for number in principals if number is not None}
        others = sorted(numbers - own.keys())
        found = {**own, **(self.store.look(others, use).numbers if others else {})}
        return frozenset(number for number in numbers if not _may_know(found[number], use))

    def _is_withheld(self, numbers: set[str], request: ApiRequest) -> bool:
        """Tell whether addresses are kept back: one person's numbers are as protected as the most protected of them.

        Decided after everything was read: a measure that comes in between is seen.
        """
        verdicts = self.decision.decide(sorted(numbers), Reader(request.system, self.purpose))
        if numbers - verdicts.keys():
            raise ShowingUndecidedError
        return any(verdicts[number] is not Verdict.OPEN for number in numbers)

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


def _may_know(known: KnownNumber | None, use: Use) -> bool:
    """Tell whether a system may know that a number is registered; a resident's that is not may be known."""
    return known is not None and (known.record is None or known.record.readable_by(use))


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(HISTORY, errors), codes=tuple(error.code for error in errors))
