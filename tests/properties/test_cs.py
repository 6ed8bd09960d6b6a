"""Requirement: whatever fails, is repeated, late or in another order between the outbox and the CS, no message takes
effect twice, those of a lane take effect in order and only after the one before was acknowledged, none is lost, and
every case hears how its messages ended (issue 7, Reliability; docs/decisions/0148)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from kyotsu.moving.cs.lanes import Entry, MessageState
from kyotsu.moving.cs.ports import EVERYBODY, Hold
from kyotsu.moving.cs.posting import ResendRefusedError
from kyotsu.moving.ports import Message
from tests.fakes.cs import THERE, CsWorld, Weather, cancellation, posted
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
LANES = ("lane-1", "lane-2")
CASES = ("O-1", "O-2")
MESSAGES: list[Message] = [
    posted(case, lane, position=position, number=number)
    for case in CASES
    for number in (1, 2)
    for position, lane in enumerate(LANES, 1)
]
WEATHER = st.lists(st.sampled_from(list(Weather)), max_size=2)
WORK = st.tuples(st.just("work"), st.tuples(st.integers(0, len(LANES) - 1), WEATHER))
OTHERS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, len(MESSAGES) - 1)),
    WORK,
    st.tuples(st.just("say"), st.integers(0, 20)),
    st.tuples(st.just("refuse"), st.integers(0, 20)),
    st.tuples(st.just("arrive"), st.just(0)),
    st.tuples(st.just("sweep"), st.sampled_from((1, 400, 700))),
    st.tuples(st.just("resend"), st.integers(0, 20)),
    st.tuples(st.just("cancel"), st.sampled_from((0, 1))),
    st.tuples(st.just("hold"), st.sampled_from((EVERYBODY, THERE))),
    st.tuples(st.just("release"), st.sampled_from((EVERYBODY, THERE))),
)
RACE = st.tuples(st.just("race"), st.lists(OTHERS, min_size=1, max_size=6))
"""What happens while the next send is on its way: its worker may be taken for dead meanwhile."""
STEPS = st.one_of(OTHERS, WORK, RACE)
FAULTS = st.dictionaries(st.integers(1, 120), st.sampled_from([Fault.REFUSED, Fault.UNANSWERED]), max_size=8)


class Play:
    """Plays steps; checks at every effect that it may happen now."""

    def __init__(self, faults: dict[int, Fault]) -> None:
        self.world = CsWorld(START)
        self.world.server.on_effect = self.check_effect
        for case in CASES:
            self.world.case(case, 2)
        self.posted = list[Message]()
        self.acknowledgements = 0
        self.withdrawn = set[int]()
        self.world.through(Faults(faults=faults).around)

    def check_effect(self, message_id: str) -> None:
        lane = self.world.store.read(self.world.store.lane_of(message_id) or "")
        before = lane.entries[: [entry.id for entry in lane.entries].index(message_id)]
        for entry in before:
            settled = entry.state in (MessageState.ACKNOWLEDGED, MessageState.CANCELLED)
            assert settled or entry.superseded_by, f"{message_id} overtook {entry.id}"
        own = lane.find(message_id)
        assert own
        assert own.state is not MessageState.CANCELLED, f"{message_id} was taken back"

    def step(self, name: str, argument: Any) -> None:
        """Do a step; a worker may be stopped in its midst."""
        with suppress(StoppedError, ResendRefusedError):
            getattr(self, name)(argument)

    def post(self, index: int) -> None:
        message = MESSAGES[index]
        if message not in self.posted:
            self.posted.append(message)
        self.world.outbox.post([message])

    def work(self, told: tuple[int, list[Weather]]) -> None:
        index, weather = told
        self.world.server.weather = list(weather)
        self.world.gateway.work(LANES[index], lambda: True)

    def race(self, steps: list[tuple[str, Any]]) -> None:
        def meanwhile() -> None:
            weather = self.world.server.weather
            for name, argument in steps:
                self.step(name, argument)
            self.world.server.weather = weather

        self.world.server.during.append(meanwhile)

    def say(self, index: int) -> None:
        self._say(index, accepted=True)

    def refuse(self, index: int) -> None:
        self._say(index, accepted=False)

    def _say(self, index: int, *, accepted: bool) -> None:
        """Acknowledge some effect, perhaps again; the CS never says two things of one message."""
        effects = self.world.server.effects
        if effects:
            message_id = effects[index % len(effects)]
            self.acknowledgements += 1
            accepted = self.world.server.said.setdefault(message_id, accepted)
            key = self.world.say(message_id, accepted=accepted, ack=f"K-{self.acknowledgements}")
            self.world.receiving.receive(key)

    def arrive(self, _: int) -> None:
        self.world.server.arrive()

    def sweep(self, seconds: int) -> None:
        self.world.clock.forward(seconds=seconds)
        self.world.sweep.look()

    def resend(self, index: int) -> None:
        known = sorted(self.world.store.places)
        if known:
            self.world.outbox.resend(known[index % len(known)])

    def cancel(self, index: int) -> None:
        case = CASES[index]
        self.withdrawn.add(index)
        sent = self.world.outbox.cancel(case)
        for message_id in sent:
            lane = self.world.store.lane_of(message_id)
            assert lane
            self.world.outbox.post([cancellation(case, lane, message_id)])

    def hold(self, to: str) -> None:
        self.world.store.hold(Hold(to, "operator:test", self.world.clock.now()))

    def release(self, to: str) -> None:
        self.world.store.release(to)

    def finish(self) -> None:
        """Nothing fails any more: what was tried is repeated, the CS acknowledges, clerks repeat what was rejected."""
        world = self.world
        world.through(lambda port: port)
        world.server.weather, world.server.during, world.server.refused = [], [], set()
        self.release(EVERYBODY)
        self.release(THERE)
        for message in self.posted:
            world.outbox.post([message])
        for index in sorted(self.withdrawn):
            self.cancel(index)
        for _ in range(60):
            self.sweep(700)
            world.work()
            for key in [key for key in world.objects.objects if key.startswith("received/")]:
                world.receiving.receive(key)
            for message_id in [*world.server.effects]:
                if message_id not in world.server.said:
                    world.receiving.receive(world.say(message_id))
            for lane in world.store.open_lanes():
                head = lane.head
                if head and head.state is MessageState.REJECTED:
                    world.outbox.resend(head.id)
            if not world.store.open_lanes() and not world.wakeups.lanes:
                return
        raise AssertionError("the lanes come to no end")


@given(st.lists(STEPS, max_size=30), FAULTS)
def test_the_outbox_is_exact_whatever_happens(steps: list[tuple[str, Any]], faults: dict[int, Fault]) -> None:
    play = Play(faults)
    for name, argument in steps:
        play.step(name, argument)
    play.finish()
    world = play.world
    while world.server.under_way:
        world.server.arrive()
    effects = world.server.effects
    assert len(effects) == len(set(effects))
    states = {entry.id: entry for lane in world.store.lanes.values() for entry in lane.entries}
    assert {message.id for message in play.posted} <= states.keys()
    for entry in states.values():
        assert entry.state in (MessageState.ACKNOWLEDGED, MessageState.CANCELLED) or entry.superseded_by
        if entry.state is MessageState.ACKNOWLEDGED:
            assert entry.id in effects
        if entry.state is MessageState.CANCELLED and entry.id in effects:
            assert world.server.said[entry.id] is False
        event(entry.state)
    for lane in world.store.lanes.values():
        order = [effects.index(entry.id) for entry in lane.entries if entry.id in effects]
        assert all(first < second for first, second in pairwise(order))
    check_signals(world, list(states.values()))


def check_signals(world: CsWorld, entries: Sequence[Entry]) -> None:
    for case in CASES:
        heard = world.signals(case)
        assert len(heard) == len(set(heard))
        own = [entry for entry in entries if entry.case_id == case]
        # Whoever takes messages back waits for their acknowledgements no more.
        back = {entry.kind for entry in own if entry.state is MessageState.CANCELLED}
        for kind in {entry.kind for entry in own if entry.state is MessageState.ACKNOWLEDGED} - back:
            assert any(f"{case}-{kind}-acknowledged-" in signal for signal in heard)
    assert not world.objects.objects
