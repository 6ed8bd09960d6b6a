"""Numbers: check digits against published specimens, nothing issued twice."""

from __future__ import annotations

import pytest

from kyotsu_cli.town import numbering
from tests.unit.town.reading import Town


@pytest.mark.parametrize("number", ["983205673214", "379474484458", "454972364860", "507957100721"])
def test_individual_number_specimens(number: str) -> None:
    assert numbering.national_check_digit(number[:-1]) == number[-1]


@pytest.mark.parametrize("code", ["24727059608", "24846016224", "25208017643"])
def test_resident_record_code_specimens(code: str) -> None:
    assert numbering.national_check_digit(code[:-1]) == code[-1]


# Weighted from the right by 2, 3, 4 …: 6·2 = 12 leaves 1; 1·3 + 4·2 = 11 leaves 0; 1·2 = 2 leaves 2.
@pytest.mark.parametrize(("body", "digit"), [("6", None), ("14", "0"), ("1", "9"), ("0", "0")])
def test_addressee_check_digit(body: str, digit: str | None) -> None:
    assert numbering.addressee_check_digit(body.zfill(14)) == digit


def test_serials_ascend_and_pass_over_remainder_one() -> None:
    serials = numbering.Serials(1)
    issued = [serials.issue() for _ in range(1000)]
    assert issued == sorted(set(issued))
    assert {len(number) for number in issued} == {15}
    assert "00000000000006" not in {number[:14] for number in issued}


@pytest.mark.parametrize(("code", "valid"), [("141003", True), ("141004", False), ("14100", False), ("14100３", False)])
def test_municipality_code(code: str, valid: bool) -> None:
    assert numbering.is_municipality_code(code) is valid


def test_national_numbers_are_never_shared() -> None:
    people = range(20_000)
    assert len({numbering.individual_number(7, person, change) for person in people for change in (0, 1)}) == 40_000
    assert len({numbering.resident_record_code(7, person, change) for person in people for change in (0, 1)}) == 40_000


def test_every_number_in_the_files_is_valid(town: Town) -> None:
    owners: dict[str, str] = {}
    for sent in (sent for rows in town.files.values() for sent in rows):
        row = sent.row
        for item in ("atenabango", "setaibango"):
            assert numbering.addressee_check_digit(row[item][:-1]) == row[item][-1]
        for item in ("kojinbango", "juminhyokodo"):
            assert numbering.national_check_digit(row[item][:-1]) == row[item][-1]
            assert owners.setdefault(row[item], row["atenabango"]) == row["atenabango"]
        for item in MUNICIPALITY_ITEMS:
            assert not row[item] or numbering.is_municipality_code(row[item])


MUNICIPALITY_ITEMS = (
    "shikuchosonkodo",
    "jusho_shikuchosonkodo",
    "tenshutsusakijushoyotei_shikuchosonkodo",
    "tennyumaejusho_shikuchosonkodo",
)
