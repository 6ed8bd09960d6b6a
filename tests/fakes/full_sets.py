"""The comparison of complete full sets over a deployment in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kyotsu.contracts.events import FileAnswered, PeopleMissingFromFullSet
from kyotsu.linkage.full_sets import FullSets
from kyotsu.linkage.keys import ObjectRef, missing_key
from kyotsu.residents.applier import Head
from kyotsu.residents.registered import RegisteredResidents
from tests.fakes.deployment import BUCKET, CATALOGUE, Deployment, body, name
from tests.fakes.interruption import Interruption, StoppedError
from tests.fakes.memory import MemoryResidents

FULL = "00"


@dataclass
class MemoryEverybody:
    """Everybody in an order that nobody knows, some at a time."""

    residents: MemoryResidents
    page_size: int = 2
    seed: int = 1

    def page(self, after: tuple[str, str] | None) -> tuple[list[Head], tuple[str, str] | None]:
        numbers = sorted(self.residents.stored, key=self._place)
        rest = [number for number in numbers if after is None or self._place(number) > self._place(after[0])]
        page = rest[: self.page_size]
        more = len(rest) > self.page_size
        return [self.residents.stored[number] for number in page], (page[-1], "H") if more else None

    def _place(self, number: str) -> float:
        return random.Random(f"{self.seed} {number}").random()


@dataclass
class MemoryFullSetEvents:
    """Published events, a repeat once."""

    published: dict[str, PeopleMissingFromFullSet] = field(default_factory=dict)

    def people_missing(self, event: PeopleMissingFromFullSet) -> None:
        self.published[event.event_id] = event


@dataclass
class MemoryContinuations:
    """The queue of comparisons."""

    asked: list[FileAnswered] = field(default_factory=list)

    def ask_again(self, answered: FileAnswered) -> None:
        self.asked.append(answered)


def never() -> bool:
    """Deny that there is time for more than one page."""
    return False


@dataclass
class FullSetHouse:
    """A deployment whose full files are compared."""

    deployment: Deployment = field(default_factory=Deployment)
    page_size: int = 2
    seed: int = 1
    events: MemoryFullSetEvents = field(default_factory=MemoryFullSetEvents)
    queue: MemoryContinuations = field(default_factory=MemoryContinuations)

    def use_case(self, interruption: Interruption | None = None) -> FullSets:
        """Return the comparison, with its ports counted and broken if an interruption is given."""
        around: Callable[[Any], Any] = interruption.around if interruption else lambda port: port
        everybody = MemoryEverybody(self.deployment.residents, self.page_size, self.seed)
        return FullSets(
            catalogue=CATALOGUE,
            work_bucket="work",
            objects=around(self.deployment.objects),
            receipts=around(self.deployment.receipts),
            people=around(RegisteredResidents(everybody)),
            events=around(self.events),
            continuations=around(self.queue),
        )

    def send(
        self, rows: Sequence[dict[str, str]], sequence: int, branch: str = FULL, mode: str = "F", file: str = ""
    ) -> FileAnswered:
        """Send a file and return what was told of its answer."""
        self.deployment.send(file or name(branch, mode, sequence=sequence), body(rows))
        return self.deployment.events.answered[-1]

    def run(
        self,
        answered: FileAnswered,
        in_time: Callable[[], bool] = never,
        interruption: Interruption | None = None,
    ) -> list[str]:
        """Compare as the queue has it done, until it is empty; a run that is stopped is done again."""
        self.queue.asked.append(answered)
        while self.queue.asked:
            message = self.queue.asked.pop(0)
            try:
                self.use_case(interruption).compare(message, in_time)
            except StoppedError:
                self.queue.asked.append(message)
        return self.missing(answered)

    def missing(self, answered: FileAnswered, *, taken: bool = False) -> list[str]:
        """Return who is listed beside an answer."""
        key = missing_key(ObjectRef(BUCKET, answered.object_key, answered.version_id), taken=taken)
        header, *numbers = self.deployment.objects.written[BUCKET, key].decode().splitlines()
        assert header == "atenabango"
        return numbers
