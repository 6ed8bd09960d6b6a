"""Two municipalities and the CS between them, in memory, with the real machine files and steps.

Nothing moves by itself: a test chooses what happens next, what fails and what comes twice.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from kyotsu.moving import steps
from kyotsu.moving.announcing import notice_of
from kyotsu.moving.arriving import Arriving
from kyotsu.moving.awaiting import Awaiting
from kyotsu.moving.cases import ENDED, Case, CaseKind, CasePerson, CaseState, Entry, Signal, SignalKind
from kyotsu.moving.cs import mapping
from kyotsu.moving.cs.messages import Cancellation, Notice
from kyotsu.moving.distributing import Distributing
from kyotsu.moving.documents import Address, Application, Certificate, MovingPerson, Reservation, encode
from kyotsu.moving.erasing import Erasing
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.in_advance import MoveIn
from kyotsu.moving.joining import Joining
from kyotsu.moving.matching import Matching
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.noticing import Notices
from kyotsu.moving.out_advance import MoveOut, Restraint
from kyotsu.moving.out_reconcile import Reconciliation
from kyotsu.moving.ports import Message, MessageKind, PaperKind, Taken
from kyotsu.moving.posting import Posting
from kyotsu.moving.receiving import Certificates
from kyotsu.moving.reconciling import ResidentRecord
from kyotsu.moving.rules import Rules
from kyotsu.moving.starting import Starting
from tests.fakes.asl import Edges, Execution, Fault, Status
from tests.fakes.interruption import Interruption, StoppedError
from tests.fakes.moving import MemoryCases, MemoryOutbox, MemoryPapers, MemoryStatus

HERE, THERE = "141003", "131016"
MACHINES = Path(__file__).parents[2] / "statemachines"
TIMEOUTS = dict.fromkeys(("step", "decision", "approval", "release", "acknowledgement", "notice", "news"), 60)


@cache
def definition(name: str) -> Any:
    """Return a machine as its file says it."""
    return json.loads((MACHINES / f"{name}.asl.json").read_text("utf-8"))


@cache
def impatient(name: str) -> Any:
    """Return a machine that gives up after two tries, so that executions fail for good as often as chance wants."""
    machine = json.loads((MACHINES / f"{name}.asl.json").read_text("utf-8"))
    for state in machine["States"].values():
        for retry in state.get("Retry", []):
            retry["MaxAttempts"] = 1
    return machine


@dataclass
class MovableClock:
    """A clock that a test sets forward."""

    at: datetime = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


class KeyedFingerprints:
    """`Fingerprints` with a key of the test's."""

    key_id = "test"

    def of(self, purpose: str, text: str) -> bytes:
        return hmac.digest(b"test", f"{purpose}\0{text}".encode(), "sha256")


@dataclass
class MemoryResidentRecords:
    """Residents of a municipality: a `ResidentFinder` and `ResidentRecords`."""

    known: dict[str, ResidentRecord] = field(default_factory=dict)

    def find(self, person: MovingPerson, individual_number: str) -> Sequence[ResidentRecord]:
        return [
            record
            for record in self.known.values()
            if record.items.get("seinengappi") == person.birth_date
            or (individual_number and record.items.get("kojinbango") == individual_number)
        ]

    def records(self, numbers: Collection[str]) -> Mapping[str, ResidentRecord]:
        return {number: self.known[number] for number in numbers if number in self.known}

    def plain(self, number: str) -> ResidentRecord | None:
        return self.known.get(number)

    def put(self, number: str, category: str = "1", **items: str) -> ResidentRecord:
        """Record a resident."""
        self.known[number] = ResidentRecord(number, category, items)
        return self.known[number]


@dataclass
class MemoryRestraints:
    """`Restraints`."""

    known: dict[str, Restraint] = field(default_factory=dict)

    def of(self, numbers: Collection[str]) -> Mapping[str, Restraint]:
        return {number: self.known.get(number, Restraint.NONE) for number in numbers}


