"""The two calls: what they refuse, in which words, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from kyotsu.addressees.store import INDIVIDUAL_NUMBER
from kyotsu.contracts.api import ApiAnswer
from kyotsu.contracts.audit import Deed
from kyotsu.integrated.conflicts import still_open
from kyotsu.integrated.items import MOST_PEOPLE
from kyotsu.integrated.records import ADDRESS, Category
from kyotsu.integrated.showing import UndecidedError
from kyotsu.integrated.store import Write
from tests.fakes.integrated import (
    LIBRARY,
    ONE,
    TELLER,
    THREE,
    TWO,
    MemoryCategories,
    MemoryIntegrated,
    Office,
    body,
    request,
    subject,
)
from tests.fakes.protection import MemoryLinks
from tests.fakes.sealing import FINGERPRINTS

NUMBER = "800000000000009"


def said(answer: ApiAnswer) -> Any:
    return msgspec.json.decode(msgspec.json.encode(answer.body))


def errors(answer: ApiAnswer) -> list[tuple[int, str]]:
    return [(error.get("renban", 0), error["code"]) for error in said(answer)["errors"]]


def asked(**items: object) -> Mapping[str, object]:
    own = {"shikuchosonkodo": "141003", "sosashaid": "1", "sosanengappi": "2026-05-01", "sosajikoku": "09:00"}
    return {**own, **items}


@pytest.fixture
def store() -> MemoryIntegrated:
    return MemoryIntegrated()


@pytest.fixture
def office(store: MemoryIntegrated) -> Office:
    return Office(store)


def test_a_person_gets_a_number(office: Office) -> None:
    answer = office.issue.answer(request(body()))
    assert answer.status == 200
    assert said(answer) == {
        "metadata": {"title": "団体内統合宛名番号付番", "detail": "登録が完了しました。"},
        "_links": {"self": {"href": "/app_submit/v10/dantainaitogoatenabangofuban"}},
        "result": [
            {
                "renban": 1,
                "shikuchosonkodo": "141003",
                "atenabango": NUMBER,
                "dantainaitogoatenabango": "900000000000001",
                "shinkifubanfuragu": "1",
                "sosashaid": "123456",
                "sosanengappi": "2026-05-01",
                "sosajikoku": "09:00:00",
            }
        ],
        "errors": [],
    }
    assert answer.numbers == (NUMBER, "900000000000001")
    assert ONE not in repr(answer)


def test_who_is_wrong_is_told_alone_and_the_others_are_done(office: Office) -> None:
    people = [
        subject(),
        subject(kojinbango="123456789012", atenabango="2"),  # check digit
        subject(kojinbango=TWO, atenabango="3", shimei=None, shimei_furigana="ミホン"),
        "nobody",
        subject(kojinbango=TWO),  # the number of the first one, which is a mistake
        subject(kojinbango=TWO, atenabango="4", sex="2"),
        subject(kojinbango=THREE, atenabango="5"),
    ]
    answer = office.issue.answer(request(body(*people)))
    assert answer.status == 200
    assert [entry["renban"] for entry in said(answer)["result"]] == [1, 7]
    assert errors(answer) == [(2, "E0002"), (3, "E0004"), (4, "E1569"), (5, "E1563"), (6, "E1501")]
    assert said(answer)["metadata"]["detail"] == "登録できなかった対象者があります。errorsを確認してください。"


def test_all_errors_of_a_person_come_in_item_order(office: Office) -> None:
    wrong = subject(kojinbango=None, atenabango="1 2", seibetsu=2, juminjotai="7", idojiyu="4a")
    answer = office.issue.answer(request(body(wrong)))
    assert answer.status == 400
    assert [(code, message.partition("は")[0].partition("が")[0]) for code, message in _entries(answer)] == [
        ("E0001", "個人番号"),
        ("E0002", "宛名番号"),
        ("E0002", "性別"),
        ("E0002", "住民状態"),
        ("E0002", "異動事由"),
    ]


def _entries(answer: ApiAnswer) -> list[tuple[str, str]]:
    return [(error["code"], error["message"]) for error in said(answer)["errors"]]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"shikuchosonkodo": "131016"}, ["E0002"]),
        ({"shikuchosonkodo": None, "sosashaid": " "}, ["E0001", "E0001"]),
        ({"gyomuid": "022"}, ["E0002"]),
        ({"dokujishisakushisutemutoid": "A01"}, ["E0002"]),
        ({"sosanengappi": "2026-05-03"}, ["E0002"]),
        ({"sosajikoku": "25:00"}, ["E0002"]),
        ({"taishosha": []}, ["E1566"]),
        ({"taishosha": {}}, ["E1566"]),
        ({"taishosha": [{}] * (MOST_PEOPLE + 1), "more": 1}, ["E1566", "E1501"]),
    ],
)
def test_a_wrong_header_refuses_everybody(office: Office, changes: dict[str, object], codes: list[str]) -> None:
    answer = office.issue.answer(request(body(**changes)))
    assert answer.status == 400
    assert errors(answer) == [(0, code) for code in codes]
    assert not office.audit.recorded


def test_a_system_that_may_not_handle_individual_numbers_is_refused(office: Office, store: MemoryIntegrated) -> None:
    answer = office.issue.answer(request(body(gyomuid=LIBRARY), LIBRARY))
    assert (answer.status, errors(answer)) == (400, [(0, "E1560")])
    assert not store.people


def test_one_individual_number_twice_in_a_request_is_one_person(office: Office, store: MemoryIntegrated) -> None:
    answer = office.issue.answer(request(body(subject(), subject(atenabango="2"))))
    numbers = [(entry["dantainaitogoatenabango"], entry["shinkifubanfuragu"]) for entry in said(answer)["result"]]
    assert numbers == [("900000000000001", "1"), ("900000000000001", "0")]
    assert len(store.people) == 1


def test_who_loses_to_another_request_gets_the_number_of_the_winner(office: Office, store: MemoryIntegrated) -> None:
    other = body(subject(atenabango="2"), gyomuid="022")
    store.interrupt = lambda: office.issue.answer(request(other, "022", attempt="r2"))
    answer = office.issue.answer(request(body()))
    (person,) = store.people.values()
    assert said(answer)["result"][0]["dantainaitogoatenabango"] == person.number
    assert said(answer)["result"][0]["shinkifubanfuragu"] == "0"
    assert [row.business for row in person.rows] == ["022", "010"]


def test_a_number_that_a_migration_reserved_is_not_issued(office: Office, store: MemoryIntegrated) -> None:
    assert store.reserve(["900000000000001", "77"]) == []
    answer = office.issue.answer(request(body()))
    assert said(answer)["result"][0]["dantainaitogoatenabango"] == "900000000000002"


def test_who_always_loses_is_told_to_come_again(office: Office, store: MemoryIntegrated) -> None:
    store.write = lambda writes: [False for _ in writes]  # type: ignore[method-assign]
    answer = office.issue.answer(request(body()))
    assert (answer.status, errors(answer)) == (400, [(1, "E1571")])


def test_a_range_that_a_migration_filled_is_passed_over(office: Office, store: MemoryIntegrated) -> None:
    store.reserve([f"9{index:014d}" for index in range(3_000)])
    answer = office.issue.answer(request(body()))
    assert int(said(answer)["result"][0]["dantainaitogoatenabango"]) >= 900000000003000


def test_the_same_key_tells_the_same_again_and_another_body_is_refused(office: Office) -> None:
    first = office.issue.answer(request(body(), key="k"))
    assert said(office.issue.answer(request(body(), key="k", attempt="r2"))) == said(first)
    answer = office.issue.answer(request(body(subject(shimei="別人")), key="k", attempt="r3"))
    assert (answer.status, errors(answer)) == (400, [(0, "E1508")])
    assert office.issue.answer(request(body(gyomuid="022"), "022", key="k")).status == 200


def test_null_empty_and_absent_items_of_a_person_are_the_same_request(office: Office) -> None:
    office.issue.answer(request(body(subject(shimei_furigana=None)), key="k"))
    again = office.issue.answer(request(body(subject(jusho_banchigohyoki="")), key="k", attempt="r2"))
    assert again.status == 200


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([subject(), subject(kojinbango=TWO, atenabango="2")], id="one more"),
        pytest.param([subject(), "nobody"], id="one more who is wrong"),
        pytest.param([subject(kojinbango=TWO, atenabango="2"), subject(kojinbango=THREE, atenabango="3")], id="others"),
    ],
)
def test_a_key_names_the_whole_body_and_another_one_does_nothing(
    office: Office, store: MemoryIntegrated, people: list[object]
) -> None:
    office.issue.answer(request(body(), key="k"))
    before = (dict(store.people), dict(store.done))
    answer = office.issue.answer(request(body(*people), key="k", attempt="r2"))
    assert (answer.status, errors(answer)) == (400, [(0, "E1508")])
    assert (store.people, store.done) == before


def test_another_body_is_refused_where_nobody_of_the_first_one_stands(office: Office, store: MemoryIntegrated) -> None:
    """Nobody at the places of the second body was done by the first one, of whom one was wrong."""
    office.issue.answer(request(body("nobody", subject(atenabango="2")), key="k"))
    answer = office.issue.answer(request(body(subject(kojinbango=TWO)), key="k", attempt="r2"))
    assert (answer.status, errors(answer)) == (400, [(0, "E1508")])
    assert len(store.people) == 1


def test_the_key_is_held_for_its_body_although_the_request_ended_before_anybody_was_written(
    office: Office, store: MemoryIntegrated
) -> None:
    write = store.write

    def broken(writes: Sequence[Write]) -> list[bool]:
        if any(one.change for one in writes):
            raise OSError
        return write(writes)

    store.write = broken  # type: ignore[method-assign]
    with pytest.raises(OSError):
        office.issue.answer(request(body(), key="k"))
    store.write = write  # type: ignore[method-assign]
    answer = office.issue.answer(request(body(subject(kojinbango=TWO)), key="k", attempt="r2"))
    assert (answer.status, errors(answer)) == (400, [(0, "E1508")])
    healed = office.issue.answer(request(body(), key="k", attempt="r3"))
    assert said(healed)["result"][0]["shinkifubanfuragu"] == "1"
    assert said(office.issue.answer(request(body(), key="k", attempt="r4"))) == said(healed)


@pytest.mark.parametrize("other", [TWO, ONE])
def test_of_two_requests_with_one_key_at_once_another_body_is_refused(
    office: Office, store: MemoryIntegrated, other: str
) -> None:
    """Both look, and find the key free; the other one holds it first."""
    store.interrupt = lambda: office.issue.answer(request(body(subject(kojinbango=other)), key="k", attempt="r2"))
    answer = office.issue.answer(request(body(), key="k"))
    assert len(store.people) == 1
    if other == ONE:
        assert said(answer)["result"][0]["shinkifubanfuragu"] == "1"
    else:
        assert (answer.status, errors(answer)) == (400, [(0, "E1508")])


def test_a_key_that_changed_nothing_may_name_the_corrected_request(office: Office, store: MemoryIntegrated) -> None:
    office.issue.answer(request(body()))
    refused = office.issue.answer(request(body(subject(kojinbango=TWO)), key="k", attempt="r2"))
    assert errors(refused) == [(1, "E1561")]
    assert not store.done
    corrected = body(subject(kojinbango=TWO, idojiyu="45"), sosajikoku="10:00:00")
    assert office.issue.answer(request(corrected, key="k", attempt="r3")).status == 200


def test_conflicts_are_refused_and_kept_for_a_clerk(office: Office, store: MemoryIntegrated) -> None:
    office.issue.answer(request(body(subject(), subject(kojinbango=TWO, atenabango="2"))))
    answer = office.issue.answer(request(body(subject(kojinbango=TWO)), attempt="r2"))
    assert (answer.status, errors(answer)) == (400, [(1, "E1562")])
    answer = office.issue.answer(request(body(subject(kojinbango=THREE)), attempt="r3"))
    assert errors(answer) == [(1, "E1561")]
    assert [(found.number, found.integrated, found.other) for found in store.conflicts()] == [
        (NUMBER, "900000000000001", "900000000000002"),
        (NUMBER, "900000000000001", ""),
    ]


def test_a_number_issued_by_somebodys_former_individual_number_is_kept_for_a_clerk(
    office: Office, store: MemoryIntegrated
) -> None:
    """A business that did not hear of the change asks for the same person under a number of its own."""
    office.issue.answer(request(body()))
    office.issue.answer(request(body(subject(kojinbango=TWO, idojiyu="45")), attempt="r2"))
    assert list(store.conflicts()) == []
    late = office.issue.answer(request(body(subject(atenabango="7"), gyomuid="022"), "022", attempt="r3"))
    assert late.status == 200
    (found,) = store.conflicts()
    assert (found.number, found.integrated, found.other) == ("7", "900000000000002", "900000000000001")
    assert [*still_open([found], store)] == [found]


def test_a_changed_individual_number_finds_the_same_number_and_the_old_one_nobody(office: Office) -> None:
    office.issue.answer(request(body()))
    changed = body(subject(kojinbango=TWO, idojiyu="45"), sosajikoku="10:00:00")
    answer = office.issue.answer(request(changed, attempt="r2"))
    assert said(answer)["result"][0]["dantainaitogoatenabango"] == "900000000000001"
    for number, found in ((ONE, []), (TWO, ["900000000000001"])):
        shown = said(office.show.answer(request(asked(kojinbango=number), attempt=number)))
        assert [person["dantainaitogoatenabango"] for person in shown["result"]] == found


@pytest.mark.parametrize("reason", ["45", "46"])
def test_the_individual_number_of_a_resident_is_changed_by_the_residents_system_alone(
    office: Office, store: MemoryIntegrated, reason: str
) -> None:
    office.residents = MemoryCategories({NUMBER: Category(1, "1")})
    office.issue.answer(request(body()))
    renumbered = subject(kojinbango=TWO, idojiyu=reason)
    answer = office.issue.answer(request(body(renumbered, sosajikoku="10:00:00"), attempt="r2"))
    assert (answer.status, errors(answer)) == (400, [(1, "E1572")])
    (person,) = store.people.values()
    assert person.fingerprint == TELLER.of_individual(ONE)
    assert [(found.number, found.integrated, found.other, found.by) for found in store.conflicts()] == [
        (NUMBER, person.number, "", "010")
    ]
    own = body(renumbered, sosajikoku="10:00:00", gyomuid="001")
    assert office.issue.answer(request(own, "001", attempt="r3")).status == 200
    # What was refused is done once the residents' side has changed.
    again = office.issue.answer(request(body(renumbered, sosajikoku="10:00:00"), attempt="r4"))
    assert again.status == 200
    assert store.people[person.number].fingerprint == TELLER.of_individual(TWO)


def test_a_resident_is_one_under_any_of_the_persons_numbers(office: Office, store: MemoryIntegrated) -> None:
    """The residents are asked of all of them, now: what was noted when a number was issued may be old."""
    office.issue.answer(request(body(subject(), subject(atenabango="2"))))
    changed = body(subject(kojinbango=TWO, idojiyu="45", atenabango="2"), sosajikoku="10:00:00")
    office.residents = MemoryCategories({NUMBER: Category(1, "1")})
    assert errors(office.issue.answer(request(changed, attempt="r2"))) == [(1, "E1572")]
    office.residents = MemoryCategories({NUMBER: Category(2, "3")})
    assert office.issue.answer(request(changed, attempt="r3")).status == 200
    (person,) = store.people.values()
    assert person.fingerprint == TELLER.of_individual(TWO)


def test_what_finds_a_person_matches_nothing_in_the_registry() -> None:
    assert TELLER.of_individual(ONE) != FINGERPRINTS.of(INDIVIDUAL_NUMBER, ONE)


def test_issuing_is_audited_before_anything_is_done(office: Office, store: MemoryIntegrated) -> None:
    class Broken:
        def record(self, *_: object) -> None:
            raise OSError

    office.audit = Broken()  # type: ignore[assignment]
    with pytest.raises(OSError):
        office.issue.answer(request(body()))
    assert not store.people


@pytest.mark.parametrize(
    "by", [{"atenabango": NUMBER}, {"dantainaitogoatenabango": "900000000000001"}, {"kojinbango": ONE}]
)
def test_a_person_is_shown_by_each_number(office: Office, by: dict[str, str]) -> None:
    office.issue.answer(request(body()))
    answer = office.show.answer(request(asked(**by), attempt="r2"))
    (person,) = said(answer)["result"]
    assert person == {
        "dantainaitogoatenabango": "900000000000001",
        "atena": [
            {
                "atenabango": NUMBER,
                "gyomuid": "010",
                "dokujishisakushisutemutoid": "000",
                "togoatenafuragu": "1",
            }
        ],
        **{name: value for name, value in subject().items() if name not in ("kojinbango", "atenabango")},
    }
    access, numbers = office.audit.recorded["r2"]
    assert (access.deed, access.withheld, numbers) == (Deed.READ, False, (NUMBER,))


def test_the_individual_number_is_shown_on_request_alone(office: Office) -> None:
    office.issue.answer(request(body()))
    answer = office.show.answer(request(asked(atenabango=NUMBER, kojinbangoyohi="1"), attempt="r2"))
    assert said(answer)["result"][0]["kojinbango"] == ONE
    assert ONE not in repr(answer)
    assert "見本" not in repr(answer)


def test_a_system_that_may_not_handle_individual_numbers_neither_asks_by_one_nor_gets_one(office: Office) -> None:
    office.issue.answer(request(body()))
    for items in ({"kojinbango": ONE}, {"atenabango": NUMBER, "kojinbangoyohi": "1"}):
        answer = office.show.answer(request(asked(**items), LIBRARY))
        assert (answer.status, errors(answer)) == (400, [(0, "E1560")])
    # It has no row of the person, either: there is nobody to it.
    assert said(office.show.answer(request(asked(atenabango=NUMBER), LIBRARY)))["result"] == []


def test_a_system_sees_its_own_rows_alone(office: Office) -> None:
    office.issue.answer(request(body()))
    office.issue.answer(request(body(subject(atenabango="2"), gyomuid="022", sosajikoku="10:00"), "022"))
    (person,) = said(office.show.answer(request(asked(atenabango=NUMBER), attempt="r3")))["result"]
    assert [(row["atenabango"], row["togoatenafuragu"]) for row in person["atena"]] == [(NUMBER, "0")]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ({}, "E1567"),
        ({"atenabango": "1", "kojinbango": ONE}, "E1567"),
        ({"kojinbango": "123456789012"}, "E0002"),
        ({"atenabango": "1", "kojinbangoyohi": "2"}, "E0002"),
        ({"atenabango": "1", "shimei": "x"}, "E1501"),
    ],
)
def test_wrong_look_ups_are_refused(office: Office, items: dict[str, str], code: str) -> None:
    answer = office.show.answer(request(asked(**items)))
    assert (answer.status, errors(answer)) == (400, [(0, code)])


def test_nobody_is_found(office: Office) -> None:
    answer = office.show.answer(request(asked(atenabango="1")))
    assert answer.status == 200
    assert said(answer)["result"] == []
    assert not office.audit.recorded


def test_the_address_of_a_protected_person_is_absent_whichever_number_is_protected(office: Office) -> None:
    office.issue.answer(request(body(subject(), subject(atenabango="2"))))
    office.protection.protected.add("2")
    (person,) = said(office.show.answer(request(asked(atenabango=NUMBER), attempt="r2")))["result"]
    assert not set(ADDRESS) & person.keys()
    assert person["shimei"]
    assert office.audit.recorded["r2"][0].withheld


def test_a_number_that_is_linked_in_the_registry_protects_as_well(office: Office) -> None:
    """Requirement: the linked one stands for nobody here, and its measure hides where the person lives all the same."""
    office.issue.answer(request(body()))
    office.protection.links = MemoryLinks([{NUMBER, "7"}])
    answer = office.show.answer(request(asked(atenabango=NUMBER), attempt="r2"))
    assert set(ADDRESS) & said(answer)["result"][0].keys()
    office.protection.protected.add("7")
    answer = office.show.answer(request(asked(atenabango=NUMBER), attempt="r3"))
    assert not set(ADDRESS) & said(answer)["result"][0].keys()
    access, numbers = office.audit.recorded["r3"]
    assert (access.withheld, numbers, answer.numbers) == (True, (NUMBER,), ("900000000000001", NUMBER)), "its own alone"


def test_where_nothing_can_be_told_of_links_or_of_who_is_linked_nothing_is_shown(office: Office) -> None:
    office.issue.answer(request(body()))
    office.protection.links = links = MemoryLinks([{NUMBER, "7"}])
    office.protection.undecided.add("7")
    with pytest.raises(UndecidedError):
        office.show.answer(request(asked(atenabango=NUMBER), attempt="r2"))
    office.protection.undecided.clear()
    links.unknown.add("7")
    with pytest.raises(UndecidedError):
        office.show.answer(request(asked(atenabango=NUMBER), attempt="r2"))
    assert "r2" not in office.audit.recorded


def test_where_nothing_can_be_decided_nothing_is_shown(office: Office) -> None:
    office.issue.answer(request(body()))
    office.protection.nobody = True
    with pytest.raises(UndecidedError):
        office.show.answer(request(asked(atenabango=NUMBER), attempt="r2"))
    assert "r2" not in office.audit.recorded


def test_the_residents_category_bars_others_from_the_flag(office: Office, store: MemoryIntegrated) -> None:
    office.residents = MemoryCategories({NUMBER: Category(1, "1")})
    office.issue.answer(request(body()))
    office.issue.answer(request(body(gyomuid="022", sosajikoku="10:00"), "022"))
    (person,) = store.people.values()
    assert person.flagged is not None
    assert person.flagged.business == "010"
