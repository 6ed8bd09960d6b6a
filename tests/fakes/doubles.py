"""The sweep for doubles in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kyotsu.addressees.candidates import forms
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.memory import MemoryPostings
from kyotsu.addressees.candidates.people import Person
from kyotsu.addressees.candidates.postings import Posting
from kyotsu.addressees.clerks_list import Entry, Settlement
from kyotsu.addressees.doubles import Doubles, Work
from kyotsu.addressees.standing import Standing
from kyotsu.japanese.dates import JST
from tests.fakes.candidates import scorer
from tests.fakes.sealing import local_sealing

NOW = datetime(2026, 5, 2, 1, 0, tzinfo=JST)


@dataclass
class MemoryWork:
    """`WorkList`."""

    noted: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def note(self, *numbers: str) -> None:
        for number in numbers:
            self.count += 1
            self.noted[number] = str(self.count)

    def due(self) -> Iterator[Work]:
        yield from [Work(*item) for item in sorted(self.noted.items())]

    def done(self, work: Work) -> None:
        if self.noted.get(work.number) == work.token:
            del self.noted[work.number]


@dataclass
class MemoryClerks:
    """`ClerksList`."""

    entries: dict[str, Entry] = field(default_factory=dict)
    settlements: dict[str, tuple[Entry, Settlement]] = field(default_factory=dict)

    def add(self, entry: Entry) -> bool:
        if self.knows(entry.entry_id):
            return False
        self.entries[entry.entry_id] = entry
        return True

    def knows(self, entry_id: str) -> bool:
        return entry_id in self.entries or entry_id in self.settlements

    def withdraw(self, entry_id: str) -> None:
        self.entries.pop(entry_id, None)

    def open(self) -> Iterator[Entry]:
        yield from [self.entries[entry_id] for entry_id in sorted(self.entries)]

    def settled(self) -> Iterator[tuple[Entry, Settlement]]:
        yield from [self.settlements[entry_id] for entry_id in sorted(self.settlements)]

    def settle(self, entry_id: str, settlement: Settlement) -> bool:
        entry = self.entries.pop(entry_id, None)
        if entry is not None:
            self.settlements[entry_id] = entry, settlement
        return entry is not None


@dataclass
class Register:
    """People, who of them is registered how, and the index over them; what reads it sees every change."""

    people: dict[str, Person] = field(default_factory=dict)
    known: dict[str, Standing] = field(default_factory=dict)

    def put(self, *people: Person) -> None:
        self.people |= {person.id: person for person in people}

    def forms(self, numbers: Sequence[str]) -> Mapping[str, Form]:
        return {number: forms.of_person(self.people[number]) for number in numbers if number in self.people}

    def standings(self, numbers: Collection[str]) -> Mapping[str, Standing]:
        return {number: self.known[number] for number in numbers if number in self.known}

    def open(self) -> set[str]:
        return {number for number, standing in self.known.items() if not standing.deleted}


@dataclass
class Lists:
    """`Postings` of a register, or of its 住登外者."""

    register: Register
    addressees_only: bool

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        people = self.register.people.values()
        wanted = self.register.open() if self.addressees_only else self.register.people.keys()
        return MemoryPostings(person for person in people if person.id in wanted).read(key, starts, most)


@dataclass
class World:
    """A register with its sweep."""

    register: Register = field(default_factory=Register)
    work: MemoryWork = field(default_factory=MemoryWork)
    clerks: MemoryClerks = field(default_factory=MemoryClerks)
    failures: list[tuple[Work, Exception]] = field(default_factory=list)

    def sweep(self, **changes: object) -> Doubles:
        parts: dict[str, object] = {
            "work": self.work,
            "people": self.register,
            "everybody": Lists(self.register, addressees_only=False),
            "addressees": Lists(self.register, addressees_only=True),
            "scorer": scorer,
            "standings": self.register,
            "clerks": self.clerks,
            "fingerprints": local_sealing().fingerprints,
            "clock": self,
            "expected": 0.02,
            "least": 50,
            "each": one_by_one,
            "failed": lambda work, error: self.failures.append((work, error)),
        }
        return Doubles(**(parts | changes))  # type: ignore[arg-type] # by name

    def now(self) -> datetime:
        return NOW

    def pairs(self) -> set[tuple[str, ...]]:
        return {tuple(sorted(entry.numbers)) for entry in self.clerks.entries.values()}


def one_by_one(work: Callable[[Work], object], items: Iterable[Work]) -> list[object]:
    """Do something with each in order."""
    return [work(item) for item in items]


def always() -> bool:
    """Have time left."""
    return True
