"""住登外者宛名基本情報照会 over people in memory: whom it shows to whom, and what it tells (docs/decisions/0137)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.history_call import ShowingUndecidedError
from kyotsu.addressees.indexed_people import KnownResident, forms_of
from kyotsu.addressees.search.finding import MOST_BATCHES, SPARE
from kyotsu.contracts.audit import Deed
from tests.fakes.addressees import FRESH, RESIDENT, TAX, WELFARE
from tests.fakes.protection import MemoryLinks, MemoryProtection
from tests.fakes.searching import (
    ASKED,
    HANAKO,
    HOME,
    OLD_HOME,
    SEARCH_ID,
    WHERE_SHE_WAS,
    SearchOffice,
    office,
)

SECOND = "800000000000017"
THIRD = "800000000000025"
NOTHING: dict[str, Any] = dict.fromkeys(ASKED)
TARO = {
    **HANAKO,
    "shimei": "鈴木　太郎",
    "uji_nihonjin": "鈴木",
    "na_nihonjin": "太郎",
    "shimei_furigana": "スズキ　タロウ",
    "seinengappi": "1950-01-01",
    "seibetsu": "1",
}
MARRIED = {**HANAKO, "shimei": "大島　佐和子", "uji_nihonjin": "大島", "shimei_furigana": "オオシマ　サワコ"}
MOVED = {**HANAKO, **OLD_HOME}


def codes(row: dict[str, Any]) -> list[str]:
    return [why["code"] for why in row["riyu"]]


# What is shown


def test_a_row_has_who_it_is_how_probable_and_why() -> None:
    (row,) = office().rows()
    assert row.pop("tokuten") >= 99
    assert row.pop("riyu") == [
        {"code": "N01", "text": "氏名一致"},
        {"code": "K01", "text": "カナ一致"},
        {"code": "B01", "text": "生年月日一致"},
        {"code": "S01", "text": "性別一致"},
        {"code": "A01", "text": "住所一致"},
    ]
    assert row == {
        "shikuchosonkodo": "141003",
        "atenabango": FRESH,
        "rirekibango": 1,
        **HANAKO,
        "jusho": HOME,
        "rirekiitchi": "0",
        "yokushifuragu": "0",
        "riyofuragu": "1",
        "nayosemotofuragu": "0",
        "tagyomusanshofukafuragu": "0",
    }


def test_nobody_is_an_answer() -> None:
    assert SearchOffice().rows() == []


def test_a_stranger_with_the_same_birthday_is_no_candidate() -> None:
    found = office(townspeople=3_800_000)
    found.add(SECOND, {**TARO, "seinengappi": HANAKO["seinengappi"]})
    assert [row["atenabango"] for row in found.rows()] == [FRESH]


def test_the_most_probable_stands_first_and_no_more_rows_come_than_were_asked_for() -> None:
    found = office(townspeople=10)
    found.add(SECOND, {**HANAKO, "seinengappi": "1974-03-21"})
    found.add(THIRD, {**HANAKO, "seinengappi": "1934-08-09"})
    points = [(row["atenabango"], row["tokuten"]) for row in found.rows()]
    assert [number for number, _ in points][:2] == [FRESH, SECOND]
    assert points == sorted(points, key=lambda pair: -pair[1])
    assert len(found.rows(saidaikensu="1")) == 1


def test_never_more_than_twelve_reads_and_three_batches() -> None:
    found = office(townspeople=1)
    for serial in range(150):
        found.add(f"8100000000{serial:05d}", {**HANAKO, "jusho_katagaki": f"{serial}号室"})
    found.index.build(found.people)
    found.behind, looked = True, list[int]()
    look = found.people.look

    def counted(numbers: Any, *, residents: bool) -> Any:
        looked.append(len(numbers))
        return look(numbers, residents=residents)

    found.people.look = counted  # type: ignore[method-assign]
    assert len(found.rows(saidaikensu="50")) == 50
    assert found.index.reads <= 12
    assert len(looked) == 1
    looked.clear()
    nobody = {**NOTHING, "jusho": HOME, "shimei": "皆無　太郎", "itchihoho": {"shimei": "1"}}
    assert found.rows(**nobody) == []
    assert len(looked) == MOST_BATCHES
    assert looked[1:] == [10 + SPARE] * (MOST_BATCHES - 1), "beside those who are ranked without an address"


def test_a_neighbour_is_shown_however_many_protected_people_live_there() -> None:
    """Else whoever is registered at a shelter's address could tell by not being shown that it is one."""
    found = office(townspeople=1)
    for serial in range(150):
        found.add(f"8100000000{serial:05d}", HANAKO)
    found.protection.protected = set(found.registry.records)
    found.add("820000000000001", HANAKO)
    (shown,) = found.rows(**{**NOTHING, "jusho": HOME}, saidaikensu="1")
    assert shown["atenabango"] == "820000000000001"


