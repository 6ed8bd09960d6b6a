"""A case: one application for a move at one municipality, without personal data but addressee numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class CaseKind(StrEnum):
    """What a case is about; the value leads its id."""

    MOVE_OUT = "O"
    """転出."""
    MOVE_IN = "I"
    """転入: a reservation, 転出証明書情報, or both."""
    IN_CITY = "C"
    """転居予約: distributed, no CS."""


class CaseState(StrEnum):
    """Where a case stands, for clerks and for its applicant."""

    RECEIVED = "received"
    """受付済: a provisional record (仮登録) as received."""
    DIFFERENT = "different"
    """差異確認中: a clerk decides."""
    CONFIRMED = "confirmed"
    """確認済: everything agreed, or a clerk decided."""
    APPROVAL = "approval"
    """決裁待ち."""
    APPROVED = "approved"
    """決裁済."""
    RESTRAINED = "restrained"
    """抑止確認中: somebody is under a restraint; a clerk releases or returns it."""
    SENDING = "sending"
    """CS送信中: messages are posted and not all acknowledged."""
    NOT_SENT = "not_sent"
    """CS送信エラー: refused by the CS, or unanswered for too long; `kyotsu cs resend` goes on."""
    COMPLETED = "completed"
    """転出処理完了, 転入通知待ち: what the applicant reads as 「完了」."""
    UNARRIVED = "unarrived"
    """転入通知未着."""
    NOTICED = "noticed"
    """転入通知受理: handed to 住民記録."""
    WAITING = "waiting"
    """転入: waits for certificate, reservation, or the person's visit."""
    PREPARED = "prepared"
    """転入: the form is drawn and every recipient has the reservation."""
    MOVED_IN = "moved_in"
    """転入: 001o006-01 of everybody came; 転入通知 is on its way."""
    CLOSED = "closed"
    """終了."""
    RETURNED = "returned"
    """差戻し: the applicant must file anew."""
    REFUSED = "refused"
    """受付不可: outside the window, or not for this municipality."""
    WITHDRAWN = "withdrawn"
    """取下げ."""
    EXPIRED = "expired"
    """特例期限切れ."""


ENDED = frozenset(
    {CaseState.CLOSED, CaseState.RETURNED, CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.EXPIRED},
)
"""States that no signal leaves; papers are erased in their time."""


class SignalKind(StrEnum):
    """What a waiting machine may hear (docs/decisions/0140)."""

    ACCEPTED = "accepted"
    """A clerk takes what was filed."""
    CORRECTED = "corrected"
    """A clerk corrected what was filed; the confirmed paper is there."""
    AMENDED = "amended"
    """The applicant sent a correction."""
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    RESERVATION = "reservation"
    CERTIFICATE = "certificate"
    LINKED = "linked"
    MOVED_IN = "moved_in"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    NOTICED = "noticed"
    OVERDUE = "overdue"
    ERASED = "erased"
    """Its papers were destroyed: nothing can be sent or told any more."""
    WITHDRAWN = "withdrawn"


