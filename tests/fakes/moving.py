"""Ports of 引越しOSS in memory, as `kyotsu.moving.ports` promises them; `tests.fakes.faults.Faults` lets them fail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from kyotsu.moving.cases import ENDED, Case, CaseKind, CaseState, Entry, Signal, Wait
from kyotsu.moving.ports import (
    CaseChangedError,
    Message,
    MessageKind,
    NoSuchCaseError,
    PapersDestroyedError,
    Taken,
)


@dataclass
class _Stored:
    case: Case
    history: list[Entry]
    wait: Wait | None = None
    took: Signal | None = None
    told: bool = True
    pending: list[Signal] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    noted: set[bytes] = field(default_factory=set)
    forgotten: bool = False

    @property
    def taken(self) -> Taken | None:
        return Taken(self.wait.token, self.took) if self.wait and self.took else None


class MemoryCases:
    """`CaseStore`."""

    def __init__(self) -> None:
        self._stored: dict[str, _Stored] = {}

    def open(self, case: Case, entry: Entry) -> Case:
        found = self._stored.setdefault(case.id, _Stored(replace(case, version=1), [entry]))
        return found.case

    def get(self, case_id: str) -> Case:
        return self._of(case_id).case

    def save(self, case: Case, entry: Entry | None = None) -> Case:
        found = self._of(case.id)
        if found.case.version != case.version:
            raise CaseChangedError(case.id)
        found.case = replace(case, version=case.version + 1)
        if entry is not None:
            found.history.append(entry)
        return found.case

    def history(self, case_id: str) -> Sequence[Entry]:
        return list(self._stored[case_id].history) if case_id in self._stored else []

    def wait(self, case_id: str, wait: Wait) -> Taken | None:
        found = self._of(case_id)
        if found.wait and (found.wait.visit, found.wait.attempt) > (wait.visit, wait.attempt):
            return None
        if found.wait is None or found.wait.visit < wait.visit:
            found.took = None
        same_token = found.wait is not None and found.wait.token == wait.token
        found.wait = wait
        if found.took is None:
            early = next((signal for signal in found.pending if signal.kind in wait.kinds), None)
            if early is not None:
                found.pending.remove(early)
                found.took, same_token = early, False
        if not same_token:
            found.told = found.took is None
        return found.taken

    def signal(self, case_id: str, signal: Signal) -> Taken | None:
        found = self._of(case_id)
        if signal.id in found.heard:
            return found.taken if found.took and found.took.id == signal.id else None
        wait = found.wait if found.took is None else None
        meant = wait if wait and signal.kind in wait.kinds and signal.visit in (None, wait.visit) else None
        if meant is None and signal.visit is not None:
            return None
        found.heard.add(signal.id)
        if meant is None:
            found.pending.append(signal)
            return None
        found.took, found.told = signal, False
        return found.taken

    def taken(self, case_id: str) -> Taken | None:
        return self._of(case_id).taken

    def told(self, case_id: str, taken: Taken) -> None:
        found = self._of(case_id)
        if found.taken == taken:
            found.told = True

    def untold(self) -> Iterator[tuple[str, Taken]]:
        for case_id, found in list(self._stored.items()):
            if found.taken and not found.told:
                yield case_id, found.taken

    def waiting(self, case_id: str) -> Wait | None:
        found = self._of(case_id)
        return found.wait if found.took is None else None

    def pending(self, case_id: str) -> Sequence[Signal]:
        return list(self._of(case_id).pending)

    def listed(self, kind: CaseKind, states: Iterable[CaseState] = ()) -> Iterator[Case]:
        wanted = set(states)
        return (case for case in self.all() if case.kind is kind and (not wanted or case.state in wanted))

    def unstarted(self) -> Iterator[Case]:
        return (case for case in self.all() if not case.generation and case.state not in ENDED)

    def due(self, today: date) -> Iterator[Case]:
        open_ones = (case for case in self.all() if case.generation and case.state not in ENDED)
        return (case for case in open_ones if case.due_on and case.due_on < today)

    def erasable(self, today: date) -> Iterator[Case]:
        return (case for case in self.all() if case.erase_on and case.erase_on <= today and not case.erased_at)

    def visits(self, day: date) -> Iterator[Case]:
        return (case for case in self.all() if case.visit_on == day)

    def look_up(self, fingerprint: bytes) -> Sequence[str]:
        return sorted(case_id for case_id, found in self._stored.items() if fingerprint in found.noted)

    def note(self, case_id: str, fingerprints: Iterable[bytes]) -> None:
        found = self._of(case_id)
        if not found.forgotten:
            found.noted |= set(fingerprints)

    def forget(self, case_id: str) -> None:
        found = self._of(case_id)
        found.noted, found.forgotten = set(), True

    def all(self) -> list[Case]:
        """Return every case."""
        return [found.case for found in self._stored.values()]

    def _of(self, case_id: str) -> _Stored:
        try:
            return self._stored[case_id]
        except KeyError:
            raise NoSuchCaseError(case_id) from None


class MemoryPapers:
    """`Papers`."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.revisions: dict[tuple[str, str], int] = {}
        self.destroyed: set[str] = set()

    def put(self, case_id: str, name: str, body: bytes, revision: int = 0) -> None:
        if case_id in self.destroyed:
            raise PapersDestroyedError(case_id)
        if revision and self.revisions.get((case_id, name), 0) >= revision:
            return
        self.bodies[case_id, name], self.revisions[case_id, name] = body, revision

    def get(self, case_id: str, name: str) -> bytes | None:
        return self.bodies.get((case_id, name))

    def destroy(self, case_id: str) -> None:
        self.destroyed.add(case_id)
        for key in [key for key in self.bodies if key[0] == case_id]:
            del self.bodies[key]


