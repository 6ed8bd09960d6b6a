"""The registry on moto."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.sandbox.adaptations import transactions
from infra.sandbox.adaptations.patching import Patches
from kyotsu.addressees.numbers import NumberKind, Serials
from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.store import Lease
from kyotsu.addressees.table import RegistryTable, TooContendedError
from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.residents.packing import pack_entries
from kyotsu.residents.stream import HEAD
from kyotsu.residents.versions import Entry
from kyotsu.runtime import batches
from tests.fakes.addressees import FRESH, RECEIVED, RESIDENT, TAX, record
from tests.fakes.registry_contract import NOTE, SECOND, RegistryContract, registered
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.capacity import item_size
from tests.integration.cloud import MUNICIPALITY, Cloud, running

KIND = NumberKind.NON_RESIDENT


_towns = itertools.count(200_001)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """One for all tests here: each has a registry of its own in it."""
    patches = Patches()
    transactions.adapt(patches)
    with running() as made:
        yield made
    patches.undo()


@pytest.fixture
def town() -> str:
    """A municipality that nobody else has."""
    return str(next(_towns))


@pytest.fixture
def store(cloud: Cloud, town: str) -> RegistryTable:
    return registry_of(cloud, town)


def registry_of(cloud: Cloud, town: str) -> RegistryTable:
    return RegistryTable(
        cloud.dynamodb, "addressees", "residents", town, sealer=LocalSealer(), fingerprints=FINGERPRINTS
    )


class TestRegistryTable(RegistryContract):
    @pytest.fixture(autouse=True)
    def remember(self, cloud: Cloud, town: str) -> None:
        self.cloud, self.town = cloud, town

    def residents(self, store: RegistryTable, number: str, category: str) -> None:
        put_resident(self.cloud, number, category, self.town)


def put_resident(cloud: Cloud, number: str, category: str, municipality: str = MUNICIPALITY) -> None:
    """Have the residents' table know somebody; a category of "" is none."""
    entry = Entry(
        1,
        0,
        "20260401093000",
        category or None,
        "D",
        latest=True,
        deleted=False,
        digest="d" * 16,
        receipt_id="r",
        line=2,
    )
    item: Any = {
        "pk": {"S": f"{municipality}#{number}"},
        "sk": {"S": HEAD},
        "n": {"N": "1"},
        "b": {"B": pack_entries([entry])},
    }
    cloud.dynamodb.put_item(TableName="residents", Item=item)


def test_a_look_is_one_call_and_a_write_one_transaction(cloud: Cloud, store: RegistryTable) -> None:
    with cloud.counted() as looked:
        store.look([f"8{index}" for index in range(33)], TAX, NOTE.key)
    assert looked == {"BatchGetItem": 1}
    with cloud.counted() as written:
        assert store.write(registered(individual_number="123456789018"), NOTE)
    assert written == {"TransactWriteItems": 1}
    with cloud.counted() as leased:
        lease = Lease(TAX, "op1", RECEIVED + timedelta(minutes=1))
        store.lease(FRESH, lease, RECEIVED)
        assert store.lease(FRESH, lease._replace(operator="op2"), RECEIVED) == lease
        store.release(FRESH, TAX, "op1")
    assert leased == {"UpdateItem": 3}


