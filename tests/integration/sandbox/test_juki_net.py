"""The simulator of 住基ネット: what it does with messages, well and badly, and how long it lives."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.sandbox.juki_net import process
from infra.sandbox.juki_net.deliveries import Mailbox
from infra.sandbox.juki_net.serving import serving
from kyotsu.moving.cs.calling import HttpCommunicationServer
from kyotsu.moving.cs.mapping import read
from kyotsu.moving.cs.ports import Found, Sent, UnclearError, UnreachableError
from tests.fakes.cs import HERE, START, THERE, posted
from tests.flows.sandbox_process import ROOT, eventually

SECRET = "s"
CASE, LANE = "O-1", "lane"


@dataclass
class Net:
    """The simulator with mailboxes in memory."""

    url: str
    objects: list[tuple[str, str, Any]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def put(self, mailbox: Mailbox, key: str, body: bytes) -> None:
        with self.arrived:
            self.objects.append((mailbox.bucket, key, json.loads(body)))
            self.arrived.notify_all()

    def wait(self, count: int) -> list[tuple[str, str]]:
        """Return buckets and keys once so many objects arrived."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.objects) >= count, 10)
            return [(bucket, key) for bucket, key, _ in self.objects]

    def join(self, *codes: str, bucket: str = "") -> None:
        asked = {"codes": codes, "aws_endpoint": "", "region": "", "bucket": bucket or codes[0], "secret": SECRET}
        process.call(self.url, "POST", "/municipalities", asked)

    def fault(self, kind: str, **more: Any) -> None:
        process.call(self.url, "POST", "/faults", {"kind": kind, **more})

    def behave(self) -> None:
        process.call(self.url, "DELETE", "/faults")

    def journal(self) -> list[tuple[str, str]]:
        return [(one["event"], one["message_id"]) for one in process.call(self.url, "GET", "/journal")]

    @property
    def server(self) -> HttpCommunicationServer:
        return HttpCommunicationServer(self.url, lambda: SECRET)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    with serving(expected=frozenset({HERE, THERE})) as url:
        made = Net(url)
        monkeypatch.setattr(Mailbox, "put", lambda *args: made.put(*args))  # noqa: PLW0108 - a function of the class
        made.join(HERE, "141011")
        yield made


def test_a_message_is_delivered_and_then_acknowledged_once(net: Net) -> None:
    net.join(THERE)
    message = posted(CASE, LANE)
    assert net.server.inquire(message.id) == Found(known=False)
    assert net.server.send(message.id, message.body) == Sent(taken=True)
    ack = f"received/K-{message.id}.json"
    assert net.wait(2) == [(THERE, f"received/{message.id}.json"), (HERE, ack)]
    said = read(json.dumps(net.objects[1][2]).encode(), START)
    assert (said.sender, said.to, getattr(said.content, "of", "")) == (THERE, HERE, message.id)
    assert net.server.send(message.id, message.body) == Sent(taken=True)
    assert net.server.inquire(message.id) == Found(known=True, accepted=True)
    eventually(lambda: len(net.journal()) == 4)
    assert [event for event, _ in net.journal()] == ["taken", "delivered", "acknowledged", "repeated"]
    assert len(net.objects) == 2


def test_another_city_accepts_and_one_that_is_expected_gets_it_when_it_joins(net: Net) -> None:
    far, near = posted(CASE, LANE, to="011002"), posted(CASE, LANE, number=2)
    net.server.send(far.id, far.body)
    net.server.send(near.id, near.body)
    assert (HERE, f"received/K-{far.id}.json") in net.wait(2)
    net.join(THERE)
    assert (THERE, f"received/{near.id}.json") in net.wait(3)


def test_what_is_wrong_is_refused(net: Net) -> None:
    message = posted(CASE, LANE)
    net.server.send(message.id, message.body)
    assert net.server.send(message.id, message.body + b" ") == Sent(taken=False, reason="OTHER_CONTENT")
    assert net.server.send("O-2", message.body) == Sent(taken=False, reason="FORMAT")
    assert net.server.send("O-2", b"[") == Sent(taken=False, reason="FORMAT")
    other = posted("O-3", LANE)
    with pytest.raises(UnreachableError):
        HttpCommunicationServer(net.url, lambda: "wrong").send(other.id, other.body)


def test_faults_hit_as_often_as_they_are_told(net: Net) -> None:
    net.join(THERE)
    first, second, third = (posted(CASE, LANE, number=number) for number in (1, 2, 3))
    net.fault("refuse", times=1)
    with pytest.raises(UnclearError):
        net.server.send(first.id, first.body)
    assert net.server.inquire(first.id) == Found(known=False)
    net.fault("time_out", municipality=THERE, times=1)
    with pytest.raises(UnclearError):
        net.server.send(first.id, first.body)
    assert net.server.inquire(first.id).known
    net.fault("reject", times=1, reason="NG07")
    assert net.server.send(second.id, second.body).taken
    net.wait(3)
    assert net.server.inquire(second.id) == Found(known=True, accepted=False, reason="NG07")
    net.fault("twice", times=1)
    net.server.send(third.id, third.body)
    assert net.wait(7)[3:] == [(THERE, f"received/{third.id}.json")] * 2 + [(HERE, f"received/K-{third.id}.json")] * 2
    assert process.call(net.url, "GET", "/faults") == []
    with pytest.raises(process.JukiNetError):
        net.fault("earthquake")


def test_what_is_kept_back_goes_in_the_end_and_may_be_out_of_order(net: Net) -> None:
    net.join(THERE)
    first, second = (posted(CASE, LANE, number=number) for number in (1, 2))
    net.fault("hold")
    net.server.send(first.id, first.body)
    assert net.wait(1) == [(THERE, f"received/{first.id}.json")]
    assert net.server.inquire(first.id) == Found(known=True)
    net.behave()
    assert len(net.wait(2)) == 2
    net.fault("reorder")
    net.server.send(second.id, second.body)
    net.behave()
    assert [bucket for bucket, _ in net.wait(4)[2:]] == [HERE, THERE]


def simulator() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "infra.sandbox.juki_net", "--with-parent"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_it_ends_when_asked_and_with_its_parent() -> None:
    with simulator() as asked, simulator() as orphan:
        for one in (asked, orphan):
            assert one.stdout
            assert process.call(one.stdout.readline().strip(), "GET", "/journal") == []
        asked.send_signal(signal.SIGTERM)
        assert asked.wait(20) == 0
        assert orphan.stdin
        orphan.stdin.close()
        assert orphan.wait(20) == 0


def test_it_is_gone_with_the_block_that_started_it() -> None:
    with process.started([HERE]) as url:
        assert process.call(url, "GET", "/journal") == []
    with pytest.raises(process.JukiNetError):
        process.call(url, "GET", "/journal")