@dataclass
class MemoryMachines:
    """`Machines`: executions by name, and what machines were told. A token is gone once it was told."""

    starts: Counter[str] = field(default_factory=Counter)
    """How often each execution was asked for; it runs once."""
    told: list[Taken] = field(default_factory=list)
    """What reached a machine, in order."""
    tells: list[Taken] = field(default_factory=list)
    """What was said, repeats and gone tokens included."""
    broken: set[str] = field(default_factory=set)
    """Executions that failed; a test adds to it."""

    def start(self, case: Case) -> None:
        self.starts[f"{case.id}.{case.generation}"] += 1

    def ended(self, case: Case) -> bool:
        return f"{case.id}.{case.generation}" in self.broken

    def failed(self) -> Iterator[tuple[str, int]]:
        for name in sorted(self.broken):
            case_id, _, generation = name.rpartition(".")
            yield case_id, int(generation)

    def tell(self, taken: Taken) -> None:
        self.tells.append(taken)
        if all(taken.token != before.token for before in self.told):
            self.told.append(taken)


@dataclass
class MemoryOutbox:
    """`Outbox`; a test adds ids to `begun` when they were, or may have been, sent."""

    messages: dict[str, Message] = field(default_factory=dict)
    """By id, in the order they were posted; those taken back are gone."""
    begun: set[str] = field(default_factory=set)
    posts: list[Sequence[str]] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)

    def post(self, messages: Sequence[Message]) -> None:
        self.posts.append([message.id for message in messages])
        for message in messages:
            if message.id not in self.taken_back:
                self.messages.setdefault(message.id, message)

    def cancel(self, case_id: str) -> Sequence[str]:
        own = [
            message.id
            for message in self.messages.values()
            if message.case_id == case_id and message.kind is not MessageKind.CERTIFICATE_CANCEL
        ]
        for message_id in own:
            if message_id not in self.begun:
                self.taken_back.add(message_id)
                del self.messages[message_id]
        return [message_id for message_id in own if message_id in self.begun]

    def lane(self, lane: str) -> list[Message]:
        """Return a lane's messages in order."""
        return [message for message in self.messages.values() if message.lane == lane]


@dataclass
class MemoryStatus:
    """`ApplicantStatus`: what each applicant was shown, in order."""

    shown: dict[str, list[tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(list))

    def show(self, application_number: str, status: str, reason: str, at: datetime, order: int) -> None:
        self.shown[application_number].append((status, reason, order))

    def last(self, application_number: str) -> tuple[str, str]:
        """Return the status and reason of the highest order."""
        status, reason, _ = max(self.shown[application_number], key=lambda each: each[2])
        return status, reason