@dataclass
class MemoryHanding:
    """`Handing`: files by name, with how often each was asked for."""

    files: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, Any] = field(default_factory=dict)

    def reservation(self, case: Case, reservation: Reservation, edition: int) -> str:
        return self._hand(f"reservation-{case.id}-{edition}", reservation)

    def recall(self, case: Case, reservation: Reservation | None, edition: int) -> str:
        return self._hand(f"recall-{case.id}-{edition}", reservation)

    def notices(self, case: Case, notices: Sequence[Notice], edition: int) -> str:
        return self._hand(f"notices-{case.id}-{edition}", list(notices))

    def _hand(self, name: str, body: Any) -> str:
        self.files[name] += 1
        self.bodies[name] = body
        return name


@dataclass
class MemoryAnnouncing:
    """`Announcing`: how often each edition was told."""

    told: Counter[str] = field(default_factory=Counter)

    def announce(self, case: Case) -> None:
        self.told[notice_of(case).key] += 1


class Town:
    """One municipality: its cases, machines and outbox."""

    def __init__(self, code: str, clock: MovableClock, rules: Rules, interruption: Interruption | None = None) -> None:
        self.code, self.clock, self.rules = code, clock, rules
        self.cases, self.papers, self.outbox = MemoryCases(), MemoryPapers(), MemoryOutbox()
        self.status, self.residents = MemoryStatus(), MemoryResidentRecords()
        self.restraints, self.handing = MemoryRestraints(), MemoryHanding()
        self.announced = MemoryAnnouncing()
        self.fingerprints = KeyedFingerprints()
        self.executions: dict[str, Execution] = {}
        self.edges = {"move_out": Edges(), "move_in": Edges()}
        self.drawn: Counter[str] = Counter()
        self.interruption = interruption or Interruption()
        around: Callable[[Any], Any] = self.interruption.around
        cases, papers = around(self.cases), around(self.papers)
        self.starting = Starting(cases, around(self), clock)
        moves, told = Moves(cases, clock), Told(around(self.status), clock)
        self.distributing = Distributing(moves, papers, around(self.handing))
        posting = Posting(moves, papers, around(self.outbox), self.residents, rules, code)
        self.certificates = Certificates(cases, papers, self.starting, self.fingerprints, rules, code, {code})
        self.notices = Notices(cases, papers, self.starting, self.distributing)
        self.arriving = Arriving(cases, papers, self.residents, self.starting, self.fingerprints)
        self.erasing = Erasing(cases, papers, self.starting, clock, rules)
        self.awaiting = Awaiting(cases, around(self))
        self.functions = {
            "AdvanceMoveOut": _stepped(steps.advance_move_out(MoveOut(moves, told, self.restraints, rules))),
            "Reconcile": _stepped(steps.reconcile(Reconciliation(moves, papers, self.residents))),
            "PostMessages": _stepped(steps.post_messages(posting)),
            "Distribute": _stepped(steps.distribute(self.distributing)),
            "AdvanceMoveIn": _stepped(steps.advance_move_in(MoveIn(moves, told, rules))),
            "Match": _stepped(steps.match(Matching(moves, papers, self.residents, around(self.announced)))),
            "DrawForm": _stepped({"draw": self._draw}),
            "AwaitSignal": self._await,
        }
        self._moves = moves
        self.definition: Callable[[str], Any] = definition

    # Machines

    def start(self, case: Case) -> None:
        name = f"{case.id}.{case.generation}"
        if name in self.executions:
            return
        kind = "move_out" if case.kind is CaseKind.MOVE_OUT else "move_in"
        self.executions[name] = Execution(
            name, self.definition(kind), self.functions, {"case": case.id, "timeouts": TIMEOUTS}, self.edges[kind]
        )

    def ended(self, case: Case) -> bool:
        found = self.executions.get(f"{case.id}.{case.generation}")
        return found is not None and found.status is Status.FAILED

    def failed(self) -> Iterator[tuple[str, int]]:
        for name, execution in self.executions.items():
            if execution.status is Status.FAILED:
                case_id, _, generation = name.rpartition(".")
                yield case_id, int(generation)

    def tell(self, taken: Taken) -> None:
        for execution in self.executions.values():
            if execution.succeed(taken.token, {"signal": taken.signal.kind}):
                return

    # What the watch does (functions/moving/watch_cases), without its schedule.

    def watch(self) -> None:
        """Start what is not started, tell what was not told, start anew what failed, and mind deadlines."""
        for case in list(self.cases.unstarted()):
            self.starting.start(case.id)
        for case_id, taken in list(self.cases.untold()):
            self.tell(taken)
            self.cases.told(case_id, taken)
        for case_id, generation in list(self.failed()):
            self.starting.start(case_id, generation + 1)
        for case in list(self.cases.due(self.clock.now().date())):
            wait = self.cases.waiting(case.id)
            if wait and SignalKind.OVERDUE in wait.kinds:
                name = f"overdue-{wait.visit}-{case.due_on}"
                signal = Signal(name, SignalKind.OVERDUE, self.clock.now(), "watch", wait.visit)
                self.starting.hear(case.id, signal)

    # What people and offices do.

    def file(self, application: Application, numbers: Mapping[int, str]) -> str:
        """Let an application for a move-out arrive."""
        case_id = f"{CaseKind.MOVE_OUT}-{application.application_number}"
        planned = date.fromisoformat(application.planned_on)
        now = self.clock.now()
        self.papers.put(case_id, PaperKind.RAW, encode(application))
        self.papers.put(case_id, PaperKind.NUMBERS, msgspec.json.encode({str(k): v for k, v in numbers.items()}))
        case = Case(
            id=case_id,
            kind=CaseKind.MOVE_OUT,
            municipality=self.code,
            application_number=application.application_number,
            state=CaseState.RECEIVED,
            opened_at=now,
            revision=application.revision,
            people=tuple(CasePerson(person.position) for person in application.people),
            counterpart=application.to_municipality,
            planned_on=planned,
            erase_on=self.rules.erase_on(planned, now.date()),
        )
        self.cases.open(case, Entry(now, "Open", "application", "portal"))
        self.starting.start(case_id)
        return case_id

    def reserve(self, reservation: Reservation, kind: CaseKind = CaseKind.MOVE_IN) -> str:
        """Let a reservation arrive, before or after the certificate."""
        case_id = f"{kind}-{reservation.application_number}"
        now, planned = self.clock.now(), date.fromisoformat(reservation.planned_on)
        case = Case(
            id=case_id,
            kind=kind,
            municipality=self.code,
            application_number=reservation.application_number,
            state=CaseState.WAITING,
            opened_at=now,
        )
        case = self.cases.open(case, Entry(now, "Open", "reservation", "portal"))
        self.papers.put(case_id, PaperKind.RESERVATION, encode(reservation))
        known = {person.position: person for person in case.people}
        people = tuple(known.get(each.position, CasePerson(each.position)) for each in reservation.people)
        changed = replace(
            case,
            has_reservation=True,
            revision=reservation.revision,
            people=people,
            planned_on=planned,
            visit_on=date.fromisoformat(reservation.visit_on),
            counterpart=case.counterpart or reservation.from_municipality,
            erase_on=self.rules.erase_on(planned, now.date()),
        )
        if changed != case:
            self.cases.save(changed)
        for person in reservation.people:
            self.cases.note(case_id, of_person(self.fingerprints, person))
        self.starting.start(case_id)
        name = f"reservation-{reservation.application_number}-{reservation.revision}"
        Joining(self.cases, self.papers, self.starting, self.fingerprints).join(case_id)
        self.starting.hear(case_id, Signal(name, SignalKind.RESERVATION, now, "portal"))
        return case_id

    def say(self, case_id: str, kind: SignalKind, by: str = "operator:clerk", name: str = "") -> None:
        """Let a clerk or the portal say something to a case."""
        self.starting.hear(case_id, Signal(name or f"{by}-{kind}", kind, self.clock.now(), by))

    def move_in(self, number: str, **items: str) -> None:
        """Let 住民記録 register somebody (001o006-01), and the news of it arrive."""
        self.residents.put(number, "1", idojiyu="01", **items)
        self.arriving.hear(number, self.clock.now())

    def of(self, case_id: str) -> Case:
        """Return a case."""
        return self.cases.get(case_id)

    def knows(self, case_id: str) -> bool:
        """Tell whether there is such a case."""
        return any(case.id == case_id for case in self.cases.all())

    def execution(self, case_id: str) -> Execution:
        """Return the newest execution of a case."""
        return self.executions[f"{case_id}.{self.of(case_id).generation}"]

    def _draw(self, case_id: str) -> str:
        edition = self.of(case_id).form_edition
        self.drawn[case_id] += 1
        self.papers.put(case_id, PaperKind.FORM, b"%PDF")
        self._moves.on(case_id, "DrawForm", "drawn", lambda case: replace(case, prepared_revision=edition))
        return "drawn"

    def _await(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        self.awaiting.wait(event)
        return {}


def _stepped(table: steps.Steps) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    return lambda event: {"result": table[event["step"]](event["case"])}


class Japan:
    """Two towns and the network between them: it drops repeats by id, and acknowledges when it is told to."""

    def __init__(self, rules: Rules | None = None, interruption: Interruption | None = None) -> None:
        self.clock, self.rules = MovableClock(), rules or Rules()
        self.interruption = interruption or Interruption()
        self.here = Town(HERE, self.clock, self.rules, self.interruption)
        self.there = Town(THERE, self.clock, self.rules, self.interruption)
        self.towns = {HERE: self.here, THERE: self.there}
        self.effects: Counter[str] = Counter()
        """How often each message took effect at the CS: by id."""
        self.faults: Iterator[Fault | None] = iter(())
        """For each try of a Task in turn."""
        self.delivered: set[str] = set()
        self.rejecting = False
        self.silent = False
        """CS障害: refuses, or takes and does not acknowledge."""
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()

    def runnable(self) -> list[Execution]:
        """Return executions that have something to do."""
        return [each for town in self.towns.values() for each in town.executions.values() if each.runnable]

    def step(self, execution: Execution) -> None:
        """Try an execution's state once, with the fault that is planned for the next try of a Task."""
        is_task = execution.definition["States"][execution.state]["Type"] == "Task"
        execution.step(next(self.faults, None) if is_task else None)

    def unsent(self) -> list[tuple[Town, Message]]:
        """Return messages at the head of their lanes that are not acknowledged."""
        found = []
        for town in self.towns.values():
            lanes: dict[str, Message] = {}
            for message in town.outbox.messages.values():
                if message.id not in self.acknowledged | self.refused:
                    lanes.setdefault(message.lane, message)
            found += [(town, message) for message in lanes.values()]
        return found

    def send(self, town: Town, message: Message) -> None:
        """Let the CS take a message, drop it if it had it, and bring it to the other town; perhaps again."""
        town.outbox.begun.add(message.id)
        if message.id not in self.delivered:
            self.effects[message.id] += 1
            self.delivered.add(message.id)
        self.bring(message)

    def bring(self, message: Message) -> None:
        """Bring a message to the town it is for."""
        target = self.towns[message.to]
        received = mapping.read(message.body, self.clock.now())
        if isinstance(received.content, Certificate):
            target.certificates.receive(received)
        elif isinstance(received.content, Cancellation):
            target.certificates.cancel(received)
        else:
            target.notices.receive(received)

    def answer(self, town: Town, message: Message) -> None:
        """Let the CS deal with a message, as it is disposed."""
        if self.rejecting:
            self.refused.add(message.id)
            name = f"rejected-{message.id}"
            signal = Signal(name, SignalKind.REJECTED, self.clock.now(), "cs")
            town.starting.hear(message.case_id, signal)
            return
        self.send(town, message)
        self.acknowledge(town, message)

    def recover(self) -> None:
        """Let the CS work again: what it refused is sent anew (`kyotsu cs resend`)."""
        self.rejecting = self.silent = False
        self.refused.clear()

    def acknowledge(self, town: Town, message: Message) -> None:
        """Let the acknowledgement of a message arrive, and the case hear when all of its kind are."""
        self.acknowledged.add(message.id)
        same = [m for m in town.outbox.messages.values() if (m.case_id, m.kind) == (message.case_id, message.kind)]
        if message.kind is not MessageKind.CERTIFICATE_CANCEL and all(m.id in self.acknowledged for m in same):
            name = f"acknowledged-{message.case_id}-{message.kind}"
            signal = Signal(name, SignalKind.ACKNOWLEDGED, self.clock.now(), "cs")
            town.starting.hear(message.case_id, signal)

    def settle(self, most: int = 5000) -> None:
        """Let everything happen that can: machines (disturbed as `faults` says), the watch, the CS."""
        for _ in range(most):
            if runnable := self.runnable():
                self.step(runnable[0])
            elif (unsent := self.unsent()) and not self.silent:
                self.answer(*unsent[0])
            else:
                for town in self.towns.values():
                    town.watch()
                if not self.runnable() and (self.silent or not self.unsent()):
                    return
        raise AssertionError("it never settles")


def family(number: str = "A2026000001", size: int = 3, **changes: Any) -> Application:
    """Return an application of a family that moves from here to there."""
    people = tuple(
        MovingPerson(
            position=position,
            name=f"見本　{given}",
            name_kana=f"ミホン　{kana}",
            birth_date=f"19{80 + position}-04-0{position}",
            sex="1" if position % 2 else "2",
            individual_number_reference=f"ref-{position}",
        )
        for position, (given, kana) in enumerate(
            [("太郎", "タロウ"), ("花子", "ハナコ"), ("一郎", "イチロウ"), ("二郎", "ジロウ")][:size], 1
        )
    )
    base = Application(
        application_number=number,
        kind="O",
        revision=1,
        submitted_at="2026-03-20T10:00:00+09:00",
        from_municipality=HERE,
        to_municipality=THERE,
        planned_on="2026-04-01",
        previous_address=Address(
            prefecture="神奈川県", municipality_name="横浜市中区", machiaza="港町", street_number="1丁目1番地"
        ),
        new_address=Address(prefecture="東京都", municipality_name="千代田区"),
        people=people,
        visit_on="2026-04-03",
    )
    return msgspec.structs.replace(base, **changes)


def individual_number(position: int) -> str:
    """Return an invented 個人番号 of a position."""
    return f"{position:012d}"


def settle_family(town: Town, application: Application, **items: str) -> dict[int, str]:
    """Record everybody of an application as residents of a town, as filed; return their 個人番号."""
    for person in application.people:
        town.residents.put(
            f"{person.position:015d}",
            "1",
            **{**resident_items(person), **items},
        )
    return {person.position: individual_number(person.position) for person in application.people}


def resident_items(person: MovingPerson) -> dict[str, str]:
    """Return how a resident record says what somebody filed."""
    return {
        "shimei": person.name,
        "shimei_furigana": person.name_kana,
        "seinengappi": person.birth_date,
        "seibetsu": person.sex,
        "kojinbango": individual_number(person.position),
        "juminhyokodo": f"{person.position:011d}",
        "jusho_todofuken": "神奈川県",
        "jusho_shikugunchosonmei": "横浜市中区",
        "jusho_choaza": "港町",
        "jusho_banchigohyoki": "1-1",
    }


__all__ = ["ENDED", "Fault", "Interruption", "Japan", "StoppedError", "Town", "family", "settle_family"]
