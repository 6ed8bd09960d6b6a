"""住登外者宛名番号付番: the use case behind the published API."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.conditions import CHOSEN, NEW
from kyotsu.addressees.issuing import Refused, issue, known_of
from kyotsu.addressees.linking import linked_to_hidden
from kyotsu.addressees.numbers import NumberKind, Ranges
from kyotsu.addressees.once import content_of, kept, key_reused, once_key
from kyotsu.addressees.preceding import Asked, Named, Preceding, search_named
from kyotsu.addressees.requests import Callers, InvalidRequestError, IssueRequest, validated
from kyotsu.addressees.responses import ISSUE, Success, done, encoded, issued_number, refused
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.serials import NumbersExhaustedError
from kyotsu.addressees.store import Done, KnownNumber, NumberSource, RegistryStore, Seen
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.sealing import Fingerprints

ATTEMPTS = 10
"""How often a request is decided anew because somebody else's write went first."""
MOST_AT_ONCE = 32
"""Numbers looked at together; with the one linked to they fit one BatchGetItem."""
LOOKS_FOR_FRESH = 40
"""Looks for a number that nobody has. The counter is ahead afterwards, so that a later request goes on from there."""


class RegistryContendedError(KyotsuError):
    """Others' writes went first each time; the same request again is safe."""

    def __init__(self) -> None:
        super().__init__(outcomes.REGISTRY_CONTENDED)


