"""What the CS brings to cases at the new home: 転出証明書情報 and its cancellation.

Every message may come twice, in any order, before or after the reservation, and after the case has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from kyotsu.contracts import outcomes
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import dates
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import (
    ENDED,
    Case,
    CaseKind,
    CasePerson,
    CaseState,
    CertificatePart,
    Entry,
    Signal,
    SignalKind,
)
from kyotsu.moving.certificates import case_alone, part_name
from kyotsu.moving.cs.mapping import MessageRefusedError
from kyotsu.moving.cs.messages import Cancellation, Received
from kyotsu.moving.documents import Certificate, CertificatePerson, encode
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.in_advance import BY_CS
from kyotsu.moving.joining import Joining
from kyotsu.moving.ports import CaseStore, NoSuchCaseError, Papers, PapersDestroyedError
from kyotsu.moving.rules import Rules
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting


@dataclass(frozen=True, slots=True)
class Certificates:
    """A `CertificateReceiver`."""

    cases: CaseStore
    papers: Papers
    starting: Starting
    fingerprints: Fingerprints
    rules: Rules
    municipality: str
    accepted: Collection[str]
    """市区町村コード of this municipality and its wards."""

    def receive(self, message: Received) -> None:
        """Keep what came, join it to its reservation if that is here, and wake the case."""
        certificate, person = self._content(message)
        case = self._case_of(message, certificate, person)
        part = CertificatePart(person.position, message.message_id, message.refers_to)
        try:
            self.papers.put(case.id, part_name(part.message_id), encode(certificate))
        except PapersDestroyedError:
            raise MessageRefusedError(outcomes.CASE_ERASED) from None
        changed = saved(
            self.cases,
            case.id,
            lambda case: self._with_part(case, certificate, part),
            lambda: Entry(message.received_at, "Certificate", "received", BY_CS, (("message", message.message_id),)),
        )
        own = of_person(self.fingerprints, person)
        self.cases.note(changed.id, own)
        Joining(self.cases, self.papers, self.starting, self.fingerprints).offer(changed, own)
        self._wake(changed, message, SignalKind.CERTIFICATE)

    def cancel(self, message: Received) -> None:
        """Take a certificate back: what was printed from it is drawn anew or belongs to nobody any more."""
        content = cast("Cancellation", message.content)
        if message.to not in self.accepted:
            raise MessageRefusedError(outcomes.NOT_FOR_US)
        changed = saved(
            self.cases,
            self._cancelled_case(message, content),
            lambda case: _without(case, content.cancelled),
            lambda: Entry(message.received_at, "Certificate", "cancelled", BY_CS, (("message", content.cancelled),)),
        )
        self._wake(changed, message, SignalKind.WITHDRAWN)

    def _content(self, message: Received) -> tuple[Certificate, CertificatePerson]:
        content = cast("Certificate", message.content)
        if message.to not in self.accepted or content.to_municipality not in self.accepted:
            raise MessageRefusedError(outcomes.NOT_FOR_US)
        if len(content.people) != 1:
            raise MessageRefusedError(outcomes.MESSAGE_ITEM_WRONG, place="content.people")
        if content.planned_on and not dates.is_date(content.planned_on):
            raise MessageRefusedError(outcomes.MESSAGE_ITEM_WRONG, place="content.planned_on")
        return content, content.people[0]

    def _case_of(self, message: Received, certificate: Certificate, person: CertificatePerson) -> Case:
        """Return the case a certificate belongs to: that of its application; without a number, the one that another
        certificate of the same person from the same municipality opened; else a new one."""
        of = (CaseKind.MOVE_IN, certificate.application_number)
        for case_id in self._known(certificate, person):
            try:
                case = self.cases.get(case_id)
            except NoSuchCaseError:
                continue
            strange = not of[1] and case.counterpart != certificate.from_municipality
            if (case.kind, case.application_number) != of or strange:
                continue
            held = {*(part.message_id for part in case.certificate_parts), *case.cancelled_messages}
            if message.message_id in held or case.state not in ENDED:
                return case
        return self._open(message, certificate)

    def _known(self, certificate: Certificate, person: CertificatePerson) -> Iterator[str]:
        if certificate.application_number:
            yield f"{CaseKind.MOVE_IN}-{certificate.application_number}"
            return
        for fingerprint in of_person(self.fingerprints, person):
            yield from self.cases.look_up(fingerprint)

    def _open(self, message: Received, certificate: Certificate) -> Case:
        number, at = certificate.application_number, message.received_at
        case_id = f"{CaseKind.MOVE_IN}-{number}"
        if not number or self._is_there(case_id):
            # A household without a number has a case for each; a certificate after the end has one of its own.
            case_id = case_alone(message.message_id)
        case = Case(
            id=case_id,
            kind=CaseKind.MOVE_IN,
            municipality=self.municipality,
            application_number=number,
            state=CaseState.WAITING,
            opened_at=at,
            counterpart=certificate.from_municipality,
            planned_on=_day(certificate.planned_on),
            erase_on=self.rules.erase_on(_day(certificate.planned_on), _day_of(at)),
        )
        return self.cases.open(case, Entry(at, "Open", "certificate", BY_CS, (("message", message.message_id),)))

    def _is_there(self, case_id: str) -> bool:
        try:
            self.cases.get(case_id)
        except NoSuchCaseError:
            return False
        return True

    def _with_part(self, case: Case, certificate: Certificate, part: CertificatePart) -> Case:
        if part in case.certificate_parts:
            return case
        planned = _day(certificate.planned_on) or case.planned_on
        people = {person.position: person for person in case.people}
        people.setdefault(part.position, CasePerson(part.position))
        # Without a number nothing tells which messages are of one household: each person has a case.
        number = certificate.application_number
        total = certificate.total if number and case.id == f"{CaseKind.MOVE_IN}-{number}" else 1
        return replace(
            case,
            certificate_parts=(*case.certificate_parts, part),
            certificate_total=max(total, case.certificate_total, len(certificate.people)),
            certificate_revision=case.certificate_revision + 1,
            counterpart=certificate.from_municipality,
            people=tuple(people[position] for position in sorted(people)),
            planned_on=planned,
            erase_on=self.rules.erase_on(planned, _day_of(case.opened_at)),
        )

    def _cancelled_case(self, message: Received, content: Cancellation) -> str:
        """Return the case of what is cancelled; one that has yet to come finds it cancelled, in a case of its own."""
        candidates = [case_alone(content.cancelled)]
        if content.application_number:
            candidates.append(f"{CaseKind.MOVE_IN}-{content.application_number}")
        found = next((case_id for case_id in candidates if self._is_there(case_id)), None)
        if found is not None:
            return self.cases.get(found).linked_to or found
        case = Case(
            id=candidates[-1],
            kind=CaseKind.MOVE_IN,
            municipality=self.municipality,
            application_number=content.application_number,
            state=CaseState.WAITING,
            opened_at=message.received_at,
            counterpart=message.sender,
            erase_on=self.rules.erase_on(None, _day_of(message.received_at)),
        )
        return self.cases.open(case, Entry(case.opened_at, "Open", "cancellation", BY_CS)).id

    def _wake(self, case: Case, message: Received, kind: SignalKind) -> None:
        self.starting.start(case.id, by=BY_CS)
        self.starting.hear(case.id, Signal(f"cs-{message.message_id}", kind, message.received_at, BY_CS))


def _without(case: Case, message_id: str) -> Case:
    if message_id in case.cancelled_messages:
        return case
    return replace(
        case,
        cancelled_messages=(*case.cancelled_messages, message_id),
        certificate_revision=case.certificate_revision + 1,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_of(moment: datetime) -> date:
    return moment.astimezone(JST).date()
