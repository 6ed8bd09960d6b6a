"""`kyotsu catalogue check` reports every mistake with file and line: broken copies of the real catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kyotsu.catalogue.layouts import load_layout
from kyotsu.catalogue.loading import check_catalogue, load_catalogue
from kyotsu.catalogue.problems import CatalogueInvalidError, CatalogueProblem

REAL = Path(__file__).parents[3] / "catalogue"
RESIDENTS = "interfaces/001o006.yaml"
APIS = "apis.yaml"
SUPPORT = "layouts/001o009_v1.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REAL, tmp_path / "catalogue"))


def test_the_real_catalogue_has_no_mistake() -> None:
    assert check_catalogue(REAL) == []


FIRST_VERSION = "- { id: v"
FIRST_BRANCH = '- { id: "00"'
"""A mistake that only the whole of a list shows is told where the list begins."""

OLDER_VERSIONS = "".join(
    f'  - {{ provider: "031", call: app_submit/v{number}/jutogaishaatenabangofuban, operation: Create, name: 付番, '
    "source: ours, systems: any }\n"
    for number in (8, 9)
)
MISTAKES: list[tuple[str, ...]] = [
    ("systems.yaml", 'id: "002"', "id: 002", "Expected `str`"),
    ("systems.yaml", 'id: "002"', 'id: "0022"', "値が正しくありません"),
    ("systems.yaml", 'id: "003"', 'id: "004"', "004 が2回", "戸籍の附票"),
    ("systems.yaml", "kind: common", "kind: other", "Invalid enum value"),
    ("systems.yaml", "name: 印鑑登録, ", "", "項目 name がありません", 'id: "002"'),
    ("systems.yaml", "name: 印鑑登録", "name: 印鑑登録, colour: red", "項目 colour はありません"),
    ("categories.yaml", 'code: "1"', 'code: "10"', "値が正しくありません"),
    (APIS, 'provider: "031"', 'provider: "099"', "システム 099 は"),
    (APIS, "systems: any", 'systems: ["001", "0x1"]', "システム 0x1 は"),
    (APIS, "systems: any", 'systems: ["001", "001"]', "001 が2回"),
    (APIS, "systems: any", "systems: all", "値が正しくありません"),
    (APIS, "call: app_submit/v10/juto", "call: app_submit/juto", "版を含めて"),
    (APIS, "call: app_submit/v10/juto", "call: /v10/juto", "値が正しくありません"),
    (APIS, "operation: Create", "operation: create", "値が正しくありません"),
    (APIS, "source: published\n", "source: official\n", "Invalid enum value"),
    (
        APIS,
        "jutogaishaatenakihonjohosyokai\n    operation: Read",
        "jutogaishaatenabangofuban\n    operation: Create",
        "が2回",
        'provider: "031"\n    call: app_submit/v10/jutogaishaatenabangofuban\n    operation: Create\n'
        "    name: 住登外者宛名基本",
    ),
    (
        APIS,
        "atenakihonjohosyokai\n",
        "atenabangofuban\n",
        "app_submit/v10/jutogaishaatenabangofuban が2回",
        "atenabangofuban\n    operation: Read",
    ),
    (APIS, "apis:\n", f"apis:\n{OLDER_VERSIONS}", "版は2つまで", "call: app_submit/v10"),
    (RESIDENTS, "id: 001o006", "id: 001o007", "ファイル名は 001o007.yaml"),
    (RESIDENTS, "applier: residents", "applier: nobody", "applier は"),
    (RESIDENTS, "applier: residents", "applier: !strange residents", "値が正しくありません"),
    (RESIDENTS, 'providers: ["001"]', 'providers: ["099"]', "システム 099 は"),
    (RESIDENTS, 'providers: ["001"]', "providers: all", "値が正しくありません"),
    (RESIDENTS, '{ id: "002"', '{ id: "0x2"', "システム 0x2 は", "columns: [keys, "),
    (RESIDENTS, '{ id: "006"', '{ id: "002"', "002 が2回書かれています", "columns: [keys, "),
    (RESIDENTS, '{ id: "002",', '{ id: "002", purpose: gossip,', "利用目的 gossip は", "columns: [keys, "),
    (RESIDENTS, "[keys, status, person, address]", "[keys, all]", "グループ all は", "columns: [keys, "),
    (RESIDENTS, "[kojinbango]\n#", "[kojinbang]\n#", "項目 kojinbang はどの版の", "keys: [shiku"),
    (RESIDENTS, "withheld: [setaibango, ", "withheld: [", "居所が分かる項目", "withheld:"),
    (RESIDENTS, "withheld: [setaibango", "withheld: [setaibang", "項目 setaibang はどの版の", "withheld:"),
    (RESIDENTS, "modes: [F, D]", "modes: [F, E]", "Invalid enum value"),
    (RESIDENTS, "expected_every: P1D", "expected_every: P8D", "値が正しくありません"),
    (RESIDENTS, 'providers: ["001"]', "providers: any", "届かないことを監視できません", "expected_every"),
    (RESIDENTS, "modes: [F, D]", "modes: F", "Expected `array`"),
    (
        RESIDENTS,
        "completeness: optional",
        "completeness: optional\ncompleteness: required",
        "completeness が2回",
        "completeness: required",
    ),
    (RESIDENTS, "sealed: [kojinbango, juminhyokodo]", "sealed: [kojinbango]", "juminhyokodo は sealed に必ず"),
    (RESIDENTS, "sealed: [kojinbango,", "sealed: [kojinbango, kojinbangou,", "項目 kojinbangou は"),
    (RESIDENTS, "sealed: [kojinbango, juminhyokodo]", "", "kojinbango は sealed に必ず", "001o006"),
    (RESIDENTS, "retention_days: 90", "retention_days: 7", "値が正しくありません"),
    (RESIDENTS, "completeness: optional", "? [a]\n: b", "項目の名前は文字列"),
    (RESIDENTS, "accepted_until: 2026-03-31", "accepted_until: 2026-13-31", "month must be"),
    (RESIDENTS, "accepted_until: 2026-03-31", "accepted_until: soon", "値が正しくありません"),
    (RESIDENTS, "accepted_until: 2026-03-31", "accepted_until: 2025-03-31", "受付期間が逆", FIRST_VERSION),
    (RESIDENTS, "layout: 001o006_v1.csv", "layout: nothing.csv", "レイアウト nothing.csv がありません", FIRST_VERSION),
    (RESIDENTS, "- { id: v0,", "- { id: v1,", "v1 が2回", FIRST_VERSION),
    (RESIDENTS, '- { id: "02"', '- { id: "01"', "01 が2回", FIRST_BRANCH),
    (RESIDENTS, 'category: "2"', 'category: "7"', "住民区分 7 は", FIRST_BRANCH),
    (RESIDENTS, "reasons: 21-28", "reasons: 28-21", "範囲 28-21 が逆", FIRST_BRANCH),
    (RESIDENTS, "complete_set: true", "complete_set: true, modes: [D]", "00 は全件（F）を受け付けない", FIRST_BRANCH),
    (RESIDENTS, "complete_set: true", "complete_set: perhaps", "値が正しくありません"),
    (RESIDENTS, "planned: true", "planned: maybe", "値が正しくありません"),
    (SUPPORT, "no,item", "number,item", "ヘッダー行は"),
    (SUPPORT, "2,宛名番号", "3,宛名番号", "no は 2 です"),
    (SUPPORT, "2,宛名番号", "2,", "item が空です"),
    (SUPPORT, "2,宛名番号,atenabango", "2,宛名番号,Atenabango", "英小文字"),
    (SUPPORT, "2,宛名番号,atenabango", "2,宛名番号,shikuchosonkodo", "shikuchosonkodo が2回"),
    (SUPPORT, "atenabango,X", "atenabango,Y", "type は"),
    (SUPPORT, "atenabango,X,15", "atenabango,X,0", "length は"),
    (SUPPORT, "atenabango,X,15,required", "atenabango,X,15,always", "presence は"),
    (SUPPORT, "atenabango,X,15,required,1", "atenabango,X,15,required,2", "key は"),
    (SUPPORT, "1=支援措置;", "1=;", "codes は"),
    (SUPPORT, "1=支援措置;", "A-9=支援措置;", "codes は"),
    (SUPPORT, "2,宛名番号", "2,宛名番号,もう一つ", "項目数は8個"),
    (SUPPORT, "2,宛名番号,atenabango", "2,宛名番号,atenabango_fushohyoki", "不詳フラグの列がありません"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[found[2] for found in MISTAKES])
def test_a_mistake_is_told_with_its_file_and_line(root: Path, mistake: tuple[str, ...]) -> None:
    """A mistake: file, what stood there, what stands there now, what is told, and at which text (the new one)."""
    file, old, new, message, told = (*mistake, mistake[2])[:5]
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    broken = text.replace(old, new, 1)
    path.write_text(broken, encoding="utf-8")
    found = [problem for problem in check_catalogue(root) if problem.file == file and message in problem.message]
    assert [problem.line for problem in found] == [broken[: broken.index(told)].count("\n") + 1], check_catalogue(root)


UNREADABLE = [
    ("systems.yaml", b"systems:\n  - [\n", 3, "YAMLとして読めません"),
    ("systems.yaml", b"systems:\n  - \x07\n", 2, "制御文字"),
    ("systems.yaml", b"systems:\n\n  - \xff\n", 3, "UTF-8ではありません"),
    ("systems.yaml", b"", 1, "ファイルが空です"),
    ("systems.yaml", b"# nothing\nsystem: []\n", 2, "systems の一覧"),
    ("systems.yaml", b"systems: text\n", 1, "systems の一覧"),
    ("systems.yaml", b"systems: { a: b }\n", 1, "systems の一覧"),
    ("systems.yaml", b"- a\n", 1, "systems の一覧"),
    (RESIDENTS, b"text\n", 1, "「項目: 値」"),
    (RESIDENTS, b"a: b\n---\nc: d\n", 2, "YAMLとして読めません"),
    (SUPPORT, b"no,item\n\n\x8a", 3, "UTF-8ではありません"),
    (SUPPORT, b"", 1, "ヘッダー行は"),
]


@pytest.mark.parametrize(("file", "content", "line", "message"), UNREADABLE)
def test_a_file_that_can_not_be_read_is_told_with_its_line(
    root: Path, file: str, content: bytes, line: int, message: str
) -> None:
    (root / file).write_bytes(content)
    found = [problem for problem in check_catalogue(root) if problem.file == file]
    assert {problem.line for problem in found} == {line}
    assert any(message in problem.message for problem in found)


def test_a_missing_file_is_told(root: Path) -> None:
    (root / "systems.yaml").unlink()
    assert CatalogueProblem("systems.yaml", 1, "ファイルがありません。") in check_catalogue(root)


def test_all_mistakes_are_told_at_once_and_nothing_is_loaded(root: Path) -> None:
    path = root / RESIDENTS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("applier: residents", "aplier: residents").replace("modes: [F, D]", "modes: [X]"))
    told = [(problem.file, problem.line) for problem in check_catalogue(root)]
    assert told == [(RESIDENTS, 1), (RESIDENTS, 4), (RESIDENTS, 5)]
    with pytest.raises(CatalogueInvalidError, match=rf"{RESIDENTS}:4: .*aplier"):
        load_catalogue(root)


def test_a_layout_with_mistakes_is_not_loaded(root: Path) -> None:
    (root / SUPPORT).write_text("x", encoding="utf-8")
    with pytest.raises(CatalogueInvalidError, match=f"{SUPPORT}:1: "):
        load_layout(str(root), "001o009_v1.csv")
