"""Object keys: what a sender's key says, and where its answer goes (design.md, File linkage: Key, Answer)."""

from __future__ import annotations

from datetime import datetime

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import Mode
from kyotsu.linkage.keys import (
    MAX_KEY_BYTES,
    ObjectRef,
    answer_key,
    errors_key,
    is_linkage_file,
    normalized_interface,
    parse_key,
    spellings,
)
from kyotsu.linkage.rejection import FileRejectedError

NAME = "001o006_01_D_v1_20260401093000_000001"
LAWFUL = f"outbox/001o006-01/{NAME}.csv"


def refused(key: str) -> Outcome:
    with pytest.raises(FileRejectedError) as error:
        parse_key(key)
    return error.value.outcome


def test_a_lawful_key_says_everything() -> None:
    found = parse_key(LAWFUL)
    assert (found.interface, found.branch, found.mode, found.version) == ("001o006", "01", Mode.DIFFERENCE, "v1")
    assert (found.sent_at, found.sequence) == (datetime(2026, 4, 1, 9, 30), 1)  # noqa: DTZ001 - a label


@pytest.mark.parametrize("extension", ["csv", "CSV", "Csv"])
def test_the_extension_may_be_in_any_case(extension: str) -> None:
    key = f"outbox/001o006-01/{NAME}.{extension}"
    assert is_linkage_file(key)
    assert parse_key(key) == parse_key(LAWFUL)
    assert answer_key(ObjectRef("b", key, "1")) == f"answers/{NAME}.json"


@pytest.mark.parametrize("folder", ["001o06-01", "001o006-01"])
@pytest.mark.parametrize("interface", ["001o06", "001o006"])
def test_two_digit_serials_are_read_as_three(folder: str, interface: str) -> None:
    assert parse_key(f"outbox/{folder}/{interface}_01_D_v1_20260401093000_000001.csv").interface == "001o006"


def test_only_serials_are_normalized() -> None:
    assert [normalized_interface(text) for text in ("031i01", "A01o06", "nothing")] == ["031i001", "A01o006", "nothing"]


MALFORMED = {
    "nothing but an extension": ".csv",
    "interface too short": "01o006_01_D_v1_20260401093000_000001.csv",
    "interface without direction": "0010006_01_D_v1_20260401093000_000001.csv",
    "serial too short": "001o6_01_D_v1_20260401093000_000001.csv",
    "serial too long": "001o0006_01_D_v1_20260401093000_000001.csv",
    "branch too short": "001o006_1_D_v1_20260401093000_000001.csv",
    "branch too long": "001o006_001_D_v1_20260401093000_000001.csv",
    "unknown mode": "001o006_01_X_v1_20260401093000_000001.csv",
    "no mode": "001o006_01_v1_20260401093000_000001.csv",
    "version without v": "001o006_01_D_1_20260401093000_000001.csv",
    "no version": "001o006_01_D_20260401093000_000001.csv",
    "time too short": "001o006_01_D_v1_202604010930_000001.csv",
    "month 13": "001o006_01_D_v1_20261301093000_000001.csv",
    "30 February": "001o006_01_D_v1_20260230093000_000001.csv",
    "hour 24": "001o006_01_D_v1_20260401243000_000001.csv",
    "second 60": "001o006_01_D_v1_20260401093060_000001.csv",
    "year 0": "001o006_01_D_v1_00000401093000_000001.csv",
    "sequence too short": "001o006_01_D_v1_20260401093000_00001.csv",
    "sequence too long": "001o006_01_D_v1_20260401093000_0000001.csv",
    "full-width digits": "001o006_01_D_v1_20260401093000_00000１.csv",
    "hyphens": "001o006-01-D-v1-20260401093000-000001.csv",
    "space before the extension": "001o006_01_D_v1_20260401093000_000001 .csv",
    "a copy": "001o006_01_D_v1_20260401093000_000001 (1).csv",
    "a line feed": "001o006_01_D_v1_20260401093000_000001\n.csv",
    "more after the sequence": "001o006_01_D_v1_20260401093000_000001_x.csv",
}


@pytest.mark.parametrize("name", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_names_are_refused(name: str) -> None:
    assert refused(f"outbox/001o006-01/{name}") is outcomes.KEY_MALFORMED


@pytest.mark.parametrize("folder", ["", "001o006-02/", "001o009-01/", "001o006/", "001o006_01/", "x/001o006-01/"])
def test_folder_and_name_must_agree(folder: str) -> None:
    assert refused(f"outbox/{folder}{NAME}.csv") is outcomes.FOLDER_DISAGREES


@pytest.mark.parametrize(
    "key",
    [
        "answers/x.csv",
        "x.csv",
        "outbox",
        "outbox/",
        "outbox/001o006-01/",
        "outbox/x.csv/",
        "outbox/x.txt",
        "outbox/csv",
    ],
)
def test_everything_else_in_the_bucket_is_none_of_our_business(key: str) -> None:
    assert not is_linkage_file(key)


def test_answers_stand_under_the_senders_literal_name() -> None:
    ref = ObjectRef("b", "outbox/001o06-01/001o06_01_D_v1_x.y.csv", "1")
    assert answer_key(ref) == "answers/001o06_01_D_v1_x.y.json"
    assert errors_key(ref) == "answers/001o06_01_D_v1_x.y.errors.csv"


def test_a_name_too_long_for_its_answer_is_answered_under_its_receipt() -> None:
    """Every outcome is answered: even where the answer's key would not fit into 1,024 bytes."""
    ref = ObjectRef("b", f"outbox/{'あ' * 337}.csv", "1")
    assert len(ref.key.encode()) <= MAX_KEY_BYTES
    assert answer_key(ref).startswith("answers/あ")
    assert errors_key(ref) == f"answers/{ref.receipt_id}.errors.csv"


def test_a_receipt_stands_for_exactly_one_version() -> None:
    refs = [ObjectRef(*parts) for parts in (("b", "k", "1"), ("b", "k", "2"), ("b", "k1", ""), ("bk", "1", ""))]
    assert len({ref.receipt_id for ref in refs}) == len(refs)
    assert {len(ref.receipt_id) for ref in refs} == {26}


@pytest.mark.parametrize(
    ("interface", "spelt"),
    [
        ("001o006", ("001o006", "001o06")),
        ("001o06", ("001o006", "001o06")),
        ("001o123", ("001o123",)),
        ("nonsense", ("nonsense",)),
    ],
)
def test_every_spelling_that_is_accepted_is_told(interface: str, spelt: tuple[str, ...]) -> None:
    assert spellings(interface) == spelt
    assert {normalized_interface(each) for each in spelt} == {spelt[0]}
