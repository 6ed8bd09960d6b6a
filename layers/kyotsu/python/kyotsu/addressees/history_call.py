"""住登外者宛名履歴照会: a record as it stands and its history, as its reader may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kyotsu.addressees.edit_requests import HistoryRequest, history_request
from kyotsu.addressees.editing import not_registered
from kyotsu.addressees.records import AddresseeRecord, use_of
from kyotsu.addressees.requests import Callers, InvalidRequestError
from kyotsu.addressees.responses import HISTORY, refused, shown
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.showing import history_items, record_items
from kyotsu.addressees.store import KnownNumber, RegistryStore
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.japanese import dates

_AT_ONCE = 30


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
        entries = [one for one in self.store.history(asked.number) if one.record.readable_by(asked.use)]
        linked = sorted(self.store.linked_to(asked.number)) if known.linked else []
        withheld = self._is_withheld({asked.number, record.principal or asked.number, *linked}, request)
        hidden = self.withheld if withheld else frozenset[str]()
        items: dict[str, Any] = dict(record_items(record, asked.use, hidden))
        if asked.individual_number and known.use is not None and known.use.individual_number is not None:
            items["kojinbango"] = known.use.individual_number
        items["nayosemotoatenabango"] = list(self._readable(linked, asked))
        items["rireki"] = [history_items(entry, asked.use, hidden) for entry in entries]
        self.audit.record(self._access(request, withheld=withheld), [asked.number])
        return ApiAnswer(status=200, body=shown(items), numbers=(asked.number,))

    def _is_withheld(self, numbers: set[str], request: ApiRequest) -> bool:
        """Tell whether addresses are kept back: one person's numbers are as protected as the most protected of them.

        Decided after everything was read: a measure that comes in between is seen.
        """
        verdicts = self.decision.decide(sorted(numbers), Reader(request.system, self.purpose))
        if numbers - verdicts.keys():
            raise ShowingUndecidedError
        return any(verdicts[number] is not Verdict.OPEN for number in numbers)

    def _readable(self, numbers: list[str], asked: HistoryRequest) -> Iterator[str]:
        for some in (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)):
            found = self.store.look(some, asked.use).numbers
            records = (found[number].record for number in some)
            yield from (one.number for one in records if one is not None and one.readable_by(asked.use))

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