def test_an_earlier_name_and_an_earlier_address_are_told() -> None:
    found = SearchOffice()
    found.add(FRESH, MARRIED, MOVED)
    (by_name,) = found.rows(jusho="")
    assert (by_name["shimei"], by_name["rirekiitchi"]) == ("大島　佐和子", "1")
    assert {"N01", "N07"} <= set(codes(by_name)), "as it was written then"
    (by_address,) = found.rows(shimei="大島　佐和子", shimei_furigana="オオシマ　サワコ", jusho=WHERE_SHE_WAS)
    assert by_address["rirekiitchi"] == "1"
    assert "A07" in codes(by_address)
    assert by_address["jusho"] == HOME, "what is shown is what holds now"


def test_what_is_shown_and_scored_is_the_record_and_not_the_index() -> None:
    found = office()
    found.index.build(found.people)
    found.behind = True
    found.add(FRESH, TARO)
    assert found.rows() == [], "somebody else has the number's record by now"
    found.add(FRESH, {**HANAKO, "jusho_katagaki": "２０１号室"})
    (row,) = found.rows()
    assert (row["jusho_katagaki"], "A03" in codes(row)) == ("２０１号室", True)
    found.registry.records[FRESH] = replace(found.registry.records[FRESH], deleted=True)
    assert found.rows() == []
    del found.registry.records[FRESH]
    assert found.rows() == []


def test_a_link_is_told_unless_its_principal_is_closed_to_the_reader() -> None:
    found = SearchOffice()
    found.add(SECOND, TARO)
    found.add(FRESH, HANAKO, principal=SECOND)
    assert found.rows("022")[0]["nayosesakiatenabango"] == SECOND
    found.add(SECOND, TARO, closed_to_others=True)
    (row,) = found.rows("022")
    assert (row["nayosemotofuragu"], "nayosesakiatenabango" in row, row["riyofuragu"]) == ("0", False, "0")
    assert found.rows("010")[0]["nayosesakiatenabango"] == SECOND


# 他業務参照不可


def test_a_record_that_is_closed_to_others_is_found_by_its_owner_alone() -> None:
    found = SearchOffice()
    found.add(FRESH, HANAKO, closed_to_others=True)
    assert [row["tagyomusanshofukafuragu"] for row in found.rows("010")] == ["1"]
    for whom in ("1", "2"):
        assert found.rows("022", taisho=whom) == []
    assert found.audit.seen("022") == set()


def test_who_is_a_resident_too_is_shown_as_one_and_nothing_of_a_closed_record_is() -> None:
    found = SearchOffice()
    found.add(FRESH, {**HANAKO, "tsusho": "花子"}, closed_to_others=True)
    found.resident(FRESH, {**HANAKO, **OLD_HOME}, category="2")
    (row,) = found.rows("022", taisho="2")
    assert (row["juminkubun"], row["jusho"]) == ("2", WHERE_SHE_WAS), "住登外者 is what nobody else may know"
    assert not row.keys() & {"tsusho", "riyofuragu", "tagyomusanshofukafuragu"}
    (own,) = found.rows("010", taisho="2")
    assert (own["juminkubun"], own["jusho"], own["tsusho"]) == ("X", HOME, "花子")


def test_earlier_data_that_were_closed_then_find_and_tell_nothing() -> None:
    found = SearchOffice()
    found.add(FRESH, TARO, HANAKO, closed=[True, False])
    assert found.rows() == []
    assert found.rows("022") == []
    found.add(SECOND, {**HANAKO, **OLD_HOME}, HANAKO, closed=[True, False])
    (row,) = found.rows("022")
    assert (row["rirekiitchi"], codes(row)[-1]) == ("0", "A90")


