"""引越しOSS under any order: two towns, the CS, clerks, the portal and the calendar, each when chance wants it.

Chance also lets tries fail before or after their effect, kills calls of ports in the middle of steps, and brings
everything twice. Then the disturbance ends, and everything must have come to a good end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kyotsu.moving.cases import ENDED, CaseState, SignalKind
from kyotsu.moving.out_advance import Restraint
from kyotsu.moving.ports import MessageKind
from kyotsu.moving.rules import Rules
from tests.fakes.asl import Fault, Status
from tests.fakes.interruption import Interruption, StoppedError
from tests.fakes.moving_world import Japan, family, impatient, resident_items, settle_family

PORTS = ["", "MemoryOutbox", "MemoryPapers", "MemoryHanding", "MemoryStatus", "Town"]
CLERK = [SignalKind.ACCEPTED, SignalKind.APPROVED, SignalKind.RELEASED, SignalKind.RETURNED]


@dataclass
class Outages(Interruption):
    """Single calls that fail, and a port that is down for a while."""

    down: str = ""

    def call(self, name: str, method: Callable[..., Any], *args: Any) -> Any:
        if self.down and name.startswith(f"{self.down}."):
            raise StoppedError
        return super().call(name, method, *args)


class Chance:
    """What happens next, by numbers that Hypothesis draws."""

    def __init__(self, japan: Japan, outages: Outages, data: st.DataObject) -> None:
        self.japan, self.outages, self.data = japan, outages, data
        self.application = family(size=2)
        self.moving_out = self.moving_in = ""
        self.arrived = set[str]()

    def pick(self, most: int) -> int:
        """Return a number below `most`."""
        return self.data.draw(st.integers(0, most - 1))

    def happen(self) -> None:
        """Let one thing happen, disturbed or not."""
        what = self.pick(13)
        interruption = self.outages
        # One of the next calls of ports may fail, before or after its effect.
        interruption.at = len(interruption.calls) + 1 + self.pick(6) if self.pick(8) == 0 else 0
        interruption.after = self.pick(2) == 1
        try:
            self._happen(what)
        except StoppedError:
            pass  # whoever called is told so, and tries again some time: queues and machines do
        finally:
            interruption.at = 0

    def _happen(self, what: int) -> None:
        japan = self.japan
        if what <= 5 and (runnable := japan.runnable()):
            fault = [*[None] * 8, Fault.THROTTLED, Fault.KILLED, Fault.TIMED_OUT, Fault.CRASHED][self.pick(12)]
            runnable[self.pick(len(runnable))].step(fault)
        elif what == 6:
            self._office()
        elif what == 7:
            self._network()
        elif what == 8:
            for town in japan.towns.values():
                town.watch()
        elif what == 9:
            japan.clock.forward(days=self.pick(12))
        elif what == 10:
            self._portal()
        elif what == 11 and self.moving_in:
            person = self.application.people[self.pick(2)]
            day = (japan.clock.now() + timedelta(days=1)).date().isoformat()
            self.arrived.add(f"9{person.position:014d}")
            japan.there.move_in(f"9{person.position:014d}", **{**resident_items(person), "idonengappi": day})

        elif what == 12:
            self.outages.down = PORTS[self.pick(len(PORTS))]

    def _office(self) -> None:
        if self.moving_out and self.japan.here.knows(self.moving_out):
            self.japan.here.say(self.moving_out, CLERK[self.pick(4)], name=f"clerk-{self.pick(8)}")

    def _portal(self) -> None:
        here, there, what = self.japan.here, self.japan.there, self.pick(6)
        if what <= 1:
            self.moving_out = "O-A2026000001"
            self.file()
        elif what <= 3:
            self.moving_in = "I-A2026000001"
            self.file()
        elif what == 4 and here.knows(self.moving_out):
            here.say(self.moving_out, SignalKind.WITHDRAWN, by="portal")
        elif there.knows(self.moving_in):
            there.say(self.moving_in, SignalKind.WITHDRAWN, by="portal")

    def file(self) -> None:
        """Bring what was filed, once more: an event that nobody took comes again."""
        if self.moving_out:
            self.japan.here.file(self.application, self.numbers)
        if self.moving_in and self.application.reservation:
            self.japan.there.reserve(self.application.reservation)

    def _network(self) -> None:
        unsent = self.japan.unsent()
        if unsent and self.pick(3):
            self.japan.send(*unsent[self.pick(len(unsent))])
        elif unsent:
            town, message = unsent[self.pick(len(unsent))]
            if message.id in self.japan.delivered:
                self.japan.acknowledge(town, message)

    @property
    def numbers(self) -> dict[int, str]:
        """個人番号 by position."""
        return {person.position: f"{person.position:012d}" for person in self.application.people}


@given(st.data())
def test_whatever_happens_ends_well(data: st.DataObject) -> None:
    outages = Outages()
    japan = Japan(Rules(approval=data.draw(st.sampled_from(["clerk", "automatic"]))), outages)
    for town in japan.towns.values():
        town.definition = impatient
    chance = Chance(japan, outages, data)
    settle_family(japan.here, chance.application, jusho_banchigohyoki=data.draw(st.sampled_from(["1-1", "9-9"])))
    japan.here.restraints.known["000000000000002"] = data.draw(st.sampled_from(list(Restraint)))
    chance.moving_out = "O-A2026000001"
    chance.file()
    for _ in range(data.draw(st.integers(10, 120))):
        chance.happen()
    outages.down = ""
    _undisturbed(japan, chance)
    _nothing_twice(japan)
    _nothing_left(japan)


def _undisturbed(japan: Japan, chance: Chance) -> None:
    """Let clerks do their work and time pass, until nobody has anything left to do."""
    chance.file()
    for number in sorted(chance.arrived & set(japan.there.residents.known)):
        japan.there.arriving.hear(number, japan.clock.now())
    for _ in range(8):
        japan.settle()
        if chance.moving_out and japan.here.of(chance.moving_out).state not in ENDED:
            for kind in (SignalKind.ACCEPTED, SignalKind.RELEASED, SignalKind.APPROVED):
                if (wait := japan.here.cases.waiting(chance.moving_out)) and kind in wait.kinds:
                    japan.here.say(chance.moving_out, kind, name=f"end-{wait.visit}-{kind}")
        japan.clock.forward(days=30)


def _nothing_twice(japan: Japan) -> None:
    assert set(japan.effects.values()) <= {1}
    posted = [name for town in japan.towns.values() for name in town.outbox.messages]
    for kind in MessageKind:
        of = [name.rpartition("-")[0] for name in posted if f"-{kind}-" in name]
        assert len(of) == len(set(of)), "two messages of one kind about one person"


def _nothing_left(japan: Japan) -> None:
    for town in japan.towns.values():
        for case in town.cases.all():
            assert case.state in ENDED or case.state is CaseState.UNARRIVED, case
            execution = town.execution(case.id)
            waits = execution.token is not None and case.state is CaseState.UNARRIVED
            assert waits or execution.status is not Status.RUNNING
            certificates = [m for m in town.outbox.messages.values() if m.kind is MessageKind.CERTIFICATE]
            cancelled = [m for m in town.outbox.messages.values() if m.kind is MessageKind.CERTIFICATE_CANCEL]
            if case.state is CaseState.WITHDRAWN and case.id.startswith("O"):
                assert len(cancelled) == len([m for m in certificates if m.case_id == case.id])
            if case.state in {CaseState.RETURNED}:
                assert not certificates
        assert len(list(town.erasing.erase_due())) == len(town.cases.all())
        assert not town.papers.bodies
        assert all(town.of(case.id).erased_at for case in town.cases.all())
        assert list(town.erasing.erase_due()) == []
