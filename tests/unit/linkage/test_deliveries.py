"""What recipients get of a file: the rows that came in, the items they may have, and nobody's hidden address."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from kyotsu.catalogue.model import Recipient
from kyotsu.contracts.events import DeliveryOffered, DeliveryWithdrawn, FileUndelivered
from kyotsu.linkage.deliveries import End, Lane, State
from kyotsu.linkage.delivering import DeliverySetAsideError
from kyotsu.linkage.delivery_source import SpoiledError
from kyotsu.linkage.delivery_sources import DecisionsMissingError
from kyotsu.linkage.planning import ReofferRefusedError
from kyotsu.linkage.reception import always
from tests.fakes.deliveries import BARE, NARROW, WIDE, DeliveryHouse, catalogue_for, read
from tests.fakes.deployment import BUCKET, CATALOGUE, COLUMNS, PREFIX, body, name, row
from tests.fakes.protection import MemoryLinks

HOME = "架空町一丁目"
PEOPLE = [f"{number:015d}" for number in range(1, 7)]


def person(number: str, **items: str) -> dict[str, str]:
    return row(atenabango=number, jusho_choaza=HOME, setaibango="1", tennyumaejusho="旧住所", **items)


def test_every_recipient_gets_the_items_that_it_may_have_in_layout_order() -> None:
    house = DeliveryHouse()
    house.send([person(PEOPLE[0], kojinbango="123456789018")])
    interface = house.catalogue.interfaces["001o006"]
    for recipient in (NARROW, WIDE):
        (got,) = house.rows(recipient.id)
        assert list(got) == [c for c in COLUMNS if c in interface.items_for(recipient)]
    assert "kojinbango" not in house.rows("002")[0]
    assert house.rows("010")[0]["kojinbango"] == "123456789018"
    assert house.rows("002")[0]["jusho_choaza"] == HOME


def test_refused_rows_reach_nobody() -> None:
    house = DeliveryHouse()
    house.send([person(PEOPLE[0]), person(PEOPLE[1], seinengappi="2026-02-30"), person(PEOPLE[2])])
    assert [got["atenabango"] for got in house.rows()] == [PEOPLE[0], PEOPLE[2]]


def test_rejected_and_duplicate_files_are_not_delivered() -> None:
    house = DeliveryHouse()
    house.send([person(PEOPLE[0])])
    house.send([person(PEOPLE[0])], sequence=2)
    assert house.deployment.events.answered[-1].status == "DUPLICATE"
    answered = house.receive([person(PEOPLE[1])], file=name("99", sequence=3))
    assert house.planning().answered(answered) == 0
    assert len(house.written()) == 1


def test_a_file_without_rows_is_offered_as_one_without_rows() -> None:
    house = DeliveryHouse()
    house.send([])
    (content,) = house.written().values()
    assert read(content) == []
    assert house.manifests()[0]["last"] is True


def test_a_protected_persons_address_is_absent_and_the_rest_is_there() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW, WIDE))
    house.protection.protected = {PEOPLE[1]}
    house.send([person(PEOPLE[0]), person(PEOPLE[1], shimei="架空　花子")])
    for recipient in ("002", "010"):
        open_, hidden = house.rows(recipient)
        assert open_["jusho_choaza"] == HOME
        assert hidden["shimei"] == "架空　花子"
        assert not [hidden[item] for item in CATALOGUE.interfaces["001o006"].withheld if hidden.get(item)]
        assert house.audit.seen(recipient, withheld=True) == {PEOPLE[1]}
        assert house.audit.seen(recipient, withheld=False) == {PEOPLE[0]}
    (manifest,) = house.manifests()
    assert manifest["rows_without_address"] == 1


def test_who_gets_no_address_anyway_need_not_wait_for_a_decision() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(BARE))
    house.protection.nobody = True
    house.send([person(PEOPLE[0])])
    assert [got["atenabango"] for got in house.rows("003")] == [PEOPLE[0]]


def test_people_without_verdict_wait_and_the_others_go() -> None:
    house = DeliveryHouse()
    house.protection.undecided = {PEOPLE[1]}
    house.send([person(PEOPLE[0]), person(PEOPLE[1]), person(PEOPLE[2])])
    assert [got["atenabango"] for got in house.rows()] == [PEOPLE[0], PEOPLE[2]]
    assert [m["last"] for m in house.manifests()] == [False]
    assert not house.delivery().complete
    house.look()
    assert len(house.written()) == 1
    house.protection.undecided = set()
    house.protection.protected = {PEOPLE[1]}
    house.look()
    assert [got["atenabango"] for got in house.rows()] == [PEOPLE[0], PEOPLE[2], PEOPLE[1]]
    assert house.rows()[-1]["jusho_choaza"] == ""
    assert [(m["part"], m["last"], m["parts"]) for m in house.manifests()] == [(1, False, None), (2, True, 2)]
    assert house.delivery().complete


def test_a_link_that_is_made_while_somebody_waits_counts() -> None:
    house = DeliveryHouse()
    house.protection.undecided, house.protection.protected = {PEOPLE[1]}, {"linked"}
    house.send([person(PEOPLE[0]), person(PEOPLE[1])])
    house.protection.undecided = set()
    house.protection.links = MemoryLinks([{PEOPLE[1], "linked"}])
    house.look()
    assert [(got["atenabango"], got["jusho_choaza"]) for got in house.rows()] == [(PEOPLE[0], HOME), (PEOPLE[1], "")]


def test_no_later_row_of_a_person_overtakes_one_that_waits() -> None:
    house = DeliveryHouse()
    house.protection.undecided = {PEOPLE[0]}
    house.send([person(PEOPLE[0], kojinrirekibango="1"), person(PEOPLE[1])])
    house.protection.undecided = set()
    answered = house.receive([person(PEOPLE[0], kojinrirekibango="2"), person(PEOPLE[2])], sequence=2)
    house.planning().answered(answered)
    house.protection.undecided = {PEOPLE[0]}
    house.run()
    assert {got["atenabango"] for got in house.rows()} == {PEOPLE[1], PEOPLE[2]}
    house.protection.undecided = set()
    house.look()
    order = [e for e in house.bus.of(DeliveryOffered) if e.recipient == "002"][-2:]
    rows = [read(house.deployment.objects.written[e.bucket, e.object_key])[0] for e in order]
    assert [(r["atenabango"], r["kojinrirekibango"]) for r in rows] == [(PEOPLE[0], "1"), (PEOPLE[0], "2")]


def test_a_lane_stands_still_while_nobody_can_be_decided_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kyotsu.linkage.delivery_sources.OUTAGE", 2)
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.nobody = True
    answered = house.receive([person(PEOPLE[0]), person(PEOPLE[1])])
    house.planning().answered(answered)
    with pytest.raises(DecisionsMissingError):
        house.delivering().work(Lane("001o006", "002"), always)
    assert house.store.waiting == {}
    house.protection.nobody = False
    house.look()
    assert len(house.rows()) == 2


@pytest.mark.parametrize(("limits", "sizes"), [({"max_rows": 2}, [2, 2, 1]), ({"max_bytes": 10_000}, [5])])
def test_files_are_split_to_the_recipients_limit(limits: dict[str, int], sizes: list[int]) -> None:
    recipient = Recipient(id="002", columns=NARROW.columns, max_rows=limits.get("max_rows"),
                          max_bytes=limits.get("max_bytes"))  # fmt: skip
    house = DeliveryHouse(catalogue=catalogue_for(recipient))
    house.send([person(number) for number in PEOPLE[:5]])
    assert [len(read(content)) for content in house.written().values()] == sizes
    assert [m["last"] for m in house.manifests()] == [False] * (len(sizes) - 1) + [True]
    assert house.manifests()[-1]["rows_so_far"] == 5


def test_bytes_are_split_between_records_and_a_long_record_goes_alone() -> None:
    recipient = Recipient(id="002", columns=NARROW.columns, max_bytes=10_000)
    house = DeliveryHouse(catalogue=catalogue_for(recipient))
    house.send([person(number, shimei="長" * 100) for number in PEOPLE for _ in range(9)])
    assert len(house.written()) > 1
    assert all(len(content) <= 10_000 for content in house.written().values())
    assert len(house.rows()) == 54


def test_the_manifest_tells_what_there_is_and_how_to_acknowledge() -> None:
    house = DeliveryHouse()
    answered = house.send([person(PEOPLE[0])])
    ((key, content),) = house.written().items()
    assert key == "deliveries/002/001o006/001o006_01_D_v1_20261120093000_000001_0001.csv"
    (manifest,) = house.manifests()
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["receipt_id"] == answered.receipt_id
    assert manifest["delivery_id"] == "001o006-002-000001"
    assert (manifest["part"], manifest["parts"], manifest["rows"], manifest["size"]) == (1, 1, 1, len(content))
    assert manifest["deadline"] == "2026-11-24T12:00:00.000+09:00"
    assert ".ack.json" in manifest["how_to_acknowledge"]


def test_deliveries_stand_where_the_catalogue_says() -> None:
    own = Recipient(id="010", columns=WIDE.columns, place="recipient")
    house = DeliveryHouse(catalogue=catalogue_for(NARROW, own))
    house.send([person(PEOPLE[0])])
    buckets = {bucket for bucket, key in house.deployment.objects.written if key.startswith("deliveries/010/")}
    assert buckets == {f"{PREFIX}010"}
    assert house.delivery().bucket == BUCKET


def test_a_recipient_that_is_none_any_more_gets_nothing() -> None:
    house = DeliveryHouse()
    house.planning().answered(house.receive([person(PEOPLE[0])]))
    house.catalogue = catalogue_for(WIDE)
    house.run()
    assert house.written("002") == {}
    assert house.delivery().ended is End.CANCELLED
    assert len(house.written("010")) == 1


def test_what_can_not_be_recorded_is_not_shown() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))

    class Closed:
        def record(self, *_: object) -> None:
            raise ConnectionError

    house.audit = Closed()  # type: ignore[assignment] # it raises
    house.planning().answered(house.receive([person(PEOPLE[0])]))
    with pytest.raises(ConnectionError):
        house.run()
    assert house.written() == {}


def test_acknowledging_every_part_settles_a_delivery() -> None:
    recipient = Recipient(id="002", columns=NARROW.columns, max_rows=1)
    house = DeliveryHouse(catalogue=catalogue_for(recipient))
    house.send([person(number) for number in PEOPLE[:2]])
    assert house.delivery().state is State.OFFERED
    house.acknowledge(1, state="FETCHED")
    house.acknowledge(2, state="FETCHED")
    assert house.delivery().state is State.FETCHED
    house.acknowledge(1, sequencer="02")
    assert house.delivery().state is State.FETCHED
    house.acknowledge(2, sequencer="03")
    assert house.delivery().state is State.ACKNOWLEDGED
    assert house.delivery().settled


def test_each_put_counts_once_in_any_order_and_later_ones_win() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.send([person(PEOPLE[0])])
    house.acknowledge(sequencer="05")
    house.acknowledge(sequencer="05")
    house.acknowledge(sequencer="06", state="FETCHED")
    house.acknowledge(sequencer="04", state="REFUSED", message="早い")
    delivery = house.delivery()
    assert (delivery.acknowledged, delivery.refused, delivery.fetched) == (1, 0, 0)
    house.acknowledge(sequencer="07", state="REFUSED", message="読めません")
    delivery = house.delivery()
    assert (delivery.acknowledged, delivery.refused, delivery.state) == (0, 1, State.REFUSED)
    house.acknowledge(sequencer="08")
    assert house.delivery().state is State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"state": "DONE"}, "E1422"),
        ({"sha256": None}, "E1423"),
        ({"sha256": "0" * 64}, "E1424"),
        ({"message": "長" * 501}, "E1426"),
        ({"state": 5}, "E1421"),
    ],
)
def test_what_is_no_acknowledgement_is_answered(said: dict[str, object], code: str) -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.send([person(PEOPLE[0])])
    assert house.acknowledge(**said) is None  # type: ignore[arg-type]
    (answer,) = house.written(suffix=".ack-error.json").values()
    assert json.loads(answer)["code"] == code
    assert house.delivery().state is State.OFFERED


def test_an_acknowledgement_of_nothing_is_answered() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.send([person(PEOPLE[0])])
    for key in ("deliveries/002/x.ack.json", f"{house.delivery().stem}_0007.ack.json"):
        ref = house.deployment.objects.put(BUCKET, key, b'{"state": "FETCHED"}')
        assert house.acknowledging().note(ref, "01") is None
    assert len(house.written(suffix=".ack-error.json")) == 2
    other = house.deployment.objects.put(BUCKET, "outbox/x.ack.json", b"{}")
    assert house.acknowledging().note(other, "01") is None


def test_the_provider_is_told_once_of_what_did_not_arrive() -> None:
    house = DeliveryHouse()
    answered = house.send([person(PEOPLE[0])])
    house.acknowledge(recipient="010")
    house.deployment.clock.move(timedelta(days=2))
    assert house.look().undelivered == 0
    house.deployment.clock.move(timedelta(days=1))
    assert house.look().undelivered == 1
    assert house.look().undelivered == 0
    key = answered.object_key.rpartition("/")[2].replace(".csv", ".undelivered.json")
    report = json.loads(house.deployment.objects.written[BUCKET, f"answers/{key}"])
    assert [(r["recipient"], r["code"]) for r in report["recipients"]] == [("002", "E1401")]
    assert [e.recipient for e in house.bus.of(FileUndelivered)] == ["002"]
    assert house.delivery().state is State.NOT_DELIVERED
    house.acknowledge()
    assert house.delivery().state is State.ACKNOWLEDGED


def test_who_refuses_is_told_to_the_provider_without_waiting() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.send([person(PEOPLE[0])])
    house.acknowledge(state="REFUSED", message="文字化け")
    assert house.look().undelivered == 1
    assert house.bus.of(FileUndelivered)[0].code == "E1403"


def test_a_file_that_is_gone_is_told_to_its_provider() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    answered = house.receive([person(PEOPLE[0])])
    house.planning().answered(answered)
    house.deployment.objects.versions.clear()
    house.run()
    assert house.look().undelivered == 1
    assert house.bus.of(FileUndelivered)[0].code == "E1404"


def test_ages_are_measured() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.undecided = {PEOPLE[0]}
    house.send([person(PEOPLE[0])])
    house.deployment.clock.move(timedelta(hours=2))
    assert house.look().oldest_unoffered == 7200
    house.protection.undecided = set()
    house.look()
    house.deployment.clock.move(timedelta(hours=1))
    watched = house.look()
    assert (watched.oldest_unoffered, watched.oldest_unacknowledged, watched.woken) == (0, 3600, 0)


def test_a_reoffer_is_a_new_delivery_with_everything_decided_anew() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.send([person(PEOPLE[0])])
    house.protection.protected = {PEOPLE[0]}
    new = house.planning().reoffer(Lane("001o006", "002"), 1)
    house.run()
    first, second = house.written().values()
    assert HOME.encode() in first
    assert HOME.encode() not in second
    assert (new.number, new.attempt, new.reoffer_of) == (2, 2, 1)
    assert house.delivery(1).ended is End.REPLACED
    assert house.manifests()[1]["replaces"] == "001o006-002-000001"
    with pytest.raises(ReofferRefusedError, match="再提供済み"):
        house.planning().reoffer(Lane("001o006", "002"), 1)
    with pytest.raises(ReofferRefusedError, match="ありません"):
        house.planning().reoffer(Lane("001o006", "002"), 9)


def test_a_file_that_is_taken_back_is_not_offered_and_who_was_offered_it_is_told() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW, WIDE))
    answered = house.receive([person(PEOPLE[0])])
    house.planning().answered(answered)
    house.lanes.woken = [lane for lane in house.lanes.woken if lane.recipient == "002"]
    house.run()
    house.take_back(answered)
    house.lanes.wake([Lane("001o006", "010")])
    house.run()
    assert house.written("010") == {}
    assert house.written("010", ".undone.json") == {}
    (notice,) = house.written("002", ".undone.json").values()
    assert json.loads(notice)["code"] == "E1405"
    assert [e.recipient for e in house.bus.of(DeliveryWithdrawn)] == ["002"]
    with pytest.raises(ReofferRefusedError, match="取り消された"):
        house.planning().reoffer(Lane("001o006", "002"), 1)
    assert house.planning().answered(answered) == 0
    assert house.look().woken == 0


def test_rows_that_wait_of_a_file_that_is_taken_back_never_go() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.protection.undecided = {PEOPLE[0]}
    answered = house.send([person(PEOPLE[0]), person(PEOPLE[1])])
    house.take_back(answered)
    house.protection.undecided = set()
    house.lanes.wake([Lane("001o006", "002")])
    house.run()
    assert [got["atenabango"] for got in house.rows()] == [PEOPLE[1]]
    assert house.store.waiting == {}


def test_a_delivery_that_fails_again_and_again_is_set_aside_and_the_lane_goes_on() -> None:
    house = DeliveryHouse(catalogue=catalogue_for(NARROW))
    house.deployment.receipts.receipts.clear()
    first = house.receive([person(PEOPLE[0])])
    second = house.receive([person(PEOPLE[1])], sequence=2)
    for answered in (first, second):
        house.planning().answered(answered)
    lost = house.deployment.receipts.receipts.pop(first.receipt_id)
    lane = Lane("001o006", "002")
    for attempt in (1, 2):
        with pytest.raises(SpoiledError):
            house.delivering().work(lane, always, attempt=attempt, attempts=3)
    with pytest.raises(DeliverySetAsideError):
        house.delivering().work(lane, always, attempt=3, attempts=3)
    house.run()
    assert [got["atenabango"] for got in house.rows()] == [PEOPLE[1]]
    assert house.delivery(1).ended is End.SET_ASIDE
    assert house.look().oldest_unoffered >= 0
    house.deployment.receipts.receipts[first.receipt_id] = lost
    house.planning().reoffer(lane, 1)
    house.run()
    assert {got["atenabango"] for got in house.rows()} == {PEOPLE[0], PEOPLE[1]}


def test_two_providers_of_one_interface_have_each_their_own_bucket() -> None:
    catalogue = catalogue_for(NARROW)
    interface = catalogue.interfaces["001o006"]
    two = msgspec.structs.replace(interface, providers=("001", "003"))
    catalogue = msgspec.structs.replace(catalogue, interfaces={**catalogue.interfaces, "001o006": two})
    house = DeliveryHouse(catalogue=catalogue)
    admission = replace(house.deployment.reception.admission, catalogue=catalogue)
    house.deployment.reception = replace(house.deployment.reception, admission=admission)
    for system, number in (("001", PEOPLE[0]), ("003", PEOPLE[1])):
        ref = house.deployment.objects.put(f"{PREFIX}{system}", f"outbox/001o006-01/{name()}", file_of(number))
        house.deployment.receive(ref)
        house.planning().answered(house.deployment.events.answered[-1])
    house.run()
    keys = {bucket: key for bucket, key in house.deployment.objects.written if key.endswith("_0001.csv")}
    assert keys.keys() == {f"{PREFIX}001", f"{PREFIX}003"}
    assert {m["provider"] for m in house.manifests()} == {"001", "003"}
    assert {got["atenabango"] for got in house.rows()} == {PEOPLE[0], PEOPLE[1]}


def file_of(number: str) -> bytes:
    return body([person(number)])
