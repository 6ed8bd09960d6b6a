"""転入届 as PDF: what is on it, what is not, and what can't be drawn."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.moving.form.drawing import Drawn, draw, draw_batch, picture
from kyotsu.moving.form.fonts import MISSING, OURS, Fonts, NoFontError, find_fonts, read_fonts
from kyotsu.moving.form.forms import FormPerson, MoveInForm

PERSON = FormPerson(
    name="渡邉\U000e0101 太郎",
    name_kana="ワタナベ タロウ",
    birth_date="昭和60年3月2日",
    sex="男",
    relationship="世帯主",
)
FORM = MoveInForm(
    case_id="I-2026040100001234",
    application_number="2026040100001234",
    municipality="千代田区",
    planned_on="令和8年4月1日",
    visit_on="令和8年4月3日",
    new_address="東京都千代田区丸の内一丁目２番３号　レジデンス１０１",
    previous_address="神奈川県横浜市中区本町６丁目５０番地の１０",
    head_of_household="渡邉 花子",
    previous_head_of_household="渡邉 一郎",
    filer="渡邉 太郎",
    filer_capacity="世帯員",
    filer_phone="090-1234-5678",
    people=(PERSON,),
)


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    # Of the registry alone: the same on every machine.
    return read_fonts([Path(folder) for folder in _packaged()])


def _packaged() -> list[str]:
    found = [importlib.util.find_spec(name) for name in OURS[1:]]
    return [path for spec in found if spec for path in spec.submodule_search_locations or ()]


def _pages(drawn: Drawn) -> list[str]:
    document = pypdfium2.PdfDocument(drawn.pdf)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def _letters(pages: Sequence[str]) -> str:
    """What is on the pages without the breaks of lines."""
    return "".join("".join(pages).replace("\u200b", "").split())


def test_everything_a_form_says_is_on_one_page(fonts: Fonts) -> None:
    pages = _pages(draw(FORM, fonts))
    assert len(pages) == 1
    texts = [getattr(FORM, field.name) for field in fields(FORM) if field.name not in ("people", "notes")]
    texts += [PERSON.name, PERSON.name_kana, PERSON.birth_date, PERSON.sex, PERSON.relationship]
    for text in texts:
        assert "".join(text.split()) in _letters(pages), text


def test_equal_forms_are_equal_bytes_without_a_time_or_a_name_beside_the_pages(fonts: Fonts) -> None:
    drawn = draw(FORM, fonts)
    assert draw(FORM, read_fonts([Path(folder) for folder in _packaged()])).pdf == drawn.pdf
    told = pypdfium2.PdfDocument(drawn.pdf).get_metadata_dict(skip_empty=True)
    assert told.pop("Creator").startswith("Typst")
    assert told == {"Title": "転入届"}


def test_fonts_are_embedded(fonts: Fonts) -> None:
    pdf = draw(FORM, fonts).pdf
    assert pdf.count(b"/Type/FontDescriptor") == pdf.count(b"/FontFile") >= 1


@pytest.mark.parametrize("character", ["辻\U000e0100", "葛\U000e0100", "邉\U000e0101", "邉\U000e0102", "邊\U000e0101"])
def test_a_variation_selector_is_drawn(fonts: Fonts, character: str) -> None:
    bare = replace(FORM, people=(replace(PERSON, name=character[:1]),))
    varied = replace(FORM, people=(replace(PERSON, name=character),))
    drawn = draw(varied, fonts)
    assert drawn.substitutions == ()
    assert character in _letters(_pages(drawn))
    assert picture(varied, fonts) != picture(bare, fonts)


def test_a_shape_that_no_font_has_is_named_on_the_form_and_drawn_as_its_character(fonts: Fonts) -> None:
    form = replace(FORM, people=(replace(PERSON, name="渡邉\U000e011f"), replace(PERSON, name_kana="邉\U000e011f")))
    drawn = draw(form, fonts)
    assert [(item, found.drawn, found.code_points) for item, found in drawn.substitutions] == [
        ("1人目の氏名", "邉", "U+9089 U+E011F"),
        ("2人目のフリガナ", "邉", "U+9089 U+E011F"),
    ]
    assert "「邉」U+9089U+E011F：1人目の氏名、2人目のフリガナ" in _letters(_pages(drawn))


@pytest.mark.parametrize("missing", ["\ue000", "😀", "\u200b", "\x00", "\ud800", "\u202e"])
def test_a_character_that_no_font_has_is_drawn_as_geta_and_named(fonts: Fonts, missing: str) -> None:
    drawn = draw(replace(FORM, people=(replace(PERSON, name=f"山{missing}田"),)), fonts)
    assert [found.written for _, found in drawn.substitutions] == [missing]
    letters = _letters(_pages(drawn))
    assert f"山{MISSING}田" in letters
    assert f"「{MISSING}」U+{ord(missing):04X}：1人目の氏名" in letters


def test_a_rare_character_comes_from_a_further_font(fonts: Fonts) -> None:
    runs, substitutions = fonts.runs("𠮷龎")
    assert [run.family for run in runs] == ["Noto Serif JP", "Noto Sans CJK JP"]
    assert substitutions == []


def test_decomposed_kana_are_drawn_and_a_lost_mark_is_told(fonts: Fonts) -> None:
    assert "".join(run.text for run in fonts.runs("か\u3099")[0]) in ("か\u3099", "が")
    runs, substitutions = fonts.runs("漢\u0489")
    assert [run.text for run in runs] == ["漢"]
    assert [found.code_points for found in substitutions] == ["U+6F22 U+0489"]


@settings(max_examples=15)
@given(st.text(alphabet=st.sampled_from("#[]{}$\\*_`<>@=-+/\"'~^&%()|!?:;,.0aA山 　"), min_size=1, max_size=60))
def test_no_text_is_read_as_markup(fonts: Fonts, text: str) -> None:
    drawn = draw(replace(FORM, new_address=text, people=(replace(PERSON, name=text),), notes=(text,)), fonts)
    assert drawn.substitutions == ()
    # Three times, letter for letter; a line may break anywhere.
    assert _letters(_pages(drawn)).count("".join(text.split())) >= (3 if text.strip() else 0)


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=30))
def test_whatever_is_written_is_drawn_or_named(fonts: Fonts, text: str) -> None:
    runs, substitutions = fonts.runs(text)
    drawn = "".join(run.text for run in runs)
    for found in substitutions:
        text = text.replace(found.written, found.drawn, 1)
    assert [*drawn] == [" " if written in "\t\n\r\v\f\x85\u2028\u2029" else written for written in text]
    assert all(font.draws(run.text) for run in runs for font in fonts.fonts if font.family == run.family)
    assert draw(replace(FORM, new_address=text, people=(replace(PERSON, name=text),)), fonts).pdf


def test_what_would_read_a_file_or_end_a_string_is_drawn(fonts: Fonts) -> None:
    texts = ('#read("/etc/passwd")', '"); #panic("x")', "\\u{41}", "$ x $", "] #[", "`raw`", "// comment", "/* x")
    people = tuple(replace(PERSON, name=text) for text in texts)
    letters = _letters(_pages(draw(replace(FORM, people=people), fonts)))
    for text in texts:
        assert "".join(text.split()) in letters


def test_long_texts_are_wrapped_and_never_cut(fonts: Fonts) -> None:
    person = replace(
        PERSON,
        name="A" * 100,
        name_kana="ｱ" * 100,
        birth_date="不詳" * 36,
        relationship="子の" * 10,
        sex="性" * 10,
        other_names=(("通称", "é" * 100), ("旧氏", "氏" * 50)),
    )
    form = replace(FORM, people=(person,) * 3, new_address="住" * 500, previous_address="B" * 300, filer="名" * 100)
    document = pypdfium2.PdfDocument(draw(form, fonts).pdf)
    letters = _letters(_pages(draw(form, fonts)))
    for text in (person.name, person.name_kana, person.birth_date, "é" * 100, "氏" * 50, "性" * 10, "子の" * 10):
        assert letters.count(text) >= 3, text
    assert "住" * 500 in letters
    assert "B" * 300 in letters
    for page in document:
        texts = page.get_textpage()
        width, height = page.get_size()
        for at in range(texts.count_chars()):
            left, bottom, right, top = texts.get_charbox(at)
            assert left >= 0
            assert bottom >= 0
            assert right <= width - 30
            assert top <= height


def test_fifteen_people_go_on_a_second_sheet_each_sheet_with_the_case(fonts: Fonts) -> None:
    people = tuple(replace(PERSON, name=f"異動者{n}番") for n in range(1, 16))
    pages = _pages(draw(replace(FORM, people=people), fonts))
    assert len(pages) == 2
    assert [sum(f"異動者{n}番" in page for n in range(1, 16)) for page in pages] == [6, 9]
    for number, page in enumerate(pages, 1):
        assert f"案件番号{FORM.case_id}" in _letters([page])
        assert f"{number}／2" in _letters([page])
    assert "続紙" in pages[1]


def test_a_form_of_nothing_but_its_case_can_be_drawn(fonts: Fonts) -> None:
    assert "転入届" in _letters(_pages(draw(MoveInForm(case_id="I-1", people=(FormPerson(),)), fonts)))
    assert "市区町村長" in _letters(_pages(draw(MoveInForm(case_id="I-1"), fonts)))


def test_a_day_is_one_pdf_with_an_index(fonts: Fonts) -> None:
    many = replace(FORM, case_id="I-2", people=(PERSON,) * 15, filer="二番 花子")
    drawn = draw_batch([FORM, many], "令和8年4月3日", fonts)
    pages = _pages(drawn)
    assert len(pages) == 4
    for told in ("転入届一覧", "令和8年4月3日", "2件", "渡邉太郎", "二番花子", FORM.case_id, "I-2"):
        assert told in _letters(pages[:1])
    assert [page[-3:] for page in map(_letters, ([page] for page in pages[1:]))] == ["1／1", "1／2", "2／2"]
    assert draw_batch([FORM, many], "令和8年4月3日", fonts).pdf == drawn.pdf


def test_numbers_that_a_form_must_not_have_have_no_place_on_it() -> None:
    names = {field.name for kind in (MoveInForm, FormPerson) for field in fields(kind)}
    assert not [name for name in names if "individual" in name or "record_code" in name]


def test_without_fonts_nothing_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(NoFontError):
        read_fonts([tmp_path])
    with pytest.raises(NoFontError, match="no folder"):
        find_fonts([tmp_path / "none"])


def test_fonts_given_come_first_and_the_layers_follow() -> None:
    sans = Path(_packaged()[1])
    families = [font.family for font in find_fonts([sans]).fonts]
    assert families[0] == "Noto Sans CJK JP"
    assert families[-1] == "Noto Serif JP"
