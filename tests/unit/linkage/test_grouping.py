"""Which chunks may be applied at the same time (docs/decisions/0006)."""

from __future__ import annotations

import csv
import io

import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.grouping import GROUP_CHUNKS, Group, groups_of
from kyotsu.linkage.receipts import Chunk, Scan

COLUMNS = ("kojinrirekibango", "atenabango")


def scanned(people: list[str], columns: tuple[str, ...] = COLUMNS) -> Scan:
    """Scan a file of one row per person given, a row or two to a chunk."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([columns, *(("1", person) for person in people)])
    with pytest.MonkeyPatch.context() as small:
        small.setattr(scanning, "CHUNK_BYTES", 1)
        small.setattr(scanning, "MAX_RECORD_BYTES", len(",".join(columns)) + 1)
        return scanning.scan([stream.getvalue().encode()], columns, "v1")


def starts(scan: Scan) -> list[bool]:
    return [chunk.starts_group for chunk in scan.chunks]


def test_a_group_may_start_where_one_person_ends_with_a_chunk() -> None:
    one, two, three = "1" * 15, "2" * 15, "3" * 15
    scan = scanned([one, two, two, three])
    assert starts(scan) == [True, True, True, False, True]  # the header is a chunk here, then each row


@pytest.mark.parametrize(
    "people", [["2" * 15, "1" * 15, "3" * 15], ["1" * 15, "2" * 15, "1" * 15], ["9" * 15, "", "9"]]
)
def test_a_file_that_is_not_sorted_is_one_group(people: list[str]) -> None:
    scan = scanned(people)
    assert starts(scan) == [True] + [False] * (len(scan.chunks) - 1)
    assert groups_of(scan.chunks) == [Group(0, len(scan.chunks) - 1)]


def test_a_file_whose_last_row_is_out_of_order_is_one_group() -> None:
    assert starts(scanned([f"{number:015d}" for number in [*range(30), 5]])).count(True) == 1


def test_a_file_without_addressee_numbers_is_one_group() -> None:
    scan = scanned([f"{number:015d}" for number in range(30)], ("kojinrirekibango", "setaibango"))
    assert starts(scan).count(True) == 1


def test_a_row_that_will_be_refused_for_its_fields_parts_nobody() -> None:
    """The person before it may go on after it: without this, both would be applied at the same time."""
    header, one, two = b"kojinrirekibango,atenabango\n", b"1,111111111111111\n", b"1,222222222222222\n"
    with pytest.MonkeyPatch.context() as small:
        small.setattr(scanning, "CHUNK_BYTES", 1)
        small.setattr(scanning, "MAX_RECORD_BYTES", len(header))
        wide = b"9,000000000000000,x,y,z,z\n"
        scan = scanning.scan([header + one + wide + one + wide + two], COLUMNS, "v1")
    assert starts(scan) == [True, True, False, False, False, True]


def test_a_group_is_no_shorter_than_its_size_and_ends_only_where_a_person_does() -> None:
    parted = [True, True, True, True, False, True, True, True, False, True, False]
    chunks = [Chunk(index, index, index + 1, index + 1, start) for index, start in enumerate(parted)]
    assert GROUP_CHUNKS == 4
    assert groups_of(chunks) == [Group(0, 4), Group(5, 8), Group(9, 10)]
    assert groups_of(chunks[:1]) == [Group(0, 0)]


def test_what_is_handed_over_stays_below_the_payload_limit_of_a_state_machine() -> None:
    """A receipt holds 10,000 chunks (an item of DynamoDB, 400 KB): their groups fit into 256 KB many times."""
    chunks = [Chunk(i, 3_000_000 * i, 3_000_000 * (i + 1), 10_000 * i, starts_group=True) for i in range(10_000)]
    groups = [{"first": group.first, "last": group.last} for group in groups_of(chunks)]
    assert len(str(groups)) < 256_000 / 2
