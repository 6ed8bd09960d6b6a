"""What comes from the CS: taken once, and whatever is wrong with it is put aside without harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kyotsu.moving.cs.messages import ACKNOWLEDGEMENT, LARGEST, Acknowledgement, Cancellation
from kyotsu.moving.cs.receiving import Handled
from kyotsu.moving.documents import Certificate
from kyotsu.moving.ports import MessageKind
from tests.fakes.cs import HERE, THERE, CsWorld, Taken, certificate, notice, posted
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
ID = "O-9-tenshutsushomeisho-1-1"
KINDS: list[tuple[str, Any]] = [
    (MessageKind.CERTIFICATE, certificate()),
    (MessageKind.CERTIFICATE_CANCEL, Cancellation(position=1, cancelled=ID)),
    (MessageKind.NOTICE, notice()),
]


@pytest.fixture
def world() -> CsWorld:
    return CsWorld(START)


def heirs(world: CsWorld) -> dict[str, dict[str, Any]]:
    certificates, notices = world.certificates, world.notices
    return {
        MessageKind.CERTIFICATE: certificates.messages,
        MessageKind.CERTIFICATE_CANCEL: certificates.cancelled,
        MessageKind.NOTICE: notices.messages,
    }


@pytest.mark.parametrize(("kind", "content"), KINDS)
def test_a_message_reaches_its_receiver_once_and_leaves_the_bucket(world: CsWorld, kind: str, content: Any) -> None:
    key = world.bring(ID, kind, content)
    assert world.receiving.receive(key).handled is Handled.TAKEN
    assert world.receiving.receive(key).handled is Handled.GONE
    taken = heirs(world)[kind].pop(ID)
    assert (taken.content, taken.sender, taken.to) == (content, THERE, HERE)
    assert world.receiving.receive(world.bring(ID, kind, content)).handled is Handled.REPEATED
    assert heirs(world)[kind] == {}
    assert world.objects.objects == {}


def test_a_message_to_a_ward_is_taken(world: CsWorld) -> None:
    key = world.bring(ID, MessageKind.CERTIFICATE, certificate(), to="141011")
    assert world.receiving.receive(key).handled is Handled.TAKEN


def changed(body: bytes, **members: Any) -> bytes:
    return json.dumps({**json.loads(body), **members}).encode()


GOOD = {
    "message_id": ID,
    "kind": "tenshutsushomeisho",
    "from": THERE,
    "to": HERE,
    "content": {"from_municipality": THERE, "to_municipality": HERE},
}


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        (ID, b"", "E1790"),
        (ID, b"\xff\xfe{", "E1790"),
        (ID, b"{" * 100_000, "E1790"),
        (ID, b"[" * 100_000, "E1797"),
        (ID, b'"' + b"x" * 5_000_000 + b'"', "E1791"),
        (ID, json.dumps([GOOD]).encode(), "E1797"),
        (ID, json.dumps({**GOOD, "kind": "fuhyotsuchi"}).encode(), "E1792"),
        (ID, json.dumps({**GOOD, "to": "011002"}).encode(), "E1793"),
        ("other", json.dumps(GOOD).encode(), "E1796"),
        ("../" + ID, json.dumps(GOOD).encode(), "E1796"),
        ("横浜太郎", json.dumps({**GOOD, "message_id": "横浜太郎"}).encode(), "E1796"),
        (ID, json.dumps({**GOOD, "content": {"from_municipality": 5}}).encode(), "E1797"),
        (ID, json.dumps({**GOOD, "content": None}).encode(), "E1797"),
        (ID, json.dumps({**GOOD, "substituted": "x"}).encode(), "E1797"),
        (
            ID,
            json.dumps({**GOOD, "kind": "juryotsuchi", "content": {"of": "O-1-x", "accepted": True}}).encode(),
            "E1794",
        ),
        (
            ID,
            json.dumps(
                {**GOOD, "kind": "juryotsuchi", "content": {"of": "a", "accepted": False, "reason": "横浜太郎は"}}
            ).encode(),
            "E1797",
        ),
    ],
)
def test_bad_input_is_put_aside_and_harms_nothing(world: CsWorld, name: str, body: bytes, code: str) -> None:
    case = world.case("O-1")
    message = posted(case, "lane")
    world.outbox.post([message])
    world.work()
    before = (dict(world.store.lanes), world.cases.get(case))
    outcome = world.receiving.receive(world.put(f"received/{name}.json", body))
    assert (outcome.handled, outcome.code) == (Handled.PARKED, code)
    assert "横浜" not in outcome.message_id
    assert list(world.objects.objects) == [f"parked/{name}.json"]
    assert [(parked.key, parked.code) for parked in world.store.parked()] == [(f"parked/{name}.json", code)]
    assert before == (world.store.lanes, world.cases.get(case))
    assert world.certificates == world.notices == Taken()
    world.receiving.receive(world.say(message.id))
    assert world.state(message.id) == "ACKNOWLEDGED"


def test_an_acknowledgement_of_what_was_never_sent_or_was_answered_otherwise_is_put_aside(world: CsWorld) -> None:
    first, second = (posted(world.case("O-1"), "lane", number=number) for number in (1, 2))
    world.outbox.post([first, second])
    world.work()
    never = world.receiving.receive(world.say(second.id))
    assert (never.handled, never.code, world.state(second.id)) == (Handled.PARKED, "E1795", "READY")
    world.receiving.receive(world.say(first.id, accepted=False, ack="K-1"))
    other = world.receiving.receive(world.say(first.id, accepted=True, ack="K-2"))
    assert (other.code, world.state(first.id)) == ("E1795", "REJECTED")
    same = world.receiving.receive(world.say(first.id, accepted=False, ack="K-3"))
    assert same.handled is Handled.TAKEN


def test_an_acknowledgement_counts_only_from_whom_the_message_was_for(world: CsWorld) -> None:
    message = posted(world.case("O-1"), "lane")
    world.outbox.post([message])
    world.work()
    said = Acknowledgement(of=message.id, accepted=True)
    outcome = world.receiving.receive(world.bring("K-1", ACKNOWLEDGEMENT, said, sender="011002"))
    assert (outcome.code, world.state(message.id)) == ("E1794", "SENT")


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
@pytest.mark.parametrize("at", range(1, 8))
def test_a_certificate_is_lost_by_no_failure_of_any_call(fault: Fault, at: int) -> None:
    world = CsWorld(START)
    key = world.bring(ID, MessageKind.CERTIFICATE, certificate())
    faults = Faults(faults={at: fault})
    world.through(faults.around)
    for _ in range(3):
        try:
            world.receiving.receive(key)
        except StoppedError:
            continue
    assert list(world.certificates.messages) == [ID]
    assert world.objects.objects == {}
    assert isinstance(world.certificates.messages[ID].content, Certificate)
    assert LARGEST < 5_000_000
