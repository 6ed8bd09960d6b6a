"""Who stands in the index of candidates, in which scope, and with what."""

from __future__ import annotations

from dataclasses import replace

from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.people import NameKind
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.indexed_people import KnownResident, forms_of
from tests.fakes.addressees import record
from tests.fakes.index import MOVED, NOBODY, versions

NOW = {"shimei": "大島　花子", "seinengappi": "1980-02-29", "jusho_choaza": "港町５丁目"}
BEFORE = {"shimei": "見本　花子", "seinengappi": "1980-02-28", "jusho_choaza": "呼続元町"}
SINGLE, EVERYBODY = Scope.NON_RESIDENTS, Scope.EVERYBODY


def names(form: Form) -> list[str]:
    return ["".join(name.kanji) for name in form.names]


def towns(form: Form) -> list[str]:
    return [address.town for address in form.addresses]


def test_an_open_record_is_in_both_scopes_with_what_it_said_before() -> None:
    found = forms_of(versions(NOW, BEFORE, BEFORE), NOBODY)
    assert found[SINGLE] == found[EVERYBODY]
    form = found[SINGLE]
    assert (names(form), [name.kind for name in form.names]) == (
        ["大島花子", "見本花子"],
        [NameKind.CURRENT, NameKind.EARLIER],
    )
    assert form.birth == "19800229", "what was corrected is no birth date any more"
    assert len(towns(form)) == 2


def test_a_closed_record_and_a_number_without_one_stand_nowhere() -> None:
    assert forms_of(versions(NOW, deleted=True), NOBODY) == {}
    assert forms_of([], NOBODY) == {}


def test_a_resident_is_in_everybodys_scope_whatever_the_category_and_with_earlier_names() -> None:
    for category in ("1", "2", "3", "9", None):
        found = forms_of([], replace(MOVED, category=category))
        assert found.keys() == {EVERYBODY}
        # 旧氏 goes with the given name of now.
        assert names(found[EVERYBODY]) == ["大島花子", "見本花子"]
        assert towns(found[EVERYBODY])[:2] == ["港町5", "呼続元"] or len(towns(found[EVERYBODY])) == 3


def test_where_somebody_moves_to_is_in_no_form() -> None:
    moving = KnownResident("2", ({**NOW, "tenshutsusakijushoyotei": "秘密町１番"},))
    assert not any("秘密" in town for town in towns(forms_of([], moving)[EVERYBODY]))


def test_of_who_is_in_both_sources_everybodys_scope_knows_both_and_the_registrys_its_own() -> None:
    found = forms_of(versions(BEFORE), MOVED)
    assert names(found[SINGLE]) == ["見本花子"]
    assert found[EVERYBODY].birth == "19800228", "who is a 住登外者 now is as the registry has it"
    assert set(names(found[EVERYBODY])) == {"見本花子", "大島花子"}
    back = forms_of(versions(BEFORE), replace(MOVED, category="1"))
    assert back[EVERYBODY].birth == "19800229", "a 住登者 is as the residents have it"
    assert names(back[EVERYBODY])[0] == "大島花子"


def test_what_is_closed_to_others_tells_nothing_of_a_resident() -> None:
    secret = {**BEFORE, "shimei": "秘密　花子", "jusho_choaza": "秘密町"}
    found = forms_of(versions(secret, closed_to_others=True), MOVED)
    assert found[EVERYBODY] == forms_of([], MOVED)[EVERYBODY]
    assert names(found[SINGLE]) == ["秘密花子"]
    alone = forms_of(versions(secret, closed_to_others=True), NOBODY)
    assert alone[EVERYBODY] == alone[SINGLE], "the registry decides who is shown it"


def test_a_linked_record_stands_by_itself() -> None:
    linked = replace(record(), principal="000000000000213")
    assert forms_of([linked], NOBODY) == forms_of([record()], NOBODY)


def test_what_the_own_source_leaves_open_the_other_one_says() -> None:
    unborn = {name: value for name, value in BEFORE.items() if name != "seinengappi"}
    assert forms_of(versions(unborn), MOVED)[EVERYBODY].birth == "19800229"
    assert forms_of(versions(unborn), MOVED)[SINGLE].birth == ""