class AlsoIntegrated(Protocol):
    """Issues the 団体内統合宛名番号 beside a 住登外者宛名番号 (共通機能標準仕様書 2.1, 1.1.3)."""

    def ensure(self, number: str, request: IssueRequest) -> None:
        """Have an integrated number for `request.individual_number`, with the addressee number and the caller's use.

        Doing it again changes nothing: a repeat of the request comes here again. Durable when it returns.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """The `ApiCall` of the published number-issue API.

    An answer of status 200 is kept under the caller's `Idempotency-Key` and never expires; a refusal is not, as it
    changed nothing: the key may be used for the corrected request.
    """

    store: RegistryStore
    """One that opens no 個人番号: what was sent before is known by its fingerprint."""
    numbers: NumberSource
    ranges: Ranges
    callers: Callers
    fingerprints: Fingerprints
    integrated: Callable[[], AlsoIntegrated] | None = None
    """None: each function issues its own numbers."""
    preceding: Callable[[], Preceding] | None = None
    """Looks at the searches that issues have to name; None: no issue names one."""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises RegistryContendedError and NumbersExhaustedError."""
        body, search, missing = (request.body, "", ()) if self.preceding is None else search_named(request.body)
        try:
            valid = validated(body, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal((*invalid.errors, *missing))
        if missing:
            return _refusal(missing)
        once = once_key(request, self.fingerprints)
        named = None if self.preceding is None else Named(self.preceding(), search, _asked(valid, request))
        answered = self._issued(valid, request.received_at, once, lambda: self._content(request), named)
        if answered.status == 200 and self.integrated is not None and valid.individual_number is not None:
            # After the number, and again by each repeat: whatever was lost between both is made good here.
            self.integrated().ensure(answered.numbers[0], self._told_on(answered.numbers[0], valid))
        return answered

    def _told_on(self, number: str, request: IssueRequest) -> IssueRequest:
        """Return a request without its person where the record is closed to others: they see integrated people."""
        record = self.store.look([number], request.use).numbers[number].record
        return replace(request, person={}) if record is None or record.closed_to_others else request

    def _content(self, request: ApiRequest) -> bytes:
        return content_of(ISSUE, request.body, self.fingerprints)

    def _issued(
        self,
        request: IssueRequest,
        now: datetime,
        once: str | None,
        content: Callable[[], bytes],
        named: Named | None,
    ) -> ApiAnswer:
        tried: Change | None = None
        for _ in range(ATTEMPTS):
            number, seen = self._seen(request, once, tried)
            if seen.done is not None:
                return _repeated(seen.done, content())
            if tried is not None and request.processing == NEW and seen.numbers[number].record == tried.record:
                # Nobody else was given this number: the write that seemed to be refused is our own.
                return _done(tried, request)
            # After the repeat was told: its search may have expired since.
            if named is not None and (errors := named.errors()):
                return _refusal(errors)
            principal = None if request.principal is None else seen.numbers[request.principal]
            sent = self._sent(request, seen.numbers[number])
            own, to = seen.numbers[number], request.principal
            hidden = to is not None and linked_to_hidden(self.store, own.record, to, request.use)
            decided = issue(sent, known_of(own, principal, request, now, hidden=hidden), self.ranges, number)
            if isinstance(decided, Refused):
                return _refusal(decided.errors)
            answered = _done(decided, request)
            note = None if once is None else Done(once, content(), encoded(answered.body))
            editor = Editor(request.use, request.operation.operator, now)
            if named is not None:
                named.record()
            if self.store.write(replace(decided, editor=editor), note):
                if named is not None:
                    named.tell()
                return answered
            tried = decided
        raise RegistryContendedError

    def _sent(self, request: IssueRequest, known: KnownNumber) -> IssueRequest:
        """Return a request without a 個人番号 that the caller sent before."""
        again = known.was_sent(request.individual_number, self.fingerprints)
        return replace(request, individual_number=None) if again else request

    def _seen(self, request: IssueRequest, once: str | None, tried: Change | None) -> tuple[str, Seen]:
        """Look at what a request is about; return its number, too: for 処理区分 0 one that nobody else has."""
        linked = [] if request.principal is None else [request.principal]
        if request.processing != NEW:
            number = request.number or ""
            return number, self.store.look([number, *linked], request.use, once)
        if tried is not None:
            number = tried.record.number
            seen = self.store.look([number, *linked], request.use, once)
            found = seen.numbers[number]
            if seen.done is not None or is_free(found) or found.record == tried.record:
                return number, seen
        for count in _growing():
            try:
                fresh = [self.numbers.next(NumberKind.NON_RESIDENT) for _ in range(count)]
            except NumbersExhaustedError:
                seen = self.store.look(linked, request.use, once)
                if seen.done is None:
                    raise
                return "", seen  # a repeat needs no number
            seen = self.store.look([*fresh, *linked], request.use, once)
            free = next((number for number in fresh if is_free(seen.numbers[number])), None)
            if free is not None or seen.done is not None:
                return free or fresh[0], seen
        raise RegistryContendedError


def _asked(valid: IssueRequest, request: ApiRequest) -> Asked:
    return Asked(
        system=request.system,
        new=valid.processing == NEW,
        chosen=valid.processing == CHOSEN,
        number=None if valid.processing == NEW else valid.number,
        person=valid.person,
        at=request.received_at,
        request_id=request.request_id,
    )


def is_free(found: KnownNumber) -> bool:
    """Tell whether nobody has, had or reserved a number, and nothing is linked to it."""
    if found.record is not None or found.resident is not None:
        return False
    return not (found.migrated or found.issued_to_residents or found.linked)


def _repeated(earlier: Done, content: bytes) -> ApiAnswer:
    body = kept(earlier, content, Success)
    if body is None:
        return _refusal((key_reused(),))
    return ApiAnswer(status=200, body=body, numbers=tuple(entry.atenabango for entry in body.result))


def _done(change: Change, request: IssueRequest) -> ApiAnswer:
    return ApiAnswer(
        status=200,
        body=done(ISSUE, (issued_number(change.record, request),)),
        codes=tuple(outcome.code for _, outcome, _ in change.remarks),
        numbers=(change.record.number,),
    )


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(ISSUE, errors), codes=tuple(error.code for error in errors))


def _growing() -> Iterator[int]:
    """Yield how many numbers to look at: one, as nearly all are free, then more and more of a range that was used."""
    return itertools.islice((min(2**power, MOST_AT_ONCE) for power in itertools.count()), LOOKS_FOR_FRESH)