class WaitName(StrEnum):
    """States in which a machine waits for a signal."""

    DECISION = "decision"
    APPROVAL = "approval"
    RELEASE = "release"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "notice"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a case has to hear of, once."""

    id: str
    """The same for a repeat; no personal data. E.g. a document's id, a message id, a clerk's decision id."""
    kind: SignalKind
    at: datetime
    by: str
    """`operator:…`, 業務ID, `cs`, `portal` or `watch`."""
    visit: int | None = None
    """Only for the wait of this visit, and dropped without it (a deadline of one wait is no other's); None: for any."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A machine's wait: one visit of a state, with the token of its newest try."""

    name: WaitName
    visit: int
    """The case's `stage`: the same for every try of one visit, also by a redriven or new execution."""
    token: str
    kinds: frozenset[SignalKind]
    attempt: str = ""
    """Orders the tries of one visit, as text (generation, `$$.State.EnteredTime`, `$$.State.RetryCount`, padded): a try
    that was replaced and comes late must not take the place of the one that waits."""


@dataclass(frozen=True, slots=True)
class CasePerson:
    """Somebody who moves, by position in the application (from 1)."""

    position: int
    addressee_number: str | None = None
    """宛名番号 here, once known; former residents keep theirs."""
    arrived: bool = False
    """転入: their 001o006-01 came."""


@dataclass(frozen=True, slots=True)
class CertificatePart:
    """A message that brought 転出証明書情報 of one person."""

    position: int
    message_id: str
    refers_to: str = ""
    """The message that this one was sent anew for, and takes the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a case. Nobody's name, birth date or address is in it: these are papers."""

    id: str
    kind: CaseKind
    municipality: str
    application_number: str
    """受付番号 of the portal; empty for a certificate without one."""
    state: CaseState
    opened_at: datetime
    version: int = 0
    """Counts up with every write; a write of another version is refused."""
    generation: int = 0
    """Of its newest execution, 0: none was started; each resumes where the case stands, after the one before failed."""
    stage: int = 0
    """Counts up whenever a step of the machine moves the case on: it tells visits of a waiting state apart."""
    revision: int = 0
    """Of the newest application document heard of; an older one is dropped."""
    people: tuple[CasePerson, ...] = ()
    reconciled_revision: int = 0
    """転出: of the application that was held against the records last."""
    restrained: tuple[str, ...] = ()
    """転出: 宛名番号 of those whose restraint (異動抑止) a clerk looks at, or looked at last."""
    released: tuple[str, ...] = ()
    """転出: of those whose restraint a clerk released."""
    differs: bool = False
    """転出: whether what was filed differed from the records."""
    counterpart: str = ""
    """市区町村コード of the other municipality."""
    planned_on: date | None = None
    """転出予定年月日 (or 転居予定年月日)."""
    moved_on: date | None = None
    """Day somebody began to live here, once known."""
    visit_on: date | None = None
    """来庁予定日."""
    has_reservation: bool = False
    certificate_total: int = 0
    """How many people 転出証明書情報 speaks of; 0: none came yet."""
    certificate_parts: tuple[CertificatePart, ...] = ()
    """Messages that brought it, one of each person and those sent anew."""
    cancelled_messages: tuple[str, ...] = ()
    """Ids of messages that the municipality that was left cancelled, perhaps before they came."""
    certificate_revision: int = 0
    """Counts up with each message that brought or cancelled it."""
    distributed_revision: int = 0
    """`reservation_edition` that recipients were given last; 0: none, or it was recalled."""
    matched_revision: int = 0
    """Certificate revision whose people were held against the residents last."""
    prepared_revision: int = 0
    """`form_edition` the form was drawn from; 0: none."""
    noticed: tuple[int, ...] = ()
    """転出: positions of those whose 転入通知 came."""
    notice_messages: tuple[str, ...] = ()
    """Messages that brought them, also those that were sent anew; one that comes twice counts once."""
    handed_revision: int = 0
    """`notice_revision` that 住民記録 was handed last."""
    notice_posted: bool = False
    """転入: 転入通知 is in the outbox of the CS."""
    notice_acknowledged: bool = False
    due_on: date | None = None
    """The day after which the present wait is overdue (JST)."""
    erase_on: date | None = None
    """First day on which papers are destroyed; None: not known yet."""
    erased_at: datetime | None = None
    linked_to: str = ""
    """転入: the case that took over the certificate of this one, which ended with it."""
    reason: str = ""
    """Outcome code of what held it up or ended it."""
    remarks: tuple[str, ...] = ()
    """Outcome codes of remarks to a clerk."""

    @property
    def certificate_now(self) -> tuple[CertificatePart, ...]:
        """Messages that hold: neither cancelled nor sent anew; one of each person, by position."""
        gone = {*self.cancelled_messages, *(part.refers_to for part in self.certificate_parts)}
        held = {part.position: part for part in self.certificate_parts if part.message_id not in gone}
        return tuple(held[position] for position in sorted(held))

    @property
    def certified(self) -> tuple[int, ...]:
        """Positions of those whose 転出証明書情報 is here and holds."""
        return tuple(part.position for part in self.certificate_now)

    @property
    def has_certificate(self) -> bool:
        """Whether 転出証明書情報 of everybody is here."""
        return bool(self.certified) and len(self.certified) >= self.certificate_total

    @property
    def reservation_edition(self) -> int:
        """What recipients are given: a revision anew once it is known who of these people has a 宛名番号 here."""
        return 2 * self.revision + any(person.addressee_number for person in self.people)

    @property
    def form_edition(self) -> int:
        """Of what the form tells: a higher one with every change of certificate or reservation, and with its end."""
        return 2 * (self.certificate_revision + self.revision) + (not self.has_reservation)

    @property
    def has_form(self) -> bool:
        """Whether the paper `form` tells what holds now; else it must not be printed."""
        return self.has_certificate and self.prepared_revision == self.form_edition

    @property
    def notice_revision(self) -> int:
        """How many messages brought 転入通知: what is handed to 住民記録 is of this edition."""
        return len(self.notice_messages)

    @property
    def arrived(self) -> bool:
        """Whether 001o006-01 (転居: 001o006-02) of everybody came."""
        return bool(self.people) and all(person.arrived for person in self.people)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's history. Append-only; no personal data."""

    at: datetime
    step: str
    """The machine's state or the command, in its own words (`Reconcile`, `decide`)."""
    outcome: str
    """A word or outcome code."""
    by: str
    details: tuple[tuple[str, str], ...] = field(default=())
    """Ids and counts."""
