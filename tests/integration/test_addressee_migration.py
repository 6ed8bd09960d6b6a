"""Requirement: the migration on real tables: written once each, killed at every call to AWS, and flat in memory
(issue part 4, Migration)."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import Deed, HistoryEntry, Origin, Use
from kyotsu.addressees.table import RegistryTable
from kyotsu.japanese.digits import addressee_check_digit
from kyotsu.linkage import scanning
from kyotsu.wiring.migration import BATCH
from tests.fakes.migration import OldRegistry, migration, old_file, old_row, run
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.test_registry_table import put_resident

ROWS = 60
"""Of one batch."""
TAX, WELFARE = Use("010"), Use("022")
NOBODY = OldRegistry()


class Door:
    """The way of every call to AWS; call number `at` fails, before or after it took effect."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call, self.calls, self.at, self.after = call, 0, 0, False

    def through(self, client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        self.calls += 1
        fails = self.calls == self.at
        if fails and not self.after:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "killed"}}, operation)
        result = self.call(client, operation, arguments)
        if fails:
            raise ReadTimeoutError(endpoint_url="https://aws")
        return result

    def fail(self, at: int, *, after: bool) -> None:
        """Start counting from here."""
        self.calls, self.at, self.after = 0, at, after


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None) -> RegistryTable:
    sealer = LocalSealer()
    return RegistryTable(
        cloud.dynamodb, "addressees", "residents", MUNICIPALITY, sealer=sealer, fingerprints=FINGERPRINTS
    )


@pytest.fixture
def door(store: RegistryTable, monkeypatch: pytest.MonkeyPatch) -> Door:
    way: Any = BaseClient
    found = Door(way._make_api_call)

    def through(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        return found.through(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", through)
    return found


def numbers() -> Iterator[str]:
    for serial in itertools.count(50_000_000_000_000):
        digit = addressee_check_digit(f"{serial:014d}")
        if digit is not None:
            yield f"{serial:014d}{digit}"


def files(folder: Path, one: str, two: str) -> list[Path]:
    """Return two systems' files about two people, one linked to the other."""
    folder.mkdir()
    link = {"nayosemotofuragu": "1", "nayosesakiatenabango": two, "kojinbango": "123456789018"}
    return [
        old_file(folder / "a.csv", old_row(one, **link), old_row(two)),
        old_file(folder / "b.csv", old_row(one, gyomuid="022", sosanengappi="2019-01-01")),
    ]


def state(store: RegistryTable, one: str, two: str) -> Any:
    """Return what the migration of `files` came to, without the numbers."""
    known = store.look([one, two], TAX).numbers
    record, principal = known[one].record, known[two].record
    assert record is not None
    assert principal is not None
    deeds = [entry.deed for entry in store.history(one)]
    about = (record.origin, record.uses, record.principal == two, record.version, record.revision)
    kept = known[one].individual_number is not None
    return (*about, deeds, kept, known[one].migrated, principal.revision, list(store.linked_to(two)) == [one])


def test_a_record_that_was_closed_since_stays_closed(store: RegistryTable, tmp_path: Path) -> None:
    one = next(numbers())
    run(migration(store, NOBODY), old_file(tmp_path / "a.csv", old_row(one)))
    record = store.look([one], TAX).numbers[one].record
    assert record is not None
    closed = replace(record, deleted=True, uses=frozenset(), revision=record.revision + 1)
    entry = HistoryEntry(Deed.CLOSED, TAX, closed)
    assert store.write(Change(record=closed, expected=record.revision, entry=entry, ended=record.uses))
    told = run(migration(store, NOBODY), old_file(tmp_path / "b.csv", old_row(one, jusho_katagaki="旧")))
    assert "W1608" in {code for _, _, code in told}
    after = store.look([one], TAX).numbers[one]
    assert (after.record, after.migrated) == (closed, True)


UNDISTURBED = (
    *(Origin.MIGRATED, frozenset({TAX, WELFARE}), True, 2, 3),
    *([Deed.REGISTERED, Deed.USED, Deed.LINKED], True, True, 1, True),
)


def test_killed_at_every_call_to_aws_it_ends_as_if_undisturbed(
    store: RegistryTable, door: Door, tmp_path: Path
) -> None:
    fresh = numbers()
    one, two = next(fresh), next(fresh)
    door.fail(0, after=False)
    run(migration(store, NOBODY), *files(tmp_path / "undisturbed", one, two))
    calls = door.calls
    door.fail(0, after=False)
    assert {code for _, _, code in run(migration(store, NOBODY), *(tmp_path / "undisturbed").iterdir())} >= {"W1603"}
    assert door.calls < calls  # a repeat writes nothing
    assert state(store, one, two) == UNDISTURBED
    assert calls >= 9
    for at, after in itertools.product(range(1, calls + 1), (False, True)):
        one, two = next(fresh), next(fresh)
        paths = files(tmp_path / f"{at}{after}", one, two)
        door.fail(at, after=after)
        with pytest.raises((ClientError, BotoCoreError)):
            run(migration(store, NOBODY), *paths)
        run(migration(store, NOBODY), *paths)
        assert state(store, one, two) == UNDISTURBED, (at, after)


def test_numbers_that_are_not_taken_over_are_not_issued_to_others(
    store: RegistryTable, cloud: Cloud, tmp_path: Path
) -> None:
    one, two, three = itertools.islice(numbers(), 3)
    put_resident(cloud, three, "1")
    rows = (old_row(one), old_row(one, gyomuid="022", shimei="別人"), old_row(two, seibetsu="12"), old_row(three))
    told = run(migration(store, NOBODY), old_file(tmp_path / "a.csv", *rows))
    assert {(number, code) for number, _, code in told} == {(one, "E1603"), (two, "E1001"), (three, "E1604")}
    known = store.look([one, two, three], TAX).numbers
    assert [(known[n].record, known[n].migrated) for n in (one, two, three)] == [(None, True)] * 3


def test_rows_are_looked_up_in_batches_and_written_by_one_call_each(
    store: RegistryTable, cloud: Cloud, tmp_path: Path
) -> None:
    assert ROWS < BATCH
    rows = [old_row(number) for number in itertools.islice(numbers(), ROWS)]
    with cloud.counted() as calls:
        run(migration(store, NOBODY), old_file(tmp_path / "a.csv", *rows))
    # 100 keys a batch and 3 items a number, looked up for the survey and again before the writes.
    assert calls["BatchGetItem"] == 2 * -(-3 * ROWS // 100)
    assert calls["TransactWriteItems"] == ROWS + 1
    assert sum(calls.values()) == calls["BatchGetItem"] + calls["TransactWriteItems"]


def test_memory_does_not_grow_with_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 16 * 1024)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 16 * 1024)

    def peak(count: int) -> int:
        path = old_file(tmp_path / f"{count}.csv", *(old_row(number) for number in itertools.islice(numbers(), count)))
        tracemalloc.start()
        run(migration(OldRegistry()), path, write=False)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    few, many = peak(600), peak(2_400)
    assert many < few * 1.5


def test_a_note_of_a_row_holds_nothing_of_it(store: RegistryTable, cloud: Cloud, tmp_path: Path) -> None:
    one = next(numbers())
    run(migration(store, NOBODY), old_file(tmp_path / "a.csv", old_row(one, kojinbango="123456789018")))
    items = cloud.dynamodb.scan(TableName="addressees")["Items"]
    assert b"123456789018" not in repr(items).encode()
    notes = [item for item in items if "row/" in item["pk"]["S"]]
    assert [sorted(item) for item in notes] == [["a", "f", "pk", "sk"]]