# Residents


def test_residents_are_found_only_if_asked_for_with_their_category() -> None:
    found = SearchOffice()
    found.resident(RESIDENT, {**HANAKO, **OLD_HOME}, HANAKO, category="2")
    assert found.rows() == []
    (row,) = found.rows(taisho="2")
    assert (row["atenabango"], row["juminkubun"], row["rirekibango"], row["jusho"]) == (RESIDENT, "2", 2, HOME)
    assert not row.keys() & {"riyofuragu", "kojinbango", "juminhyokodo", "setaibango"}
    (moved,) = found.rows(taisho="2", jusho=WHERE_SHE_WAS)
    assert (moved["rirekiitchi"], "A07" in codes(moved)) == ("1", True)


def test_somebody_in_both_is_one_row() -> None:
    found = office()
    found.resident(FRESH, {**HANAKO, **OLD_HOME}, category="1")
    (row,) = found.rows(taisho="2")
    assert (row["juminkubun"], row["jusho"]) == ("1", WHERE_SHE_WAS), "a current 住登者 is as the residents say"
    assert "juminkubun" not in found.rows()[0]
    found.resident(FRESH, {**HANAKO, **OLD_HOME}, category="2")
    (row,) = found.rows(taisho="2")
    assert (row["juminkubun"], row["jusho"]) == ("X", HOME)


def test_whose_file_was_taken_back_meanwhile_is_not_shown() -> None:
    found = SearchOffice()
    found.resident(RESIDENT, HANAKO)
    details = found.people.details
    found.people.details = lambda wanted: replace(details(wanted), versions={})  # type: ignore[method-assign]
    assert found.rows(taisho="2") == []


# 抑止


def test_a_protected_person_carries_the_mark_and_a_null_address() -> None:
    found = office(protection=MemoryProtection(protected={FRESH}))
    (row,) = found.rows()
    assert (row["yokushifuragu"], row["jusho"]) == ("1", None)
    assert not [name for name in row if name.startswith(("jusho_", "shiteitoshi_"))]
    assert not [code for code in codes(row) if code.startswith("A")]
    assert HOME not in str(row)
    assert found.audit.seen("010", withheld=True) == {FRESH}
    assert found.audit.seen("010", withheld=False) == set()


@pytest.mark.parametrize("address", [HOME, WHERE_SHE_WAS, "北海道札幌市北区北七条西１丁目１番", "", "神奈川県横浜市"])
def test_no_address_changes_what_is_told_of_a_protected_person(address: str) -> None:
    found = SearchOffice(protection=MemoryProtection(protected={FRESH}))
    found.add(FRESH, MOVED, HANAKO)
    assert found.rows(jusho=address) == found.rows(jusho="")


def test_earlier_data_that_are_read_for_an_address_tell_nothing_of_a_protected_person() -> None:
    """Her earlier name is read only if it matters whether she moved: that it was read must not show."""
    found = SearchOffice(protection=MemoryProtection(protected={FRESH}))
    found.add(FRESH, {**HANAKO, "shimei": "渡辺　佐和子", "uji_nihonjin": "渡辺"}, MOVED)
    (row,) = found.rows(jusho=WHERE_SHE_WAS)
    assert "N02" in codes(row)
    assert [row] == found.rows(jusho="") == found.rows(jusho=HOME)


@pytest.mark.parametrize("address", [HOME, WHERE_SHE_WAS])
def test_a_protected_person_is_not_found_by_an_address(address: str) -> None:
    found = SearchOffice(protection=MemoryProtection(protected={FRESH}), townspeople=1)
    found.add(FRESH, MOVED, HANAKO)
    found.resident(RESIDENT, MOVED, HANAKO)
    found.protection.protected.add(RESIDENT)
    for whom in ("1", "2"):
        assert found.rows(**{**NOTHING, "jusho": address, "taisho": whom}) == []
    assert found.rows(itchihoho={"jusho": "2"}) == found.rows(itchihoho={"jusho": "1"}) == []
    assert found.audit.recorded == {}


