"""What the steps of a case need of the world. Every call may fail, or work and not say so; all may be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from kyotsu.moving.cases import Case, CaseKind, CaseState, Entry, Signal, Wait


class CaseChangedError(Exception):
    """Somebody else wrote the case since it was read: read it again."""


class NoSuchCaseError(Exception):
    """There is no case of this id."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A signal, and the token of the wait that took it: the machine is to be told."""

    token: str
    signal: Signal


class CaseStore(Protocol):
    """Cases with their waits, signals and history.

    Reads of one case, and `look_up`, see every earlier write; lists of cases may lag by a second.
    """

    def open(self, case: Case, entry: Entry) -> Case:
        """Create a case, or return the one that is there already, as it is."""
        ...

    def get(self, case_id: str) -> Case:
        """Return a case; raises NoSuchCaseError."""
        ...

    def save(self, case: Case, entry: Entry | None = None) -> Case:
        """Write a case that was read at `case.version`, with its entry or none, and return it with its new version.

        Raises CaseChangedError. Waits and signals are not touched.
        """
        ...

    def history(self, case_id: str) -> Sequence[Entry]:
        """Return a case's history, oldest first."""
        ...

    def wait(self, case_id: str, wait: Wait) -> Taken | None:
        """Register a wait, or take the oldest early signal of its kinds: one write. A later try of the same visit gets
        the signal that visit took, if it took one. A wait of an earlier visit, or of an earlier try, changes nothing.

        Raises NoSuchCaseError.
        """
        ...

    def signal(self, case_id: str, signal: Signal) -> Taken | None:
        """Store a signal once, by its id, and give it to the wait that takes its kind, if there is one: one
        transaction. A repeat returns what the first one did, for as long as that wait is the last one. One that names
        a visit is dropped unless that visit waits. Raises NoSuchCaseError."""
        ...

    def taken(self, case_id: str) -> Taken | None:
        """Return what the last wait took, so that its machine can be told again."""
        ...

    def told(self, case_id: str, taken: Taken) -> None:
        """Note that the machine was told, so that `untold` yields it no more."""
        ...

    def untold(self) -> Iterable[tuple[str, Taken]]:
        """Yield by case what waits took and nobody noted as told."""
        ...

    def waiting(self, case_id: str) -> Wait | None:
        """Return the wait that has taken nothing yet, if there is one."""
        ...

    def pending(self, case_id: str) -> Sequence[Signal]:
        """Return signals that no wait took yet, oldest first."""
        ...

    def listed(self, kind: CaseKind, states: Iterable[CaseState] = ()) -> Iterable[Case]:
        """Yield cases of a kind, in certain states or in any."""
        ...

    def unstarted(self) -> Iterable[Case]:
        """Yield cases that were opened and not started (`generation` 0), unless they ended."""
        ...

    def due(self, today: date) -> Iterable[Case]:
        """Yield started cases that have not ended and whose `due_on` is past."""
        ...

    def erasable(self, today: date) -> Iterable[Case]:
        """Yield cases whose `erase_on` has come and that are not erased."""
        ...

    def visits(self, day: date) -> Iterable[Case]:
        """Yield cases of people who announced their visit for a day."""
        ...

    def look_up(self, fingerprint: bytes) -> Sequence[str]:
        """Return ids of cases that were noted under a keyed fingerprint (a person's 個人番号, 4 items)."""
        ...

    def note(self, case_id: str, fingerprints: Iterable[bytes]) -> None:
        """Note a case under fingerprints of its people; after `forget` it does nothing."""
        ...

    def forget(self, case_id: str) -> None:
        """Remove all that was noted of a case's people, for good."""
        ...


class PaperKind(StrEnum):
    """Documents of a case that hold personal data."""

    RAW = "raw"
    """The application as received: provisional, the newest revision."""
    NUMBERS = "numbers"
    """個人番号 of the people by position, as their references were resolved: a JSON object."""
    CONFIRMED = "confirmed"
    """The information after reconciliation and a clerk's decision."""
    DIFFERENCES = "differences"
    CERTIFICATE = "certificate"
    """転出証明書情報."""
    RESERVATION = "reservation"
    NOTICE = "notice"
    """転入通知."""
    FORM = "form"
    """転入届, PDF."""


class Papers(Protocol):
    """Sealed documents. Once destroyed, nobody can read them again, from no copy."""

    def put(self, case_id: str, name: str, body: bytes, revision: int = 0) -> None:
        """Keep a document (a PaperKind, or `message/{id}`), in place of an earlier one; one of the same or a higher
        revision (0: none) stays. Raises PapersDestroyedError."""
        ...

    def get(self, case_id: str, name: str) -> bytes | None:
        """Return a document; None: there is none, or it was destroyed."""
        ...

    def destroy(self, case_id: str) -> None:
        """Destroy the case's data key, then all its documents; no document can be put afterwards."""
        ...


class PapersDestroyedError(Exception):
    """The papers of this case were destroyed, for good."""


class Machines(Protocol):
    """The state machines."""

    def start(self, case: Case) -> None:
        """Start the case's execution, named `{id}.{generation}`; one that was started already is fine."""
        ...

    def ended(self, case: Case) -> bool:
        """Tell whether the case's execution failed, timed out or was aborted: the watch then starts the next one."""
        ...

    def failed(self) -> Iterable[tuple[str, int]]:
        """Yield case ids and generations of executions that failed, timed out or were aborted within 90 days."""
        ...

    def tell(self, taken: Taken) -> None:
        """Hand a signal to the machine that waits; a token that is gone is fine."""
        ...


class MessageKind(StrEnum):
    """Kinds of messages between communication servers; the layout is ours (the national one is not public)."""

    CERTIFICATE = "tenshutsushomeisho"
    """転出証明書情報, to the receiving municipality."""
    CERTIFICATE_CANCEL = "tenshutsushomeisho-torikeshi"
    """Its cancellation."""
    NOTICE = "tennyutsuchi"
    """転入通知, to the municipality that was left."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of one person of a case."""

    id: str
    """From the case, the kind, the person's position and a number: the CS drops a repeat by it."""
    case_id: str
    kind: MessageKind
    position: int
    lane: str
    """Messages of one lane go in order, the next one only after the acknowledgement of the one before: the person's
    keyed fingerprint or addressee number."""
    to: str
    """市区町村コード."""
    body: bytes
    """JSON (docs/schemas); personal data: kept sealed."""


class Outbox(Protocol):
    """What is to be sent to the CS, in order per lane."""

    def post(self, messages: Sequence[Message]) -> None:
        """Put messages into their lanes, durably and once by their ids, and wake their lanes.

        One that was taken back is not sent, however often its id is posted.
        """
        ...

    def cancel(self, case_id: str) -> Sequence[str]:
        """Take back what was not begun to be sent; return the ids of what was, or may have been.

        What was rejected is taken back, too, and lets its lane go on. Cancellations stay.
        """
        ...


class ApplicantStatus(Protocol):
    """What the portal shows to an applicant."""

    def show(self, application_number: str, status: str, reason: str, at: datetime, order: int) -> None:
        """Show a status (受付済, 審査中, 完了, 差戻し, 受付不可, 取下げ), and an outcome code as its reason.

        `order` is the version of the case it is told from: what is older than what is shown changes nothing.
        """
        ...
