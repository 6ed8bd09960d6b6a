"""The outbox and its workers: in order, once, and asked about when nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kyotsu.moving.cases import SignalKind
from kyotsu.moving.cs.lanes import MessageState, claimed
from kyotsu.moving.cs.ports import EVERYBODY, Hold
from kyotsu.moving.cs.posting import ResendRefusedError, paper
from tests.fakes.cs import HERE, THERE, CsWorld, Weather, cancellation, notice, posted

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
LANE = "000000000000019"


@pytest.fixture
def world() -> CsWorld:
    return CsWorld(START)


def test_a_message_is_sent_once_and_the_next_one_after_its_acknowledgement(world: CsWorld) -> None:
    case = world.case("O-1")
    first, second = posted(case, LANE), posted(case, LANE, number=2)
    world.outbox.post([first, second])
    world.outbox.post([first, second])
    world.work()
    assert world.server.calls == [first.id]
    assert (world.state(first.id), world.state(second.id)) == ("SENT", "READY")
    world.receiving.receive(world.say(first.id))
    world.work()
    assert world.server.effects == [first.id, second.id]
    assert world.objects.objects == {}
    assert world.signals(case) == []
    world.receiving.receive(world.say(second.id))
    assert world.signals(case) == [f"{case}-tenshutsushomeisho-acknowledged-2"]
    assert not world.store.open_lanes()


def test_a_case_hears_of_everybody_at_once(world: CsWorld) -> None:
    case = world.case("O-1", people=3)
    messages = [posted(case, f"{LANE}{position}", position=position) for position in (1, 2, 3)]
    world.outbox.post(messages)
    world.work()
    for message in messages:
        assert world.signals(case) == []
        world.receiving.receive(world.say(message.id))
    (signal,) = world.cases.pending(case)
    assert (signal.kind, signal.by) == (SignalKind.ACKNOWLEDGED, "cs")


def test_a_rejected_message_stops_its_lane_until_a_clerk_repeats_it(world: CsWorld) -> None:
    case = world.case("O-1")
    first, second = posted(case, LANE), posted(case, LANE, content=notice())
    world.outbox.post([first, second])
    world.work()
    world.receiving.receive(world.say(first.id, accepted=False, reason="NG07"))
    world.work()
    assert world.signals(case) == [f"{first.id}-rejected"]
    assert world.server.effects == [first.id]
    new = world.outbox.resend(first.id)
    assert world.outbox.resend(first.id) == new == f"{first.id}r1"
    world.work()
    assert world.server.effects == [first.id, new]
    assert f'"refers_to":"{first.id}"'.encode() in world.server.bodies[new]
    assert b"NG07" not in world.server.bodies[new]
    world.receiving.receive(world.say(new))
    world.work()
    assert world.server.effects == [first.id, new, second.id]
    assert world.signals(case)[1:] == [f"{case}-tenshutsushomeisho-acknowledged-1"]
    with pytest.raises(ResendRefusedError, match="まだ分からない"):
        world.outbox.resend(second.id)
    with pytest.raises(ResendRefusedError, match="ありません"):
        world.outbox.resend("O-9-tenshutsushomeisho-1-1")


def test_what_took_effect_is_repeated_behind_the_others_and_its_case_hears_nothing_new(world: CsWorld) -> None:
    case = world.case("O-1")
    message = posted(case, LANE)
    world.outbox.post([message])
    world.work()
    world.receiving.receive(world.say(message.id))
    heard = world.signals(case)
    new = world.outbox.resend(message.id)
    world.work()
    world.receiving.receive(world.say(new))
    assert world.server.effects == [message.id, new]
    assert world.signals(case) == heard


@pytest.mark.parametrize(("weather", "calls"), [(Weather.UNANSWERED, 1), (Weather.LOST, 2), (Weather.LATE, 2)])
def test_an_unclear_send_is_asked_about_before_anything_is_sent_again(
    world: CsWorld, weather: Weather, calls: int
) -> None:
    message = posted(world.case("O-1"), LANE)
    world.server.weather = [weather]
    world.outbox.post([message])
    world.work()
    assert world.state(message.id) == "SENT_UNKNOWN"
    assert world.sweep.look().unclear == 1
    world.work()
    assert world.state(message.id) == "SENT"
    assert world.server.calls == [message.id] * calls
    world.server.arrive()
    assert world.server.effects == [message.id]


def test_nothing_is_sent_again_while_the_cs_can_not_be_asked(world: CsWorld) -> None:
    message = posted(world.case("O-1"), LANE)
    world.server.weather = [Weather.LOST, Weather.UNREACHABLE, Weather.UNREACHABLE]
    world.outbox.post([message])
    world.work()
    for _ in range(2):
        world.sweep.look()
        world.work()
        assert world.state(message.id) == "SENT_UNKNOWN"
    assert world.server.calls == [message.id]


def test_what_surely_did_not_arrive_is_tried_again_by_the_sweep(world: CsWorld) -> None:
    message = posted(world.case("O-1"), LANE)
    world.server.weather = [Weather.UNREACHABLE]
    world.outbox.post([message])
    world.work()
    assert world.state(message.id) == "READY"
    world.clock.forward(minutes=7)
    assert world.sweep.look().oldest_unsent == 420
    world.work()
    assert world.state(message.id) == "SENT"


def test_a_worker_that_died_leaves_a_question_and_not_a_second_send(world: CsWorld) -> None:
    message = posted(world.case("O-1"), LANE)
    world.outbox.post([message])
    world.store.write(claimed(world.store.read(LANE), message.id, "of the dead", START))
    world.server.effects.append(message.id)
    world.work()
    world.clock.forward(minutes=4)
    assert world.sweep.look().woken == 0
    world.clock.forward(minutes=1)
    assert world.sweep.look().woken == 1
    world.work()
    assert world.state(message.id) == "SENT"
    assert world.server.calls == []


def test_a_lost_acknowledgement_is_asked_for(world: CsWorld) -> None:
    case = world.case("O-1")
    message = posted(case, LANE)
    world.outbox.post([message])
    world.work()
    world.server.said[message.id] = True
    assert world.sweep.look().woken == 0
    world.clock.forward(minutes=10)
    swept = world.sweep.look()
    assert (swept.woken, swept.oldest_unacknowledged) == (1, 600)
    world.work()
    assert world.state(message.id) == "ACKNOWLEDGED"
    assert len(world.signals(case)) == 1


def test_a_hold_keeps_back_one_municipality_or_all(world: CsWorld) -> None:
    case = world.case("O-1", people=2)
    here, there = posted(case, "a", to=HERE), posted(case, "b", position=2)
    world.store.hold(Hold(THERE, "operator:x", START))
    world.outbox.post([here, there])
    world.work()
    assert (world.state(here.id), world.state(there.id)) == ("SENT", "READY")
    assert world.sweep.look().woken == 0
    world.store.hold(Hold(EVERYBODY, "operator:x", START))
    assert world.store.release(THERE)
    world.sweep.look()
    world.work()
    assert world.state(there.id) == "READY"
    assert world.store.release(EVERYBODY)
    assert not world.store.release(EVERYBODY)
    world.sweep.look()
    world.work()
    assert world.state(there.id) == "SENT"


def test_taking_back_stops_what_was_not_begun_and_names_the_rest(world: CsWorld) -> None:
    case = world.case("O-1", people=4)
    messages = [posted(case, f"lane{position}", position=position) for position in (1, 2, 3, 4)]
    ready, sent, unclear, rejected = messages
    world.outbox.post([sent, unclear, rejected])
    world.wakeups.lanes = [sent.lane]
    world.work()
    world.server.weather = [Weather.LOST]
    world.gateway.work(unclear.lane, lambda: True)
    world.server.refused.add(rejected.id)
    world.gateway.work(rejected.lane, lambda: True)
    world.store.hold(Hold(EVERYBODY, "operator:x", START))
    world.outbox.post([ready])
    assert world.outbox.cancel(case) == [sent.id, unclear.id]
    assert world.outbox.cancel(case) == [sent.id, unclear.id]
    assert (world.state(ready.id), world.state(rejected.id)) == ("CANCELLED", "CANCELLED")
    takes_back = cancellation(case, sent.lane, sent.id)
    world.outbox.post([takes_back])
    world.outbox.cancel(case)
    assert world.state(takes_back.id) == "READY"
    world.outbox.post([ready])
    assert world.state(ready.id) == "CANCELLED"


def test_what_may_still_arrive_is_not_taken_back(world: CsWorld) -> None:
    case = world.case("O-1")
    message = posted(case, LANE)
    world.server.weather = [Weather.LATE]
    world.outbox.post([message])
    world.work()
    world.store.hold(Hold(EVERYBODY, "operator:x", START))
    world.sweep.look()
    world.work()
    assert world.state(message.id) == "READY"
    assert world.outbox.cancel(case) == [message.id]
    world.server.arrive()
    assert world.state(message.id) == "READY"
    world.receiving.receive(world.say(message.id))
    assert world.state(message.id) == "ACKNOWLEDGED"


def test_a_worker_that_was_taken_for_dead_says_nothing_any_more(world: CsWorld) -> None:
    message = posted(world.case("O-1"), LANE)

    def meanwhile() -> None:
        world.clock.forward(minutes=6)
        world.server.weather = [Weather.FAIR, Weather.UNREACHABLE]
        world.gateway.work(LANE, world.in_time)  # finds the CS without the message, and can't reach it then
        world.server.weather = [Weather.REFUSED]

    world.server.during = [meanwhile]
    world.outbox.post([message])
    world.work()
    assert world.state(message.id) == "READY"
    assert world.server.calls == [message.id] * 2


def test_a_message_whose_paper_was_destroyed_is_rejected_and_told(world: CsWorld) -> None:
    case = world.case("O-1")
    message = posted(case, LANE)
    world.outbox.post([message])
    world.papers.destroy(case)
    world.work()
    entry = world.store.read(LANE).find(message.id)
    assert entry
    assert (entry.state, entry.reason) == (MessageState.REJECTED, "E1801")
    assert world.signals(case) == [f"{message.id}-rejected"]
    with pytest.raises(ResendRefusedError):
        world.outbox.resend(message.id)


def test_bodies_are_papers_of_their_case_and_lanes_hold_no_content(world: CsWorld) -> None:
    case = world.case("O-1")
    message = posted(case, LANE)
    world.outbox.post([message])
    assert world.papers.get(case, paper(message.id)) == message.body
    assert "横浜" not in str(world.store.lanes)


def test_a_message_that_was_only_announced_does_not_keep_a_case_waiting(world: CsWorld) -> None:
    case = world.case("O-1", people=2)
    lost, kept = posted(case, "a"), posted(case, "b", position=2)
    world.store.note(case, {lost.id: lost.lane})
    world.outbox.cancel(case)
    world.outbox.post([kept])
    world.work()
    world.receiving.receive(world.say(kept.id))
    assert len(world.signals(case)) == 1