def test_a_linked_number_is_as_protected_as_the_most_protected() -> None:
    links = MemoryLinks([{FRESH, SECOND}])
    found = office(protection=MemoryProtection(protected={SECOND}, links=links))
    assert found.rows()[0]["yokushifuragu"] == "1"


def test_protected_neighbours_take_nobodys_place() -> None:
    """More of them at one address than are read at once: a shelter."""
    found = SearchOffice(townspeople=1)
    for serial in range(30):
        number = f"8100000000{serial:05d}"
        found.add(number, {**HANAKO, "seinengappi": f"19{30 + serial}-01-01"})
        found.protection.protected.add(number)
    found.add(FRESH, {**TARO, "jusho_katagaki": "レジデンス港町１０１号室"})
    asked = {**NOTHING, "jusho": HOME}
    assert [row["atenabango"] for row in found.rows(**asked)] == [FRESH]


def test_what_cant_be_decided_is_not_shown() -> None:
    found = office(protection=MemoryProtection(undecided={FRESH}))
    with pytest.raises(ShowingUndecidedError):
        found.search()
    assert found.audit.recorded == {}


# Trail and note


def test_whom_a_search_shows_is_recorded_before_it_does() -> None:
    found = office(townspeople=10)
    found.add(SECOND, {**HANAKO, "jusho_katagaki": ""})
    found.protection.protected.add(SECOND)
    assert len(found.rows("022")) == 2
    access = {ids: (one, numbers) for ids, (one, numbers) in found.audit.recorded.items()}
    assert {ids: numbers for ids, (_, numbers) in access.items()} == {
        "search-1": (FRESH,),
        "search-1-withheld": (SECOND,),
    }
    for one, _ in access.values():
        assert (one.actor, one.purpose, one.deed) == ("022", "linkage", Deed.READ)
        assert one.subject == "app_submit/v10/jutogaishaatenakihonjohosyokai"


def test_what_cant_be_recorded_is_not_shown() -> None:
    class Refusing:
        def record(self, *_: object) -> None:
            raise OSError

    found = office()
    found.audit = Refusing()  # type: ignore[assignment]
    with pytest.raises(OSError):
        found.search()


def test_a_note_holds_numbers_and_points_and_nothing_of_a_person() -> None:
    found = office(noting=True)
    body: Any = found.search().body
    assert body.kensakuid == SEARCH_ID
    note = found.notes.kept[SEARCH_ID]
    assert (note.system, [number for number, _ in note.people]) == ("010", [FRESH])
    assert note.asked
    assert not [text for text in HANAKO.values() if len(text) > 1 and text in repr(note)]


def test_without_the_parameter_nothing_is_kept() -> None:
    found = office()
    body: Any = found.search().body
    assert (body.kensakuid, found.notes.kept) == (None, {})


def test_two_businesses_are_shown_the_same_but_for_their_use() -> None:
    found = SearchOffice()
    found.add(FRESH, HANAKO, uses=frozenset({TAX, WELFARE}))
    assert found.rows("010") == found.rows("022")


def test_the_index_holds_nothing_that_was_closed_to_who_may_read_the_record_now() -> None:
    """Else a search by what was closed would find the person, whatever the answer leaves out."""

    def names(closed: list[bool], **fields: Any) -> int:
        found = SearchOffice()
        found.add(FRESH, TARO, HANAKO, closed=closed, **fields)
        records = [entry.record for entry in reversed(found.registry.history(FRESH))]
        return len(forms_of(records, KnownResident(None, ()))[Scope.NON_RESIDENTS].names)

    assert names([False, False]) == 2
    assert names([True, False]) == 1
    assert names([True, True]) == names([False, True]) == 2, "its owner may know what it closed itself"
    stranger = SearchOffice()
    stranger.add(FRESH, HANAKO, closed_to_others=True, owner=WELFARE)
    was = stranger.registry.records[FRESH]
    stranger.add(FRESH, TARO, closed_to_others=True)
    now = replace(stranger.registry.records[FRESH], revision=2)
    assert len(forms_of([now, was], KnownResident(None, ()))[Scope.NON_RESIDENTS].names) == 1
