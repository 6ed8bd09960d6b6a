"""転入: 転出証明書情報 that came without an application number, and the reservation of the same person: one goes on.

Such a certificate opens a case of its own. Whichever comes second finds the other by fingerprints: the certificate is
taken over into the reservation's case, and the case it had ends. Each is noted under its people before it looks, so of
two that come at once at least one finds the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.moving.cases import ENDED, Case, CaseKind, CasePerson, CaseState, CertificatePart, Entry, Signal, SignalKind
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import Certificate, Reservation, decode, encode
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.out_reconcile import individual_numbers
from kyotsu.moving.ports import CaseStore, NoSuchCaseError, PaperKind, Papers
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting

BY = "joining"


@dataclass(frozen=True, slots=True)
class Joining:
    """Joins cases; everything may be repeated, and goes on where a crash left it."""

    cases: CaseStore
    papers: Papers
    starting: Starting
    fingerprints: Fingerprints

    def offer(self, case: Case, fingerprints: Iterable[bytes]) -> None:
        """Look for the reservation of whom a certificate without a number is of, and join them."""
        if not case.application_number:
            for found in self._found(fingerprints):
                if found.application_number and found.id != case.id:
                    self.join(found.id)

    def join(self, case_id: str) -> None:
        """Take over certificates without a number of the people of a reservation's case.

        What can't be told apart stays as it is, with a remark: a person of two such certificates, or of one that
        another municipality sent than the one the reservation names.
        """
        case = self.cases.get(case_id)
        if case.kind is not CaseKind.MOVE_IN or not case.has_reservation or case.state in ENDED or case.arrived:
            return
        people = self._people(case_id)
        certain = [self._is_certain(case, position, own, people) for position, own in people.items()]
        if not all(certain):
            self._remark(case)

    def _is_certain(
        self, case: Case, position: int, own: frozenset[bytes], people: Mapping[int, frozenset[bytes]]
    ) -> bool:
        """Take over the certificate of a person, if there is one; False if a clerk has to look."""
        found = [found for found in self._found(own) if _may_be_of(found, case)]
        if not found:
            return True
        is_clear = len(found) == 1 and found[0].counterpart == case.counterpart and not _is_of_several(own, people)
        return is_clear and _is_free(case, position, found[0]) and self._take_over(found[0], case, position)

    def _people(self, case_id: str) -> Mapping[int, frozenset[bytes]]:
        """Return the fingerprints of a reservation's people by position."""
        body = self.papers.get(case_id, PaperKind.RESERVATION)
        numbers = individual_numbers(self.papers, case_id)
        return {
            person.position: frozenset(of_person(self.fingerprints, person, numbers.get(person.position, "")))
            for person in (decode(body, Reservation).people if body else ())
        }

    def _found(self, fingerprints: Iterable[bytes]) -> Iterator[Case]:
        ids = {case_id for fingerprint in fingerprints for case_id in self.cases.look_up(fingerprint)}
        for case_id in sorted(ids):
            try:
                case = self.cases.get(case_id)
            except NoSuchCaseError:
                continue
            if case.kind is CaseKind.MOVE_IN:
                yield case

    def _take_over(self, found: Case, case: Case, position: int) -> bool:
        """Move what a case holds into another one; False if it can't be moved any more."""
        claimed = saved(self.cases, found.id, lambda now: _joined(now, case.id), lambda: self._entry("joined", case.id))
        if claimed.linked_to != case.id or len(claimed.certificate_now) != 1:
            return False
        part = replace(claimed.certificate_now[0], position=position)
        body = self.papers.get(found.id, part_name(part.message_id))
        if body is None:
            return False
        certificate = decode(body, Certificate)
        people = tuple(msgspec.structs.replace(person, position=position) for person in certificate.people)
        certificate = msgspec.structs.replace(certificate, people=people)
        # First the paper, then what the case says of it, then its machine: a repeat does what is missing.
        self.papers.put(case.id, part_name(part.message_id), encode(certificate))
        saved(
            self.cases,
            case.id,
            lambda now: _with_part(now, part, claimed),
            lambda: self._entry("joined", found.id, part.message_id),
        )
        now = self.starting.clock.now()
        self.starting.hear(found.id, Signal(f"linked-{case.id}", SignalKind.LINKED, now, BY))
        self.starting.hear(case.id, Signal(f"linked-{part.message_id}", SignalKind.LINKED, now, BY))
        return True

    def _remark(self, case: Case) -> None:
        code = outcomes.CERTIFICATE_NOT_JOINED.code
        saved(
            self.cases,
            case.id,
            lambda now: now if code in now.remarks else replace(now, remarks=(*now.remarks, code)),
            lambda: self._entry(code),
        )

    def _entry(self, outcome: str, *told: str) -> Entry:
        details = tuple(zip(("case", "message"), told, strict=False))
        return Entry(self.starting.clock.now(), "Join", outcome, BY, details)


def _may_be_of(found: Case, case: Case) -> bool:
    """Tell whether a case is one of a certificate without a number, open, or taken over into this case before."""
    if found.application_number or found.id == case.id:
        return False
    if found.linked_to == case.id:
        held = {part.message_id for part in case.certificate_parts}
        return any(part.message_id not in held for part in found.certificate_now)
    return found.state not in ENDED and len(found.certificate_now) == 1 and not _has_moved(found)


def _is_of_several(own: frozenset[bytes], people: Mapping[int, frozenset[bytes]]) -> bool:
    return sum(not own.isdisjoint(other) for other in people.values()) > 1


def _is_free(case: Case, position: int, found: Case) -> bool:
    """Tell whether nothing is there of a person yet but what a certificate was sent anew for."""
    anew = {part.refers_to for part in found.certificate_now}
    return all(part.message_id in anew for part in case.certificate_now if part.position == position)


def _has_moved(case: Case) -> bool:
    return case.notice_posted or any(person.arrived for person in case.people)


def _joined(found: Case, into: str) -> Case:
    """Return a case as ended, unless it has ended, or 転入通知 of it is due: that is posted once."""
    if found.linked_to or found.state in ENDED or _has_moved(found):
        return found
    reason = outcomes.CASE_JOINED.code
    return replace(found, state=CaseState.CLOSED, linked_to=into, reason=reason, due_on=None)


def _with_part(case: Case, part: CertificatePart, found: Case) -> Case:
    if part.message_id in {held.message_id for held in case.certificate_parts}:
        return case
    people = {person.position: person for person in case.people}
    people.setdefault(part.position, CasePerson(part.position))
    return replace(
        case,
        certificate_parts=(*case.certificate_parts, part),
        certificate_total=max(case.certificate_total, len(people)),
        certificate_revision=case.certificate_revision + 1,
        cancelled_messages=tuple(dict.fromkeys((*case.cancelled_messages, *found.cancelled_messages))),
        people=tuple(people[position] for position in sorted(people)),
        planned_on=found.planned_on or case.planned_on,
        erase_on=max(filter(None, (case.erase_on, found.erase_on)), default=None),
    )
