"""The CS gateway on moto: its table, its bucket, its queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from kyotsu.moving.cs.lanes import Lane
from kyotsu.moving.cs.outbox_items import LaneItem
from kyotsu.moving.cs.outbox_table import OutboxTable
from kyotsu.moving.cs.ports import EVERYBODY, Hold, Parked
from kyotsu.runtime.tables import bound
from kyotsu.wiring.moving_cs import CsLanes, JukiObjects
from kyotsu_cli.commands import cs
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import CommandError
from kyotsu_cli.main import command_line
from kyotsu_cli.registry import Registry
from tests.fakes.cs import HERE, START, THERE, CsWorld, MemoryLanes, Weather, certificate, posted
from tests.integration.cloud import ENVIRONMENT, REGION

LANE = "000000000000019"


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def table(aws: None) -> Iterator[OutboxTable]:
    model = bound(LaneItem, "moving")
    model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    yield OutboxTable("moving", HERE)
    model.delete_table()


@pytest.fixture(params=["memory", "table"])
def store(request: pytest.FixtureRequest) -> MemoryLanes | OutboxTable:
    """Both stores, so that the fake promises what the table does."""
    found: OutboxTable = request.getfixturevalue("table")
    return found if request.param == "table" else MemoryLanes()


def test_a_lane_is_written_by_one_of_two(store: OutboxTable) -> None:
    world = CsWorld(START, store=store)
    world.outbox.post([posted(world.case("O-1"), LANE)])
    lane = store.read(LANE)
    assert lane.revision == 1
    assert store.write(lane)
    assert not store.write(lane)
    assert not store.write(Lane(key=LANE))
    assert store.read(LANE).revision == 2
    assert store.read("nobody") == Lane(key="nobody")


def test_lanes_are_open_until_everything_is_told(store: OutboxTable) -> None:
    world = CsWorld(START, store=store)
    case = world.case("O-1", people=2)
    second, first = posted(case, "b"), posted(case, "a", position=2)
    world.outbox.post([second])
    world.clock.forward(minutes=1)
    world.outbox.post([first])
    assert [lane.key for lane in store.open_lanes()] == ["b", "a"]
    world.work()
    world.receiving.receive(world.say(second.id))
    assert [lane.key for lane in store.open_lanes()] == ["a"]
    assert [lane.key for lane in store.all_lanes()] == ["a", "b"]
    assert store.messages_of(case) == {second.id: "b", first.id: "a"}
    assert (store.lane_of(first.id), store.lane_of("O-9")) == ("a", None)
    store.forget(case, [first.id])
    assert store.messages_of(case) == {second.id: "b"}


def test_holds_and_what_was_received_and_put_aside(store: OutboxTable) -> None:
    later = START + timedelta(minutes=1)
    for hold in (Hold(THERE, "operator:a", START), Hold(EVERYBODY, "operator:a", START), Hold(THERE, "b", later)):
        store.hold(hold)
    assert sorted(store.holds(), key=lambda hold: hold.to) == [
        Hold(EVERYBODY, "operator:a", START),
        Hold(THERE, "operator:a", START),
    ]
    assert (store.release(THERE), store.release(THERE)) == (True, False)
    assert not store.was_received(THERE, "K-1")
    store.mark(THERE, "K-1", START)
    store.mark(THERE, "K-1", START)
    assert store.was_received(THERE, "K-1")
    assert not store.was_received(HERE, "K-1")
    for moment, key in ((later, "parked/b"), (START, "parked/c"), (START, "parked/b")):
        store.park(Parked(key, "E1790", moment))
    assert {one.key for one in store.parked()} == {"parked/b", "parked/c"}


def test_the_whole_way_on_the_table(table: OutboxTable) -> None:
    world = CsWorld(START, store=table)
    case = world.case("O-1")
    first, second = posted(case, LANE), posted(case, LANE, number=2)
    world.server.weather = [Weather.UNANSWERED]
    world.outbox.post([first, second])
    world.work()
    world.sweep.look()
    world.work()
    world.receiving.receive(world.say(first.id, accepted=False))
    again = world.outbox.resend(first.id)
    world.work()
    world.receiving.receive(world.say(again))
    world.work()
    world.receiving.receive(world.say(second.id))
    assert world.server.effects == [first.id, again, second.id]
    assert world.signals(case) == [f"{first.id}-rejected", f"{case}-tenshutsushomeisho-acknowledged-2"]
    assert not list(table.open_lanes())


def test_nothing_of_a_person_stands_in_the_table(table: OutboxTable) -> None:
    world = CsWorld(START, store=table)
    world.outbox.post([posted(world.case("O-1"), LANE)])
    world.work()
    stored = boto3.client("dynamodb").scan(TableName="moving")["Items"]
    assert stored
    text = json.dumps(stored, ensure_ascii=False)
    assert not any(word in text for word in ("横浜", "1980-01-02"))
    assert {item["pk"]["S"].split("/")[0] for item in stored} == {f"{HERE}#cs"}


def test_objects_of_the_bucket(aws: None) -> None:
    client = boto3.client("s3")
    client.create_bucket(Bucket="juki", CreateBucketConfiguration={"LocationConstraint": REGION})
    objects = JukiObjects(client, "juki")
    assert objects.read("received/a.json", 10) is None
    objects.delete("received/a.json")
    objects.put_aside("received/a.json", "parked/a.json")
    client.put_object(Bucket="juki", Key="received/a.json", Body=b"0123456789")
    assert objects.read("received/a.json", 4) == b"01234"
    for _ in range(2):
        objects.put_aside("received/a.json", "parked/a.json")
    assert objects.read("received/a.json", 10) is None
    assert objects.read("parked/a.json", 10) == b"0123456789"


def test_lanes_are_woken_in_groups_of_their_own(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="lanes.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    lanes = CsLanes(client, url)
    lanes.wake([str(lane) for lane in range(12)])
    lanes.wake(["0"])
    count = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert count["Attributes"]["ApproximateNumberOfMessages"] == "13"


def test_who_held_and_released_stays_known(table: OutboxTable) -> None:
    orders = [("hold", Hold(EVERYBODY, "arn:a", START)), ("release", Hold(EVERYBODY, "arn:b", START))]
    for order, hold in orders:
        table.note_order(order, hold)
    assert table.orders() == orders[::-1]


def run(*words: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(command_line(["cs"]), ["cs", *words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_operators_list_hold_release_and_repeat(table: OutboxTable, monkeypatch: pytest.MonkeyPatch) -> None:
    world = CsWorld(START, store=table)
    audited: list[tuple[str, list[str]]] = []
    queue = boto3.client("sqs").create_queue(QueueName="cs.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    outputs = {"MovingTable": "moving", "CsLanesQueue": queue}
    monkeypatch.setattr(cs, "connect", lambda: Deployment(HERE, outputs))
    monkeypatch.setattr(cs, "_papers", lambda _: world.papers)
    monkeypatch.setattr(Registry, "tell", lambda _, subject, numbers, *__, **___: audited.append((subject, numbers)))
    first, second = posted(world.case("O-1"), LANE), posted(world.case("O-2"), "b")
    world.outbox.post([first, second])
    assert run("hold", "--municipality", THERE) == [{"held": THERE}]
    world.work()
    assert world.server.calls == []
    (held,) = run("holds")[0]["held"]
    assert held["to"] == THERE
    assert [(one["order"], one["to"]) for one in run("holds")[1:]] == [("hold", THERE)]
    assert "保留と再開の記録" in CliRunner().invoke(command_line(["cs"]), ["cs", "holds"]).stdout
    for wrong in ("13101", "1310160", "千代田"):
        refused = CliRunner().invoke(command_line(["cs"]), ["cs", "hold", "--municipality", wrong])
        assert (refused.exit_code, len(table.holds())) == (2, 1), "who holds nobody must not believe it is held"
    assert run("release", "--municipality", THERE)[0]["woken"] == 2
    assert [order for order, _ in table.orders()] == ["release", "hold"]
    world.wakeups.wake([LANE])
    world.work()
    world.receiving.receive(world.say(first.id, accepted=False, reason="NG07"))
    (shown,) = run("messages", "--state", "rejected")
    assert (shown["message_id"], shown["reason"]) == (first.id, "E1800 NG07")
    assert [one["message_id"] for one in run("messages", "--case", "O-2")] == [second.id]
    (told,) = run("resend", first.id)
    assert told == {"message_id": f"{first.id}r1", "refers_to": first.id}
    assert audited == [(f"cs resend {first.id}", [LANE])]
    assert len(run("messages")) == 3
    with pytest.raises(CommandError, match="E1803"):
        run("resend", second.id)
    with pytest.raises(CommandError, match="ありません"):
        run("resend", "O-9-x")
    assert run("show", first.id)[0]["substituted"] == []
    odd = posted(world.case("O-3"), "c", content=certificate("𠮷田"))
    world.outbox.post([odd])
    (shown,) = run("show", odd.id)
    assert (shown["remark"], shown["substituted"]) == (
        "W1790",
        [{"item": "people[0].name", "position": 1, "code_point": "U+20BB7", "substitute": "〓"}],
    )
    assert audited[-1] == (f"cs show {odd.id}", ["c"])
    world.receiving.receive(world.put("received/x.json", b"{"))
    assert [one["code"] for one in run("messages", "--parked")] == ["E1790"]
    assert "横浜" not in CliRunner().invoke(command_line(["cs"]), ["cs", "messages"]).stdout