def test_keys_that_were_not_processed_are_asked_for_again(
    cloud: Cloud, town: str, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.write(registered(), NOTE)
    put_resident(cloud, RESIDENT, "3", town)
    ask, asked = cloud.dynamodb.batch_get_item, []

    def partial(*, RequestItems: Any) -> Any:  # noqa: N803 - as boto3 has it
        asked.append(sum(len(table["Keys"]) for table in RequestItems.values()))
        table, request = next(iter(RequestItems.items()))
        first: Any = {table: {**request, "Keys": request["Keys"][:1]}}
        rest = {**RequestItems, table: {**request, "Keys": request["Keys"][1:]}}
        left = {name: table for name, table in rest.items() if table["Keys"]}
        return {**ask(RequestItems=first), "UnprocessedKeys": left}

    monkeypatch.setattr(cloud.dynamodb, "batch_get_item", partial)
    monkeypatch.setattr(batches, "pauses", lambda: itertools.repeat(0.0))
    seen = store.look([FRESH, RESIDENT], TAX, NOTE.key)
    assert asked == [7, 6, 5, 4, 3, 2, 1]
    assert seen.done == NOTE
    assert seen.numbers[FRESH].record == record()
    assert seen.numbers[RESIDENT].resident == "3"


def cancelled(*codes: str) -> Any:
    """Return a transaction that was cancelled for these reasons."""

    def transact_write_items(**_: Any) -> None:
        reasons: Any = [{"Code": code} for code in codes]
        raise ClientError(
            {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, "TransactWriteItems"
        )

    return transact_write_items


def test_why_a_write_did_not_take_place(cloud: Cloud, store: RegistryTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud.dynamodb, "transact_write_items", cancelled("None", "TransactionConflict"))
    assert not store.write(registered()), "another one's transaction: look again"
    with pytest.raises(TooContendedError):
        store.reserve([FRESH, SECOND])
    monkeypatch.setattr(cloud.dynamodb, "transact_write_items", cancelled("None", "ThrottlingError"))
    with pytest.raises(ClientError):
        store.write(registered())


def test_a_lease_in_the_way_of_a_transaction_is_tried_again(
    cloud: Cloud, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.write(registered())
    lease, update = Lease(TAX, "op1", RECEIVED), cloud.dynamodb.update_item
    conflict = cloud.dynamodb.exceptions.TransactionConflictException({"Error": {}}, "UpdateItem")
    outcomes = iter([conflict, conflict])

    def contended(**request: Any) -> Any:
        error = next(outcomes, None)
        if error:
            raise error
        return update(**request)

    monkeypatch.setattr(cloud.dynamodb, "update_item", contended)
    assert store.lease(FRESH, lease, RECEIVED) == lease
    outcomes = iter([conflict] * 9)
    with pytest.raises(TooContendedError):
        store.release(FRESH, TAX, "op1")


def test_a_sealed_number_opens_at_its_own_place_alone(cloud: Cloud, town: str, store: RegistryTable) -> None:
    assert store.write(registered(individual_number="123456789018"))
    assert store.write(registered(SECOND, individual_number="100000000018"))
    keys = [{"pk": {"S": f"{town}#{number}"}, "sk": {"S": "B#010/000"}} for number in (FRESH, SECOND)]
    stored = cloud.dynamodb.get_item(TableName="addressees", Key=keys[0])["Item"]
    assert b"123456789018" not in stored["b"]["B"] + stored["k"]["B"] + stored["f"]["B"]
    cloud.dynamodb.put_item(TableName="addressees", Item={**stored, **keys[1]})
    with pytest.raises(SealBrokenError):
        store.look([SECOND], TAX)


def test_a_typical_item_is_one_write_unit(cloud: Cloud, town: str, store: RegistryTable) -> None:
    long = {
        "shimei": "見本　花子",
        "uji_nihonjin": "見本",
        "na_nihonjin": "花子",
        "shimei_furigana": "ミホン　ハナコ",
        "uji_nihonjin_furigana": "ミホン",
        "na_nihonjin_furigana": "ハナコ",
        "seibetsu": "2",
        "seinengappi": "1980-02-29",
        "jusho_shikuchosonkodo": "131016",
        "jusho_choazakodo": "0001000",
        "jusho_todofuken": "東京都",
        "jusho_shikugunchosonmei": "千代田区",
        "jusho_choaza": "紀尾井町",
        "jusho_banchigohyoki": "１番３号",
        "jusho_katagaki": "見本ガーデンテラス　１２０１号室",
        "jusho_yubinbango": "1020094",
    }
    assert store.write(registered(person=long, individual_number="123456789018"), NOTE)
    items = cloud.dynamodb.scan(TableName="addressees")["Items"]
    sizes = {item["sk"]["S"][0]: item_size(item) for item in items if item["pk"]["S"].startswith(town)}
    assert sizes.keys() == {"A", "B", "H", "O", "P"}
    assert max(sizes.values()) < 600


class TestSerials:
    """The counter on moto keeps what the one in memory promises, and more."""

    @pytest.fixture
    def counter(self, cloud: Cloud, town: str) -> SerialTable:
        return SerialTable(cloud.dynamodb, "addressees", town)

    def test_blocks_follow_each_other(self, cloud: Cloud, counter: SerialTable) -> None:
        with cloud.counted() as calls:
            blocks = [counter.reserve(KIND, 20, Serials(101, 145)) for _ in range(4)]
        assert blocks == [Serials(101, 120), Serials(121, 140), Serials(141, 145), None]
        assert calls == {"UpdateItem": 4}
        assert counter.reserve(NumberKind.RESIDENT, 20, Serials(101, 145)) == Serials(101, 120)

    def test_the_end_may_be_the_end_of_a_block(self, counter: SerialTable) -> None:
        assert counter.reserve(KIND, 20, Serials(101, 120)) == Serials(101, 120)
        assert counter.reserve(KIND, 20, Serials(101, 120)) is None
        assert counter.reserve(KIND, 20, Serials(101, 130)) == Serials(121, 130), "a range may grow"

    def test_a_range_that_moves_up_goes_on_there(self, counter: SerialTable) -> None:
        assert counter.reserve(KIND, 20, Serials(101, 999)) == Serials(101, 120)
        assert counter.reserve(KIND, 20, Serials(501, 999)) == Serials(501, 520)
        assert counter.reserve(KIND, 20, Serials(501, 999)) == Serials(521, 540)
        assert counter.reserve(KIND, 20, Serials(545, 999)) == Serials(561, 580), "what overlaps is a gap"

    def test_a_range_that_moves_down_goes_on_where_it_was(self, counter: SerialTable) -> None:
        assert counter.reserve(KIND, 20, Serials(501, 999)) == Serials(501, 520)
        assert counter.reserve(KIND, 20, Serials(101, 999)) == Serials(521, 540)

    def test_a_range_that_moves_below_the_counter_is_used_up(self, counter: SerialTable) -> None:
        assert counter.reserve(KIND, 20, Serials(501, 999)) == Serials(501, 520)
        assert counter.reserve(KIND, 20, Serials(101, 200)) is None

    def test_many_at_once(self, counter: SerialTable) -> None:
        with ThreadPoolExecutor(8) as pool:
            blocks = list(pool.map(lambda _: counter.reserve(KIND, 20, Serials(1, 9_999)), range(40)))
        assert sorted(block.first for block in blocks if block) == list(range(1, 801, 20))

    def test_a_reservation_that_nobody_answered_is_a_gap(
        self, cloud: Cloud, counter: SerialTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        update = cloud.dynamodb.update_item

        def lost(**request: Any) -> None:
            update(**request)
            raise ReadTimeoutError(endpoint_url="")

        monkeypatch.setattr(cloud.dynamodb, "update_item", lost)
        with pytest.raises(ReadTimeoutError):
            counter.reserve(KIND, 20, Serials(101, 999))
        monkeypatch.undo()
        assert counter.reserve(KIND, 20, Serials(101, 999)) == Serials(121, 140)
