"""Reception of 001o009: what rows count as, and what is remarked."""

from __future__ import annotations

import pytest

from kyotsu.protection.rows import place_and_start, place_of
from tests.fakes.deployment import NUMBER, Deployment
from tests.fakes.support import protected, support_body, support_name, support_row

OTHER = "000000000000027"
END = support_row(rirekibango="2", shiensochikubun="3", sosajikoku="12:00:00")


def codes(deployment: Deployment, answer: object) -> list[tuple[str, str]]:
    return [(line["line"], line["code"]) for line in deployment.errors(answer)]


def test_counts_tell_what_became_of_the_record() -> None:
    deployment = Deployment()
    first = deployment.send(support_name(), support_body(support_row(), support_row(atenabango=OTHER)))
    assert first["status"] == "ACCEPTED"
    assert first["counts"]["added"] == 2
    second = deployment.send(support_name(sequence=2), support_body(support_row(), END))
    assert (second["counts"]["unchanged"], second["counts"]["updated"]) == (1, 1)
    stale = deployment.send(support_name(sequence=3), support_body(support_row(sosajikoku="08:00:00")))
    assert stale["counts"]["stale"] == 1
    deleted = deployment.send(
        support_name(sequence=4), support_body(support_row(atenabango=OTHER, sosajikoku="13:00:00", sakujofuragu="1"))
    )
    assert deleted["counts"]["deleted"] == 1
    assert protected(deployment, [NUMBER, OTHER]) == set()


def test_a_wrong_number_is_remarked_because_it_protects_somebody_else() -> None:
    deployment = Deployment()
    answer = deployment.send(support_name(), support_body(support_row(atenabango="000000000000018")))
    assert answer["status"] == "ACCEPTED"
    assert codes(deployment, answer) == [("2", "W1003")]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ({"shiensochikubun": "4"}, "E1002"),
        ({"shiensochikaishinengappi": "2026-02-30"}, "E1003"),
        ({"shiensochikaishinengappi": ""}, "E0001"),
        ({"shiensochikaishinengappi": "20260401"}, "E1003"),
        ({"rirekibango": "123456"}, "E1001"),
        ({"rirekibango": "x"}, "E0002"),
        ({"shikuchosonkodo": "131016"}, "E1006"),
        ({"atenabango": "0" * 16}, "E1001"),
        ({"sosanengappi": "2999-01-01"}, "E1007"),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_protect(items: dict[str, str], code: str) -> None:
    deployment = Deployment()
    answer = deployment.send(support_name(), support_body(support_row(**items), support_row(atenabango=OTHER)))
    assert answer["status"] == "PARTIALLY_ACCEPTED"
    assert codes(deployment, answer) == [("2", code)]
    assert protected(deployment, [NUMBER, OTHER]) == {OTHER}


def test_the_end_date_may_be_open() -> None:
    deployment = Deployment()
    rows = [
        support_row(shiensochishuryonengappi=day, atenabango=who) for day, who in (("", NUMBER), ("9999-12-31", OTHER))
    ]
    assert deployment.send(support_name(), support_body(*rows))["status"] == "ACCEPTED"
    assert protected(deployment, [NUMBER, OTHER]) == {NUMBER, OTHER}


def test_whoever_is_not_named_is_not_protected() -> None:
    """Neither household nor address make anybody a 併せて支援を求める者: they have rows of their own."""
    deployment = Deployment()
    deployment.send(support_name(), support_body(support_row()))
    assert protected(deployment, [NUMBER, OTHER]) == {NUMBER}


def test_place_and_start_are_one_part_of_a_key() -> None:
    made = place_and_start("141003", "2026-04-01")
    assert (made, place_of(made)) == (14100320260401, 141003)
    for wrong in (("14100", "2026-04-01"), ("14100x", "2026-04-01"), ("141003", "20260401"), ("141003", "2026-02-30")):
        with pytest.raises(ValueError, match="neither"):
            place_and_start(*wrong)
