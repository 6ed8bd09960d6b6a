"""What a changed record is told as, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees.notices import notices_of, offered
from kyotsu.addressees.records import Use
from kyotsu.addressees.standing import Standing, standing_of
from kyotsu.addressees.telling import principals_of, recorded, told
from tests.fakes.addressees import FRESH, LOCAL, TAX, WELFARE, record

P, Q = "800000000000017", "800000000000025"
AT = "20260502100000"


def standing(revision: int = 2, **changes: Any) -> Standing:
    return standing_of(record(revision=revision, uses=frozenset({TAX, WELFARE, LOCAL}), **changes))


def kinds(before: Standing | None, after: Standing) -> list[tuple[str, str | None, list[str]]]:
    found = told("141003", before, after, AT, {})
    return [
        (type(event).__name__.removeprefix("Addressee"), getattr(event, "principal", None), event.systems)
        for event in found
    ]


EVERYBODY = ["010", "022", "A01"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"principal": P}, [("Linked", P)]),
        ({"principal": P}, {}, [("Unlinked", P)]),
        ({"principal": P}, {"principal": Q}, [("Unlinked", P), ("Linked", Q)]),
        ({"principal": P}, {"principal": P}, []),
        ({}, {"deleted": True}, [("Closed", None)]),
        ({"principal": P}, {"deleted": True}, [("Unlinked", P), ("Closed", None)]),
        ({"deleted": True}, {"deleted": True}, []),
        ({"deleted": True}, {}, []),
    ],
)
def test_links_and_closings_are_told_to_everybody_who_uses_the_record(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = kinds(standing(1, **before), standing(**after))
    assert found == [(kind, principal, EVERYBODY) for kind, principal in expected]


def test_who_used_a_record_until_it_was_closed_is_told() -> None:
    closed = standing_of(record(revision=3, deleted=True, uses=frozenset[Use]()))
    assert kinds(standing(), closed) == [("Closed", None, EVERYBODY)]
    assert recorded("141003", standing(), closed).systems == EVERYBODY


def test_what_goes_to_all_who_use_a_record_names_no_principal() -> None:
    """Requirement: some of them may not know of it."""
    before, closed = standing(1, principal=P), standing(deleted=True)
    hidden = {P: standing_of(record(P, owner=TAX, closed_to_others=True))}
    linked, ended = list(told("141003", before, closed, AT, hidden))
    assert (linked.systems, ended.systems) == (["010"], EVERYBODY)
    (body,) = {notice.body for notice in notices_of(ended)}
    for tells in (ended, recorded("141003", before, before), recorded("141003", before, closed), body):
        assert P not in str(tells)


def test_a_first_registration_with_a_link_is_told_as_one() -> None:
    assert kinds(None, standing(1, principal=P)) == [("Linked", P, EVERYBODY)]


def test_what_is_closed_to_others_is_told_to_its_owner_alone() -> None:
    assert kinds(standing(1), standing(principal=P, closed_to_others=True)) == [("Linked", P, ["010"])]
    hidden = standing_of(record(P, owner=WELFARE, closed_to_others=True))
    found = told("141003", standing(1), standing(principal=P), AT, {P: hidden})
    assert [event.systems for event in found] == [["022"]]


def test_who_begins_to_use_a_linked_record_is_told_of_the_link() -> None:
    before = standing_of(record(principal=P, uses=frozenset({TAX})))
    after = standing_of(record(principal=P, uses=frozenset({TAX, WELFARE}), revision=2))
    assert kinds(before, after) == [("Linked", P, ["022"])]
    assert principals_of(before, after) == {P}
    hidden = standing_of(record(P, owner=TAX, closed_to_others=True))
    assert list(told("141003", before, after, AT, {P: hidden})) == []


def test_principals_are_asked_about_only_if_a_link_changed() -> None:
    assert principals_of(standing(1, principal=P), standing(principal=P)) == frozenset()
    assert principals_of(standing(1, principal=P), standing(principal=Q)) == {P, Q}
    assert principals_of(None, standing(1)) == frozenset()


def test_notices_have_the_same_name_and_content_each_time_and_tell_no_more_than_numbers() -> None:
    def made() -> list[tuple[str, str, bytes]]:
        events = told("141003", standing(1), standing(principal=P), AT, {})
        return [(notice.system, notice.key, notice.body) for event in events for notice in notices_of(event)]

    assert made() == made()
    assert [(system, key) for system, key, _ in made()] == [
        (system, f"notices/141003-{FRESH}-2-addressee-linked.json") for system in EVERYBODY
    ]
    everything = b"".join(body for _, _, body in made()).decode()
    assert not [value for value in record().person.values() if len(value) > 1 and value in everything]


def test_a_system_hears_where_its_notice_stands() -> None:
    (event,) = told("141003", standing(1), standing(principal=P), AT, {})
    last = list(notices_of(event))[-1]
    told_of = offered(last, "bucket-a01")
    assert (told_of.recipient, told_of.bucket, told_of.object_key) == ("a01", "bucket-a01", last.key)
    assert told_of.event_id == f"{event.event_id}-a01"
