"""転出証明書情報照会: 転出証明書情報 of a case, for 住民記録 alone. Ours: no public document has this call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from kyotsu.addressees.items import BY_NAME, RequestItem
from kyotsu.addressees.requests import Callers, InvalidRequestError, items_of
from kyotsu.addressees.responses import Call, Links, Metadata, links, refused
from kyotsu.addressees.rules import RequestError, missing, wrong
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese import dates
from kyotsu.moving.cases import Case, CaseKind
from kyotsu.moving.certificates import CertificateMissingError, assembled
from kyotsu.moving.documents import Certificate
from kyotsu.moving.ports import CaseStore, NoSuchCaseError, Papers

CALL = Call("転出証明書情報照会", "app_submit/v10/tenshutsushomeishojohoshokai")
APPLICATION = RequestItem("uketsukebango", "受付番号", "X", 40)
CASE = RequestItem("tetsuzukibango", "手続番号", "X", 160)
ITEMS = tuple(
    BY_NAME.get(name) or {"uketsukebango": APPLICATION, "tetsuzukibango": CASE}[name]
    for name in (
        "shikuchosonkodo",
        "uketsukebango",
        "tetsuzukibango",
        "gyomuid",
        "dokujishisakushisutemutoid",
        "sosashaid",
        "sosanengappi",
        "sosajikoku",
    )
)
PURPOSE = "protected_address"
"""住民記録 registers addresses; those of protected people are among them."""
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")


class CertifiedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who of the certificate has which 宛名番号 here: former residents and those who moved in."""

    position: int
    atenabango: str


class CertificateEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of `result`."""

    tetsuzukibango: str
    uketsukebango: str | None
    hansu: int
    """Rises with everything that the CS brought: a higher one takes the place of a lower one."""
    ijusha: tuple[CertifiedPerson, ...]
    tenshutsushomeishojoho: Certificate

    def __repr__(self) -> str:
        return "CertificateEntry(…)"


class ShownCertificate(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200."""

    metadata: Metadata
    links: Links
    result: tuple[CertificateEntry, ...]

    def __repr__(self) -> str:
        return "ShownCertificate(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingCertificate:
    """The `ApiCall`. Who may make it is the catalogue's: 住民記録."""

    cases: CaseStore
    papers: Papers = field(repr=False)
    callers: Callers
    audit: AuditTrail

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises whatever keeps papers from being read or the audit trail from being written."""
        try:
            asked = items_of(request.body, ITEMS, _conditions, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal(*invalid.errors)
        case = self._case(asked.get("tetsuzukibango") or f"{CaseKind.MOVE_IN}-{asked['uketsukebango']}")
        if case is None:
            return _refusal(_error(outcomes.CASE_UNKNOWN))
        if case.erased_at is not None:
            return _refusal(_error(outcomes.CERTIFICATE_ERASED))
        if not case.has_certificate:
            return _refusal(_error(outcomes.CERTIFICATE_INCOMPLETE))
        try:
            certificate = assembled(self.papers, case)
        except CertificateMissingError:  # destroyed, and not noted yet
            return _refusal(_error(outcomes.CERTIFICATE_ERASED))
        numbers = tuple(person.addressee_number for person in case.people if person.addressee_number)
        self.audit.record(_access(request, case.id), numbers)
        return ApiAnswer(status=200, body=_shown(case, certificate), numbers=numbers)

    def _case(self, case_id: str) -> Case | None:
        try:
            case = self.cases.get(case_id)
        except NoSuchCaseError:
            return None
        return case if case.kind is CaseKind.MOVE_IN else None


def _conditions(values: Mapping[str, str]) -> Iterator[RequestError]:
    given = [item for item in (APPLICATION, CASE) if item.romaji in values]
    if not given:
        yield missing(APPLICATION)
    if len(given) > 1:
        yield wrong(CASE, "受付番号を設定しない場合だけ")
    for item in given:
        if not _ID.fullmatch(values[item.romaji]):
            yield wrong(item, "半角英数字とハイフン")


def _shown(case: Case, certificate: Certificate) -> ShownCertificate:
    known = ((person.position, person.addressee_number) for person in case.people)
    entry = CertificateEntry(
        tetsuzukibango=case.id,
        uketsukebango=case.application_number or None,
        hansu=case.certificate_revision,
        ijusha=tuple(CertifiedPerson(position=position, atenabango=number) for position, number in known if number),
        tenshutsushomeishojoho=certificate,
    )
    return ShownCertificate(metadata=Metadata(CALL.title, "照会が完了しました。"), links=links(CALL), result=(entry,))


def _access(request: ApiRequest, case_id: str) -> Access:
    return Access(
        access_id=request.request_id,
        at=dates.iso(dates.compact(request.received_at)),
        actor=request.system,
        business=request.system,
        purpose=PURPOSE,
        deed=Deed.READ,
        subject=f"{CALL.path} {case_id}",
    )


def _error(outcome: Outcome) -> RequestError:
    return RequestError("", outcome.code, outcome.sentence())


def _refusal(*errors: RequestError) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(CALL, errors), codes=tuple(error.code for error in errors))
