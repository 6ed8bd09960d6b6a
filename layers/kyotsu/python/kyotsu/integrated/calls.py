"""The two API calls of 団体内統合宛名: requests in, answers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kyotsu.addressees.once import content_of, key_reused, once_key
from kyotsu.addressees.records import use_of
from kyotsu.addressees.requests import Callers, InvalidRequestError
from kyotsu.addressees.responses import Call
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.integrated import responses
from kyotsu.integrated.holding import KeyReusedError, Once
from kyotsu.integrated.issuing import Issued, Issuing
from kyotsu.integrated.requests import PlacedError, looked_up, refused, validated
from kyotsu.integrated.showing import Showing, Shown
from kyotsu.japanese import dates

PURPOSE = "linkage"
"""The purpose of the catalogue that these calls are for."""


@dataclass(frozen=True, slots=True)
class IssueCall:
    """`dantainaitogoatenabangofuban`: an `ApiCall`."""

    callers: Callers
    issuing: Issuing
    audit: AuditTrail

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Issue numbers to the people of a request: 200 if anybody was done, 400 otherwise."""
        if not self.callers.handles_individual_numbers(request.system):
            denied = refused(outcomes.INDIVIDUAL_NUMBER_NOT_ALLOWED)
            return _refused(responses.ISSUE, responses.whole([denied]))
        try:
            asked = validated(request.body, self.callers.circumstances(request))
        except InvalidRequestError as error:
            return _refused(responses.ISSUE, responses.whole(error.errors))
        if not asked.subjects:
            return _refused(responses.ISSUE, asked.errors)
        # Before anything is done: a change that nobody could tell of later must not be.
        self.audit.record(
            _access(request, responses.ISSUE, Deed.CHANGED), [subject.number for subject in asked.subjects]
        )
        use, at = use_of(request.system), _iso(request)
        try:
            found = self.issuing.issue(asked.subjects, asked.header, use, once=self._once(request), at=at)
        except KeyReusedError:
            return _refused(responses.ISSUE, responses.whole([key_reused()]))
        errors = [*asked.errors, *(one for one in found if isinstance(one, PlacedError))]
        issued = [one for one in found if isinstance(one, Issued)]
        if not issued:
            return _refused(responses.ISSUE, errors)
        people = [responses.issued(asked.header, one.place, one.number, one.integrated, new=one.new) for one in issued]
        numbers = tuple(number for one in issued for number in (one.number, one.integrated))
        return ApiAnswer(status=200, body=responses.done(people, errors), codes=_codes(errors), numbers=numbers)

    def _once(self, request: ApiRequest) -> Once | None:
        """Return what the request is done under: its key, and its whole body, people who are wrong included."""
        fingerprints = self.issuing.teller.fingerprints
        key = once_key(request, fingerprints)
        return None if key is None else Once(key, content_of(responses.ISSUE, request.body, fingerprints))


@dataclass(frozen=True, slots=True)
class ShowCall:
    """`dantainaitogoatenakihonjohosyokai`: an `ApiCall`."""

    callers: Callers
    showing: Showing
    audit: AuditTrail

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Show a person: 200 with nobody, if there is none that the caller may see. Raises UndecidedError (503)."""
        try:
            asked = looked_up(request.body, self.callers.circumstances(request))
        except InvalidRequestError as error:
            return _refused(responses.SHOW, responses.whole(error.errors))
        allowed = self.callers.handles_individual_numbers(request.system)
        if not allowed and (asked.by == "kojinbango" or asked.wants_individual_number):
            denied = refused(outcomes.INDIVIDUAL_NUMBER_NOT_ALLOWED)
            return _refused(responses.SHOW, responses.whole([denied]))
        use = use_of(request.system)
        shown = self.showing.shown(asked, request.system, use, allowed=allowed)
        if shown is None:
            return ApiAnswer(status=200, body=responses.shown([]))
        access = _access(request, responses.SHOW, Deed.READ)
        self.audit.record(msgspec.structs.replace(access, withheld=shown.withheld), shown.numbers)
        body = responses.shown([_person(shown)])
        return ApiAnswer(status=200, body=body, numbers=(shown.integrated, *shown.numbers))


def _person(shown: Shown) -> responses.ShownPerson:
    rows = tuple(
        responses.ShownRow(
            atenabango=row.number,
            gyomuid=row.business,
            dokujishisakushisutemutoid=row.local_system,
            togoatenafuragu="1" if row == shown.flagged else "0",
        )
        for row in shown.rows
    )
    return responses.ShownPerson(
        dantainaitogoatenabango=shown.integrated,
        atena=rows,
        kojinbango=shown.individual_number or "",
        juminjotai=shown.status or "",
        **shown.items,
    )


def _access(request: ApiRequest, call: Call, deed: Deed) -> Access:
    return Access(
        access_id=request.request_id,
        at=_iso(request),
        actor=request.system,
        business=request.system,
        purpose=PURPOSE,
        deed=deed,
        subject=call.path,
    )


def _refused(call: Call, errors: Sequence[PlacedError]) -> ApiAnswer:
    return ApiAnswer(status=400, body=responses.refused(call, errors), codes=_codes(errors))


def _codes(errors: Sequence[PlacedError]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(placed.error.code for placed in errors))


def _iso(request: ApiRequest) -> str:
    return dates.iso(dates.compact(request.received_at))
