"""Documents of マイナポータル become cases: at least once, in any order, and the same in the end.

What counts of an application is its highest revision; a withdrawal counts for good. A case is opened before anything of
its papers is kept, so that nothing is ever kept that nobody would erase; it is started once it knows its application.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.ports import Clock
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese.dates import JST
from kyotsu.moving.application import (
    LAST_REVISION,
    Document,
    DocumentRefusedError,
    Filed,
    Problem,
    Withdrawal,
    problem,
    read,
)
from kyotsu.moving.cases import ENDED, Case, CaseKind, CasePerson, CaseState, Entry, Signal, SignalKind
from kyotsu.moving.documents import Application, Reservation, decode
from kyotsu.moving.filing import Filing, as_kept, paper
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.joining import Joining
from kyotsu.moving.ports import ApplicantStatus, CaseStore, NoSuchCaseError, Papers, PapersDestroyedError
from kyotsu.moving.referred_numbers import ReferredNumbers
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting

PORTAL = "portal"
WITHDRAWN_REVISION = LAST_REVISION + 1
"""Revision of a case whose part was withdrawn: no document is newer."""
_FILED, _AMENDED = "filed", "amended"
_REMARKS = {outcomes.NUMBER_NOT_REFERRED.code, outcomes.ANOTHER_CASE_OPEN.code}
_OPEN_TO_CORRECTION = frozenset(
    {CaseState.RECEIVED, CaseState.DIFFERENT, CaseState.CONFIRMED, CaseState.APPROVAL, CaseState.RESTRAINED}
)
"""States of 転出 in which a correction still changes what is sent."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a document."""

    status: str
    """`ACCEPTED`, `UNCHANGED` (a newer one, or a withdrawal, counts already) or `REJECTED`."""
    application_number: str = ""
    case_id: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes documents; everything may be repeated."""

    municipality: str
    filing: Filing
    cases: CaseStore
    papers: Papers
    starting: Starting
    numbers: ReferredNumbers
    fingerprints: Fingerprints
    status: ApplicantStatus
    clock: Clock

    def receive(self, body: bytes, *, patient: bool = False) -> Taken:
        """Take a document. `patient`: raise ReferenceMissingError where a 個人番号 has not arrived yet."""
        try:
            document = read(body)
            kind = self.filing.kind(document)
            if isinstance(document, Withdrawal):
                return self._withdraw(document, kind)
            self.filing.check(document, kind)
            return self._file(document, kind, patient=patient)
        except DocumentRefusedError as refused:
            number = refused.application_number
            if number:  # version 0: whatever a case tells its applicant is newer
                code = refused.problems[0].outcome.code
                self.status.show(number, "受付不可", code, self.clock.now(), 0)
            return Taken("REJECTED", number, problems=refused.problems)

    def _withdraw(self, document: Withdrawal, kind: CaseKind) -> Taken:
        new = replace(self._new(document, kind), state=CaseState.WITHDRAWN, revision=WITHDRAWN_REVISION)
        # A withdrawal that comes first leaves a case that has ended: the application finds it there.
        case = self.cases.open(new, self._entry("Withdraw", "withdrawn"))
        if case.state in ENDED and case.state is not CaseState.WITHDRAWN:
            raise _refused(outcomes.APPLICATION_ENDED, document)
        case = saved(self.cases, case.id, _withdrawn, lambda: self._entry("Withdraw", "withdrawn"))
        if case.state is CaseState.WITHDRAWN:
            self.status.show(case.application_number, "取下げ", "", self.clock.now(), case.version)
        else:
            name = f"portal-{document.application_number}-withdrawal"
            signal = Signal(name, SignalKind.WITHDRAWN, document.submitted_at, PORTAL)
            # Heard before it starts: a machine that starts with it sends nothing.
            self.starting.hear(case.id, signal)
            self.starting.start(case.id, by=PORTAL)
        return Taken("ACCEPTED", case.application_number, case.id)

    def _file(self, filed: Filed, kind: CaseKind, *, patient: bool) -> Taken:
        case = self.cases.open(self._new(filed, kind), self._entry("Receive", "opened"))
        document = paper(filed, kind)
        if filed.revision < case.revision:
            self.numbers.discard(document.people)
            return Taken("UNCHANGED", case.application_number, case.id)
        if filed.revision > case.revision:
            _check_open(case, filed)
            case = self._keep(case, filed, document, patient=patient)
        elif self._contradicts(case, document):
            raise _refused(outcomes.APPLICATION_CONTRADICTED, filed)
        # From here on a repeat does what a crash left undone.
        self.numbers.discard(document.people)
        if case.kind is CaseKind.MOVE_IN:
            Joining(self.cases, self.papers, self.starting, self.fingerprints).join(case.id)
        if case.revision == filed.revision and case.state not in ENDED:
            self._wake(case, filed)
        return Taken("ACCEPTED", case.application_number, case.id)

    def _keep(self, case: Case, filed: Filed, document: Application, *, patient: bool) -> Case:
        try:
            numbers = self.numbers.seal(case.id, document, patient=patient)
            name, body = as_kept(case.kind, document)
            self.papers.put(case.id, name, body, document.revision)
        except PapersDestroyedError:
            raise _refused(outcomes.APPLICATION_ENDED, filed) from None
        if self._contradicts(case, document):
            raise _refused(outcomes.APPLICATION_CONTRADICTED, filed)
        known = [
            fingerprint
            for person in document.people
            for fingerprint in of_person(self.fingerprints, person, numbers.get(person.position, ""))
        ]
        self.cases.note(case.id, known)
        referred = [person for person in document.people if person.individual_number_reference]
        remarks = [outcomes.NUMBER_NOT_REFERRED] if len(numbers) < len(referred) else []
        if others := self._others(case, known):
            remarks.append(outcomes.ANOTHER_CASE_OPEN)
        return self._save(case, filed, tuple(remark.code for remark in remarks), others)

    def _save(self, case: Case, filed: Filed, remarks: tuple[str, ...], others: tuple[str, ...]) -> Case:
        outcome = _FILED

        def change(case: Case) -> Case:
            nonlocal outcome
            if case.revision < filed.revision:  # as the case is when it is written: an approval may have come first
                _check_open(case, filed)
            # A machine that runs may have read what was filed before; one that does not will read this.
            outcome = _AMENDED if case.generation else _FILED
            return case if case.revision >= filed.revision else self._with(case, filed, remarks)

        told = (("revision", str(filed.revision)), *(("other", other) for other in others))
        return saved(self.cases, case.id, change, lambda: self._entry("Receive", outcome, *told))

    def _with(self, case: Case, filed: Filed, remarks: tuple[str, ...]) -> Case:
        # People of a certificate keep what is known of them; before one came nothing is.
        known = {person.position: person for person in case.people if case.certificate_parts}
        for person in filed.people:
            known.setdefault(person.position, CasePerson(person.position))
        leaves = case.kind is CaseKind.MOVE_OUT
        return replace(
            case,
            revision=filed.revision,
            people=tuple(known[position] for position in sorted(known)),
            counterpart=filed.to_municipality if leaves else filed.from_municipality,
            planned_on=case.planned_on if case.certificate_parts else filed.planned_on,
            visit_on=None if leaves else filed.visit_on,
            has_reservation=not leaves,
            erase_on=self.filing.rules.erase_on(filed.planned_on, case.opened_at.astimezone(JST).date()),
            remarks=(*(code for code in case.remarks if code not in _REMARKS), *remarks),
        )

    def _wake(self, case: Case, filed: Filed) -> None:
        """Start the case's machine, or let it hear that something newer was filed."""
        amended = ("revision", str(filed.revision))
        if any(entry.outcome == _AMENDED and amended in entry.details for entry in self.cases.history(case.id)):
            kind = SignalKind.AMENDED if case.kind is CaseKind.MOVE_OUT else SignalKind.RESERVATION
            name = f"portal-{filed.application_number}-{filed.revision}"
            self.starting.hear(case.id, Signal(name, kind, filed.submitted_at, PORTAL))
        if not case.generation:
            self.status.show(case.application_number, "受付済", "", self.clock.now(), case.version)
            self.starting.start(case.id, by=PORTAL)

    def _contradicts(self, case: Case, document: Application) -> bool:
        """Tell whether other content stands under the same revision."""
        name, body = as_kept(case.kind, document)
        stands = self.papers.get(case.id, name)
        if stands is None or stands == body:
            return False
        leaves = case.kind is CaseKind.MOVE_OUT
        kept = decode(stands, Application).revision if leaves else decode(stands, Reservation).revision
        return kept == document.revision

    def _others(self, case: Case, fingerprints: list[bytes]) -> tuple[str, ...]:
        """Return ids of other open cases of this kind of these people, filed, too. Each case is noted before it looks:
        of two that come at once, at least one finds the other."""
        found = {case_id for fingerprint in fingerprints for case_id in self.cases.look_up(fingerprint)} - {case.id}
        open_ones: list[str] = []
        for case_id in sorted(found):
            try:
                other = self.cases.get(case_id)
            except NoSuchCaseError:
                continue
            if other.application_number and other.kind is case.kind and other.state not in ENDED:
                open_ones.append(case_id)
        return tuple(open_ones)

    def _new(self, document: Document, kind: CaseKind) -> Case:
        now, number = self.clock.now(), document.application_number
        planned = document.planned_on if isinstance(document, Filed) else None
        return Case(
            id=f"{kind}-{number}",
            kind=kind,
            municipality=self.municipality,
            application_number=number,
            state=CaseState.RECEIVED if kind is CaseKind.MOVE_OUT else CaseState.WAITING,
            opened_at=now,
            erase_on=self.filing.rules.erase_on(planned, now.astimezone(JST).date()),
        )

    def _entry(self, step: str, outcome: str, *details: tuple[str, str]) -> Entry:
        return Entry(self.clock.now(), step, outcome, PORTAL, details)


def _withdrawn(case: Case) -> Case:
    if case.revision == WITHDRAWN_REVISION or case.arrived:
        return case
    return replace(case, revision=WITHDRAWN_REVISION, has_reservation=False)


def _check_open(case: Case, filed: Filed) -> None:
    """Raise DocumentRefusedError if a correction would change nothing any more."""
    if case.state in ENDED:
        raise _refused(outcomes.APPLICATION_ENDED, filed)
    if case.kind is CaseKind.MOVE_OUT:
        # What was held against the records, and approved, may have been this very revision: its papers are kept first.
        late = case.state not in _OPEN_TO_CORRECTION and filed.revision > case.reconciled_revision
    else:
        late = case.arrived
    if late:
        raise _refused(outcomes.APPLICATION_TOO_LATE, filed)


def _refused(outcome: Outcome, document: Document) -> DocumentRefusedError:
    return DocumentRefusedError([problem(outcome)], document.application_number)
