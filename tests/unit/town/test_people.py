"""The special people are what the manifest says they are."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.unit.town.reading import Town

SELECTORS = {chr(code) for code in range(0xE0100, 0xE01F0)}


def _branches(town: Town, number: str) -> set[str]:
    return {sent.branch for sent in town.rows_of(number)}


def test_a_key_never_has_two_contents_at_one_moment(town: Town) -> None:
    seen = Counter(
        (sent.row["atenabango"], sent.key, sent.operated_at) for rows in town.files.values() for sent in rows
    )
    assert [identity for identity, count in seen.items() if count > 1] == []


def test_twins_share_birth_date_and_household(town: Town) -> None:
    groups = defaultdict(list)
    for number in town.people("twin"):
        row = town.current(number)
        groups[row["setaibango"]].append(row)
    assert len(groups) >= 2
    for first, second in groups.values():
        assert first["seinengappi"] == second["seinengappi"]
        assert first["shimei"] != second["shimei"]
        assert first["shimei"].split("　")[0] == second["shimei"].split("　")[0]


def test_strangers_share_name_sex_and_birth_date_but_no_household(town: Town) -> None:
    rows = [town.current(number) for number in town.people("same_name_stranger")]
    assert len({(row["shimei"], row["shimei_furigana"], row["seibetsu"], row["seinengappi"]) for row in rows}) == 1
    assert len({row["setaibango"] for row in rows}) == len(rows) >= 2


def test_foreigners(town: Town) -> None:
    for number in town.people("foreigner"):
        row = town.current(number)
        assert row["juminshubetsu"] == "2"
        assert row["shimei_gaikokujinromaji"]
    for number in town.people("alias"):
        row = town.current(number)
        assert row["tsusho"]
        assert row["tsusho_furigana"]
        assert row["shimei"] == row["shimei_gaikokujinkanji"] != ""


def test_variants_and_selectors(town: Town) -> None:
    for number in town.people("variation_selector"):
        assert SELECTORS & set(town.current(number)["shimei"])
    assert town.people("variant_character")


def test_former_surname_and_building(town: Town) -> None:
    for number in town.people("former_surname"):
        assert town.current(number)["kyushi"]
        assert town.current(number)["kyushi_furigana"]
    assert all(any(s.row["jusho_katagaki"] for s in town.rows_of(number)) for number in town.people("building"))


def test_blank_names_and_indefinite_dates(town: Town) -> None:
    assert all(town.current(number)["shimei"] == "" for number in town.people("blank_name"))
    for number in town.people("indefinite_birth_date"):
        assert town.current(number)["seinengappi_fushohyoki"]
    for number in town.people("indefinite_event_date"):
        assert any(sent.row["idonengappi_fushohyoki"] for sent in town.rows_of(number))


def test_the_missing_are_dead_by_branch_not_by_reason(town: Town) -> None:
    after = [number for number in town.people("missing") if "06" in _branches(town, number)]
    assert after
    for number in after:
        assert town.current(number)["idojiyu"] == "26"
        assert town.truth[number]["category"] == "3"


def test_change_of_nationality_is_minus_then_plus(town: Town) -> None:
    for kind, reasons in (("naturalised", "24 04"), ("nationality_acquired", "24 04"), ("nationality_lost", "25 05")):
        for number in town.people(kind):
            rows = {sent.key: sent for sent in town.rows_of(number) if sent.branch == "07"}
            assert " ".join(rows[key].row["idojiyu"] for key in sorted(rows)).endswith(reasons)
            assert town.truth[number]["category"] == "1"
            minus, plus = (rows[key] for key in sorted(rows)[-2:])
            assert minus.row["juminshubetsu"] != plus.row["juminshubetsu"]


def test_the_nationality_acquired_never_cease_to_be_registered(town: Town) -> None:
    for number in town.people("nationality_acquired"):
        assert [change["category"] for change in town.truth[number]["history"]] == ["1"]


def test_the_returned_keep_their_number(town: Town) -> None:
    for number in town.people("returned"):
        assert town.truth[number]["before"]["category"] in ("2", "9")
        assert _branches(town, number) & {"01", "09"}


def test_cancellations(town: Town) -> None:
    for number in town.people("move_in_cancelled"):
        assert town.truth[number]["category"] == "9"
        assert "10" in _branches(town, number)
    for number in town.people("relocation_cancelled"):
        assert town.current(number)["idojiyu"] == "59"
        assert town.truth[number]["category"] == "1"
    for number in town.people("move_out_cancelled"):
        assert town.truth[number]["category"] == "1"
        assert _branches(town, number) >= {"03", "09"}


def test_planned_move_outs_are_still_residents_in_their_rows(town: Town) -> None:
    for number in town.people("planned_move_out"):
        rows = [sent.row for sent in town.rows_of(number)]
        assert any(row["juminjotai"] == "1" and row["tenshutsuyoteinengappi"] > row["sosanengappi"] for row in rows)


def test_households_split_and_merge(town: Town) -> None:
    for number in town.people("merged_household"):
        row = town.current(number)
        assert row["tsuzukigarakodo1"] == "20"
        assert len({sent.row["setaibango"] for sent in town.rows_of(number)}) == 2
    for number in town.people("split_household"):
        assert town.current(number)["tsuzukigarakodo1"] == "02"


def test_corrections(town: Town) -> None:
    for number in town.people("overridden_key"):
        per_key = defaultdict(set)
        for sent in town.rows_of(number):
            if sent.row["saishinfuragu"] == "1":
                per_key[sent.key].add(sent.operated_at)
        assert any(len(moments) > 1 for moments in per_key.values())
    for number in town.people("deleted_key"):
        assert any(sent.row["sakujofuragu"] == "1" for sent in town.rows_of(number))
    for number in town.people("restored_key"):
        assert town.truth[number]["category"] == "3"
        assert [change["category"] for change in town.truth[number]["history"]] == ["1", "3", "1", "3"]
    for number in town.people("never_came"):
        assert town.truth[number]["category"] is None
    for number in town.people("sub_number"):
        assert any(sent.key[1] > 0 for sent in town.rows_of(number))
    for number in town.people("rewritten"):
        assert town.truth[number]["category"] == "1"


def test_the_truth_agrees_with_what_the_stories_mean(town: Town) -> None:
    """住民区分 is 住民状態 of the current record, but for the planned (2 at once) and those who never came."""
    for number, line in town.truth.items():
        if line["category"] is None:
            assert number in town.people("never_came")
            continue
        row = town.current(number)
        planned = row["juminjotai"] == "1" and row["idojiyu"] in ("21", "22")
        assert line["category"] == ("2" if planned else row["juminjotai"]), number
