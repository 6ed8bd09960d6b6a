"""What cases send to the CS: 転出証明書情報, its cancellation, and 転入通知. Repeating a step posts nothing twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import Case, CasePerson, CaseState
from kyotsu.moving.certifying import certificate_of
from kyotsu.moving.cs.characters import Repertoire, jis_x_0213
from kyotsu.moving.cs.mapping import message
from kyotsu.moving.cs.messages import Cancellation
from kyotsu.moving.moves import Moves
from kyotsu.moving.notifying import notice_of
from kyotsu.moving.out_reconcile import confirmed_application
from kyotsu.moving.ports import Message, MessageKind, Outbox, Papers
from kyotsu.moving.reconciling import ResidentRecord
from kyotsu.moving.rules import Rules

FIRST = 1
"""A case posts each kind of message about a person once; sending anew is the CS function's."""


class ResidentRecords(Protocol):
    """Reads residents by number, 個人番号 and 住民票コード included."""

    def records(self, numbers: Collection[str]) -> Mapping[str, ResidentRecord]:
        """Return the records of all these people; raises if one can't be read."""
        ...

    def plain(self, number: str) -> ResidentRecord | None:
        """Return a resident without 個人番号 and 住民票コード, which opens nothing; None: there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Posting:
    """The steps `post_certificate`, `cancel_certificate` and `post_notice`."""

    moves: Moves
    papers: Papers
    outbox: Outbox
    residents: ResidentRecords
    rules: Rules
    municipality: str
    repertoire: Repertoire = jis_x_0213
    """Characters that the CS takes."""

    def post_certificate(self, case_id: str) -> str:
        """Post 転出証明書情報 of everybody, in the application's order: `posted` or `withdrawn`.

        A withdrawal that comes after this look is a cancellation.
        """
        case = self.moves.cases.get(case_id)
        if case.state is not CaseState.SENDING and self.moves.is_withdrawn(case_id):
            return "withdrawn"
        application = confirmed_application(self.papers, case_id)
        records = self.residents.records([number for _, number in _known(case)])
        # The state first: from then on whoever withdraws is answered by a cancellation, whatever was posted. A later
        # execution that posts again moves nothing: what the wait of this stage heard stays heard.
        if case.state is not CaseState.SENDING:
            self.moves.to(case_id, "PostCertificate", CaseState.SENDING, reason="", due_on=self._due())
        self.outbox.post(
            [
                message(
                    certificate_of(application, person.position, records[number]),
                    case_id=case_id,
                    number=FIRST,
                    position=person.position,
                    lane=number,
                    sender=self.municipality,
                    to=application.to_municipality,
                    repertoire=self.repertoire,
                )
                for person, number in _known(case)
            ]
        )
        return "posted"

    def cancel_certificate(self, case_id: str) -> str:
        """Take back what the CS did not get, and cancel what it got or may have got: `cancelled`."""
        case = self.moves.cases.get(case_id)
        sent = self.outbox.cancel(case_id)
        self.outbox.post(
            [
                self._cancellation(case, person, number, of)
                for person, number in _known(case)
                for of in sent
                if of.startswith(f"{case.id}-{MessageKind.CERTIFICATE}-{person.position}-")
            ]
        )
        return "cancelled"

    def _cancellation(self, case: Case, person: CasePerson, lane: str, of: str) -> Message:
        content = Cancellation(application_number=case.application_number, position=person.position, cancelled=of)
        return message(
            content,
            case_id=case.id,
            # Each message that went out has a cancellation of its own.
            number=of.rpartition("-")[2],
            position=person.position,
            lane=lane,
            sender=self.municipality,
            to=case.counterpart,
        )

    def post_notice(self, case_id: str) -> str:
        """Post 転入通知 of everybody who arrived, from their records here."""
        case = self.moves.cases.get(case_id)
        records = self.residents.records([number for _, number in _known(case)])
        today = self._today()
        # Posted first: what posts again posts nothing twice, and the case must not say what is not so.
        self.outbox.post(
            [
                message(
                    notice_of(case, person, records[number], today),
                    case_id=case_id,
                    number=FIRST,
                    position=person.position,
                    lane=number,
                    sender=self.municipality,
                    to=case.counterpart,
                    repertoire=self.repertoire,
                )
                for person, number in _known(case)
                if person.arrived
            ]
        )
        self.moves.to(case_id, "PostNotice", CaseState.MOVED_IN, notice_posted=True, due_on=self._due())
        return "posted"

    def _due(self) -> date:
        return self._today() + timedelta(self.rules.acknowledgement_days)

    def _today(self) -> date:
        return self.moves.clock.now().astimezone(JST).date()


def _known(case: Case) -> list[tuple[CasePerson, str]]:
    return [(person, person.addressee_number) for person in case.people if person.addressee_number]
