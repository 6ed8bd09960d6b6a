"""Requirement: calls of the real adapters that are throttled, time out after their effect, or arrive twice, one at a
time and in pairs, change neither state nor answer (issue part 2, Faults). Sampled; exhaustive in memory in
tests/properties/test_faults.py."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError

from kyotsu.japanese.digits import addressee_check_digit
from kyotsu.linkage.keys import ObjectRef
from kyotsu.wiring.functions import reception
from tests.fakes.deployment import body, name, row
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import Handler

SEEDS = range(12)
CALLS = 22
"""More than a delivery makes, so that the second of a pair may also hit the next one."""
KINDS = ("throttled", "unanswered", "twice")


@dataclass
class FaultyDoor:
    """Counts the calls to AWS and lets some of them fail."""

    call: Callable[..., Any]
    faults: Mapping[int, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def through(self, client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        """Make a call as botocore does, or as it does when AWS is ill."""
        self.calls.append(operation)
        fault = self.faults.get(len(self.calls))
        if fault == "throttled":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)
        # A transaction that is sent again carries its token, and AWS answers it without doing it again.
        if fault == "twice" and operation != "TransactWriteItems" and "IfNoneMatch" not in arguments:
            self.call(client, operation, arguments)
        result = self.call(client, operation, arguments)
        if fault == "unanswered":
            raise ReadTimeoutError(endpoint_url="https://aws")
        return result

    def armed(self, faults: Mapping[int, str]) -> None:
        """Start counting from here."""
        self.faults, self.calls = faults, []


@pytest.fixture
def door(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> FaultyDoor:
    """The way of every call to AWS; it leads to the cloud."""
    assert cloud
    way: Any = BaseClient
    found = FaultyDoor(way._make_api_call)

    def through(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        return found.through(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", through)
    return found


def numbers() -> Iterator[str]:
    for serial in range(1000, 9999):
        digit = addressee_check_digit(f"{serial:014d}")
        if digit is not None:
            yield f"{serial:014d}{digit}"


def put(cloud: Cloud, sequence: int, number: str, *rows: dict[str, str]) -> ObjectRef:
    file_name = name(sequence=sequence)
    return cloud.put(f"outbox/001o006-01/{file_name}", body([found | {"atenabango": number} for found in rows]))


def deliver(handler: Handler, ref: ObjectRef) -> int:
    """Deliver a notification until it is dealt with; return how often it failed."""
    for failures in range(5):
        if handler(notification([ref]), None) == {"batchItemFailures": []}:
            return failures
    raise AssertionError("never ends")


def shown(cloud: Cloud, ref: ObjectRef, number: str) -> list[Any]:
    """What sender and readers see, without what differs from file to file."""
    answer = cloud.answer(ref)
    errors = [{**line, "atenabango": ""} for line in cloud.errors(ref)] if answer["counts"]["failed"] else []
    history = [(entry.key, entry.operated_at, entry.effect, entry.line) for entry in cloud.reader.history(number)]
    (category,) = cloud.reader.categories([number])
    record = {**(cloud.reader.record(number) or {}), "atenabango": ""}
    told = {detail["status"] for _, detail in cloud.events()}
    receipt = cloud.receipts.get(ref.receipt_id)
    return [answer["status"], answer["counts"], errors, history, category.category, record, told, receipt.answered]


ROWS = (row(), row(kojinrirekibango="2", sosajikoku="10:00:00", shimei=""), row(juminjotai="7"))


def test_sampled_calls_may_fail(cloud: Cloud, receive_file: Handler, door: FaultyDoor) -> None:
    people = numbers()
    number = next(people)
    ref = put(cloud, 1, number, *ROWS)
    assert deliver(receive_file, ref) == 0
    expected = shown(cloud, ref, number)
    assert expected[0] == "PARTIALLY_ACCEPTED"
    failures, hit = 0, set[str]()
    for sequence, seed in enumerate(SEEDS, start=2):
        random = Random(seed)
        faults = {at: random.choice(KINDS) for at in random.sample(range(1, CALLS), 2)}
        number = next(people)
        ref = put(cloud, sequence, number, *ROWS)
        door.armed(faults)
        failures += deliver(receive_file, ref)
        hit |= {door.calls[at - 1] for at in faults if at <= len(door.calls)}
        door.armed({})
        assert shown(cloud, ref, number) == expected, (f"seed {seed}", faults, door.calls)
    assert failures >= len(SEEDS) / 2
    assert len(hit) >= 6, hit


@pytest.mark.parametrize("kind", KINDS)
def test_events_of_changes_are_told_although_the_bus_fails(
    cloud: Cloud, receive_file: Handler, publish_changes: Handler, door: FaultyDoor, kind: str
) -> None:
    number = next(numbers())
    deliver(receive_file, put(cloud, 1, number, row()))
    cloud.events()
    item = cloud.dynamodb.get_item(TableName="residents", Key={"pk": {"S": f"141003#{number}"}, "sk": {"S": "H"}})
    record = {
        "eventID": "1",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": "1", "Keys": _keys(item["Item"]), "NewImage": _image(item["Item"])},
    }
    told = []
    for faults in ({}, {1: kind}):
        door.armed(faults)
        while publish_changes({"Records": [record]}, None) != {"batchItemFailures": []}:
            assert len(door.calls) < 5
        door.armed({})
        told.append({detail["event_id"] for _, detail in cloud.events()})
    assert told[0] == told[1] == {f"141003-{number}-1", f"141003-{number}-1-category"}


def _keys(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item[key] for key in ("pk", "sk")}


def _image(item: Mapping[str, Any]) -> dict[str, Any]:

    return {
        key: {kind: b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
        for key, typed in item.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_two_files_on_one_person_at_once(cloud: Cloud, receive_file: Handler, seed: int) -> None:
    """Real threads, real requests: together they count as if one had come after the other."""
    people = numbers()

    def files(first: int, number: str) -> list[ObjectRef]:
        random = Random(seed)
        hours = random.sample(range(24), 6)
        rows = [row(kojinrirekibango=str(1 + index % 3), sosajikoku=f"{hours[index]:02d}:00:00") for index in range(6)]
        return [put(cloud, first, number, *rows[:3]), put(cloud, first + 1, number, *rows[3:])]

    def ended(refs: list[ObjectRef], number: str) -> list[Any]:
        history = sorted((entry.key, entry.operated_at) for entry in cloud.reader.history(number))
        record = {**(cloud.reader.record(number) or {}), "atenabango": ""}
        return [[cloud.answer(ref)["counts"] for ref in refs], history, record]

    serial = []
    for first, order in ((1, (0, 1)), (3, (1, 0))):
        number = next(people)
        refs = files(first, number)
        for index in order:
            deliver(receive_file, refs[index])
        serial.append(ended(refs, number))
    number = next(people)
    refs = files(5, number)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(reception().receive, refs))
    assert ended(refs, number) in serial, f"seed {seed}"
