"""住民宛名番号付番 (標準オプション機能): the 住民記録 system obtains a number of its range. The API is ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kyotsu.addressees.issuance import LOOKS_FOR_FRESH, MOST_AT_ONCE, RegistryContendedError, is_free
from kyotsu.addressees.numbers import NumberKind
from kyotsu.addressees.once import content_of, kept, key_reused, once_key
from kyotsu.addressees.requests import Callers, InvalidRequestError, IssueRequest, validated
from kyotsu.addressees.responses import Call, IssuedNumber, Success, done, encoded, refused
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.serials import NumbersExhaustedError
from kyotsu.addressees.store import Done, NumberSource, ResidentNumberStore
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.sealing import Fingerprints

RESIDENT_ISSUE = Call("住民宛名番号付番", "app_submit/v10/juminatenabangofuban")
RESIDENT_SYSTEM = "001"
ITEMS = ("shikuchosonkodo", "gyomuid", "sosashaid", "sosanengappi", "sosajikoku")
"""All items there are, each as in the published number-issue API; 業務ID is optional."""
_SAME_RULES = {"shorikubun": "0", "nayosemotofuragu": "0", "tagyomusanshofukafuragu": "0"}
_FIRST = 1
"""履歴番号 in the answer: nothing is registered here, so that it is always the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentNumbers:
    """The `ApiCall` of 住民宛名番号付番. Who gets the number is known to the 住民記録 system alone."""

    store: ResidentNumberStore
    numbers: NumberSource
    callers: Callers
    fingerprints: Fingerprints
    enabled: bool

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises RegistryContendedError and NumbersExhaustedError."""
        if not self.enabled:
            return _refusal((_error(outcomes.RESIDENT_NUMBERS_OFF),))
        if request.system != RESIDENT_SYSTEM:
            return _refusal((_error(outcomes.RESIDENT_NUMBERS_NOT_YOURS),))
        # What is no item here is told like what is no item anywhere.
        body = {name if name in ITEMS else f"?{name}": value for name, value in request.body.items()}
        try:
            valid = validated(_SAME_RULES | body, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal(invalid.errors)
        once = once_key(request, self.fingerprints)
        return self._issued(valid, once, lambda: content_of(RESIDENT_ISSUE, request.body, self.fingerprints))

    def _issued(self, request: IssueRequest, once: str | None, content: Callable[[], bytes]) -> ApiAnswer:
        for attempt in range(LOOKS_FOR_FRESH):
            # The range may well begin with numbers that residents have: more and more are looked at together.
            count = min(2**attempt, MOST_AT_ONCE)
            try:
                fresh = [self.numbers.next(NumberKind.RESIDENT) for _ in range(count)]
            except NumbersExhaustedError:
                seen = self.store.look([], request.use, once)
                if seen.done is None:
                    raise
                return _repeated(seen.done, content())  # a repeat needs no number
            seen = self.store.look([*fresh, *map(_unpadded, fresh)], request.use, once)
            if seen.done is not None:
                return _repeated(seen.done, content())
            free = (n for n in fresh if is_free(seen.numbers[n]) and is_free(seen.numbers[_unpadded(n)]))
            number = next(free, None)
            if number is None:
                continue
            answered = _done(request, number)
            note = None if once is None else Done(once, content(), encoded(answered.body))
            if self.store.take(number, note):
                return answered
        raise RegistryContendedError


def _unpadded(number: str) -> str:
    """Return a number as a system may have it that writes none of its leading zeros: receivers pad it."""
    return number.lstrip("0")


def _done(request: IssueRequest, number: str) -> ApiAnswer:
    operator, day, time = request.operation
    issued = IssuedNumber(
        shikuchosonkodo=request.municipality,
        atenabango=number,
        rirekibango=_FIRST,
        sosashaid=operator,
        sosanengappi=day,
        sosajikoku=time,
    )
    return ApiAnswer(status=200, body=done(RESIDENT_ISSUE, (issued,)), numbers=(number,))


def _repeated(earlier: Done, content: bytes) -> ApiAnswer:
    body = kept(earlier, content, Success)
    if body is None:
        return _refusal((key_reused(),))
    return ApiAnswer(status=200, body=body, numbers=tuple(entry.atenabango for entry in body.result))


def _error(outcome: Outcome) -> RequestError:
    return RequestError("", outcome.code, outcome.sentence())


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(RESIDENT_ISSUE, errors), codes=tuple(error.code for error in errors))
