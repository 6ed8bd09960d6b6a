"""Who is told to be the same person, perhaps."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees import suspects
from tests.fakes.addressees import FRESH, record, request
from tests.fakes.registry_contract import SECOND
from tests.fakes.sealing import FINGERPRINTS


def told(number: str = FRESH, **changes: Any) -> bytes | None:
    person = {**request().person, **changes}
    return suspects.fingerprint(record(number, person={k: v for k, v in person.items() if v}), FINGERPRINTS)


@pytest.mark.parametrize("name", ["見本花子", "見本 花子", "見本　 花子", "見本\U000e0100　花子"])
def test_written_otherwise_is_alike(name: str) -> None:
    assert told(SECOND, shimei=name) == told()


def test_width_and_case_of_a_foreign_name() -> None:
    wide, plain = ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith")
    assert told(shimei=wide) == told(shimei=plain)


@pytest.mark.parametrize(
    "changes",
    [
        {"shimei": "見本　次郎"},
        {"seinengappi": "1980-02-28"},
        {"seibetsu": "1"},
        {"seibetsu": None},
        {"jusho_shikugunchosonmei": "中央区"},
        {"jusho_katagaki": "１０１"},
    ],
)
def test_whoever_differs_in_one_of_four_is_another(changes: dict[str, Any]) -> None:
    assert told(**changes) not in (None, told())


@pytest.mark.parametrize(
    "changes", [{"shimei": None}, {"shimei": "　"}, {"seinengappi": None}, {"seinengappi_fushofuragu": "1"}]
)
def test_whoever_can_not_be_compared_is_alike_with_nobody(changes: dict[str, Any]) -> None:
    assert told(**changes) is None


def test_readings_and_postal_codes_are_not_compared() -> None:
    assert told(shimei_furigana="ミホン　ハナコ", jusho_yubinbango="1000001") == told()
