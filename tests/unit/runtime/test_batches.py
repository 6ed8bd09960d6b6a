"""Many items at a time: complete, or an error (DynamoDB may take only a part of a batch)."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, cast

import pytest

from kyotsu.runtime import batches
from kyotsu.runtime.batches import ThroughputExhaustedError, get_all, get_readable, in_parallel, put_all

KEYS = [{"pk": {"S": str(number)}} for number in range(230)]


class Reluctant:
    """A DynamoDB that takes at most `most` items of a request."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self.items: list[Any] = []
        self.sizes: list[int] = []

    def batch_write_item(self, RequestItems: Mapping[str, list[Any]]) -> Any:  # noqa: N803 - boto3's name
        with self._lock:
            ((table, requests),) = RequestItems.items()
            self.sizes.append(len(requests))
            self.items += [request["PutRequest"]["Item"] for request in requests[: self._most]]
            rest = requests[self._most :]
            return {"UnprocessedItems": {table: rest} if rest else {}}

    def batch_get_item(self, RequestItems: Mapping[str, Any]) -> Any:  # noqa: N803 - boto3's name
        with self._lock:
            ((table, request),) = RequestItems.items()
            assert request["ConsistentRead"] is True
            found, rest = request["Keys"][: self._most], request["Keys"][self._most :]
            self.sizes.append(len(request["Keys"]))
            return {
                "Responses": {table: list(found)},
                "UnprocessedKeys": {table: {**request, "Keys": rest}} if rest else {},
            }


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_FIRST_PAUSE", 0)


@pytest.mark.parametrize("most", [25, 24, 9, 4])
def test_everything_is_written_even_if_only_parts_are_taken(most: int) -> None:
    client = Reluctant(most)
    put_all(cast("Any", client), "t", KEYS)
    assert sorted(map(str, client.items)) == sorted(map(str, KEYS))
    assert max(client.sizes) == 25


@pytest.mark.parametrize("most", [100, 60, 13])
def test_everything_is_read_even_if_only_parts_are_answered(most: int) -> None:
    client = Reluctant(most)
    found = get_all(cast("Any", client), "t", KEYS)
    assert sorted(map(str, found)) == sorted(map(str, KEYS))
    assert max(client.sizes) == 100


def test_what_is_never_taken_is_an_error() -> None:
    with pytest.raises(ThroughputExhaustedError):
        put_all(cast("Any", Reluctant(0)), "t", KEYS)
    with pytest.raises(ThroughputExhaustedError):
        get_all(cast("Any", Reluctant(0)), "t", KEYS)


@pytest.mark.parametrize("most", [100, 60, 13])
def test_everything_readable_is_read_even_if_only_parts_are_answered(most: int) -> None:
    told: list[Exception] = []
    found, unread = get_readable(cast("Any", Reluctant(most)), "t", KEYS, told.append)
    assert sorted(map(str, found)) == sorted(map(str, KEYS))
    assert (unread, told) == ([], [])


def test_what_is_never_answered_is_told_and_named() -> None:
    told: list[Exception] = []
    found, unread = get_readable(cast("Any", Reluctant(3)), "t", KEYS, told.append)
    assert len(found) == 3 * 3 * 8, "eight tries of each of three batches"
    assert sorted(map(str, [*found, *unread])) == sorted(map(str, KEYS)), "each key is read or unread, never both"
    assert [type(error) for error in told] == [ThroughputExhaustedError] * 3


def test_results_stand_in_order_and_the_first_error_is_raised() -> None:
    assert in_parallel(lambda number: number * 2, range(50)) == [number * 2 for number in range(50)]
    assert in_parallel(str, []) == []
    for items in ([0], [2, 0, 1]):
        with pytest.raises(ZeroDivisionError):
            in_parallel(lambda number: 1 // number, items)


def test_batches_are_full_but_for_the_last() -> None:
    assert list(batches.batches("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert list(batches.batches([], 2)) == []
