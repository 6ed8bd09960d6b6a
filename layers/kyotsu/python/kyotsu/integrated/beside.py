"""The 団体内統合宛名番号 beside a 住登外者宛名番号, in one call of the issue API (共通機能標準仕様書 2.1, 1.1.3)."""

from __future__ import annotations

from dataclasses import dataclass

from kyotsu.addressees.requests import IssueRequest
from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock
from kyotsu.integrated.issuing import Issuing
from kyotsu.integrated.requests import Header, PlacedError, Subject
from kyotsu.japanese import dates


class IntegratedContendedError(KyotsuError):
    """Others' writes went first each time; the same request again is safe."""

    def __init__(self) -> None:
        super().__init__(outcomes.INTEGRATED_CONTENDED)


@dataclass(frozen=True, slots=True)
class IssuedBeside:
    """`kyotsu.addressees.issuance.AlsoIntegrated`."""

    issuing: Issuing
    clock: Clock

    def ensure(self, number: str, request: IssueRequest) -> None:
        """Have an integrated number for the request's 個人番号; who may not handle one was refused before.

        A 個人番号 of somebody else has no place in the published answer: the conflict is kept for a clerk.
        """
        if request.individual_number is None:
            return
        subject = Subject(
            place=1,
            number=number,
            individual_number=request.individual_number,
            person=request.person,
            status=None,
            reason=None,
        )
        header = Header(municipality=request.municipality, operation=request.operation)
        at = dates.iso(dates.compact(self.clock.now()))
        (found,) = self.issuing.issue([subject], header, request.use, once=None, at=at)
        if isinstance(found, PlacedError) and found.error.code == outcomes.INTEGRATED_CONTENDED.code:
            raise IntegratedContendedError
