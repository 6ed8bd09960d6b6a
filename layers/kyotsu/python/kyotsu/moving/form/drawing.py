"""Draw 転入届 as PDF: typst sets `move_in.typ`; what a form says is data to it, never markup.

Equal forms and fonts give equal bytes: a PDF has no time, no author, and no personal data but on its pages.
"""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import segno
import typst

from kyotsu.moving.form.fonts import Fonts, Run, Substitution
from kyotsu.moving.form.forms import FormPerson, MoveInForm

TEMPLATE = Path(__file__).with_name("move_in.typ")
LONGEST_WORD = 30
"""Letters of the longest word that is kept in one line."""
_PIECE, _MAY_BREAK = 10, "\u200b"
_WIDE = frozenset({"W", "F", "H"})
"""East Asian widths of characters between which lines break anyway."""

Runs = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PDF, and what could not be drawn as it is written, with the name of its item."""

    pdf: bytes
    substitutions: tuple[tuple[str, Substitution], ...]


def draw(form: MoveInForm, fonts: Fonts) -> Drawn:
    """Draw one form."""
    return _draw([form], "", fonts)


def draw_batch(forms: Sequence[MoveInForm], day: str, fonts: Fonts) -> Drawn:
    """Draw the forms of a day, as printed, in their order, each on sheets of its own after an index."""
    return _draw(forms, day, fonts)


def picture(form: MoveInForm, fonts: Fonts, *, dots_per_inch: int = 100) -> list[bytes]:
    """Return a form's pages as PNG."""
    return _set(_document([form], "", _Setting(fonts)), fonts, "png", dots_per_inch)


def _draw(forms: Sequence[MoveInForm], day: str, fonts: Fonts) -> Drawn:
    setting = _Setting(fonts)
    pages = _set(_document(forms, day, setting), fonts, "pdf")
    return Drawn(pages[0], tuple(setting.substitutions))


def _set(document: dict[str, object], fonts: Fonts, form: str, dots_per_inch: int | None = None) -> list[bytes]:
    compiler = typst.Compiler(
        str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts.engine, ignore_system_fonts=True
    )
    said = {"document": json.dumps(document, ensure_ascii=False)}
    made = compiler.compile(format=cast("typst.OutputFormat", form), ppi=dots_per_inch, sys_inputs=said, timestamp=0)
    return made if isinstance(made, list) else [cast("bytes", made)]


def _document(forms: Sequence[MoveInForm], day: str, setting: _Setting) -> dict[str, object]:
    return {
        "families": [font.family for font in setting.fonts.fonts],
        "day": day,
        "forms": [_form(form, setting) for form in forms],
    }


def _form(form: MoveInForm, setting: _Setting) -> dict[str, object]:
    before = len(setting.substitutions)
    said: dict[str, object] = {
        "case": setting.runs("案件番号", form.case_id),
        "code": _code(form.case_id),
        "application": setting.runs("受付番号", form.application_number),
        "municipality": setting.runs("あて先", form.municipality),
        "planned": setting.runs("転出予定年月日", form.planned_on),
        "visit": setting.runs("来庁予定日", form.visit_on),
        "address": setting.runs("新しい住所", form.new_address),
        "previous_address": setting.runs("前の住所", form.previous_address),
        "head": setting.runs("新しい世帯主", form.head_of_household),
        "previous_head": setting.runs("前の世帯主", form.previous_head_of_household),
        "filer": setting.runs("届出人", form.filer),
        "capacity": setting.runs("届出人の資格", form.filer_capacity),
        "phone": setting.runs("電話番号", form.filer_phone),
        "people": [_person(person, f"{n}人目の", setting) for n, person in enumerate(form.people, 1)],
        "notes": [setting.runs("注意", note) for note in form.notes],
    }
    # After everything else: it tells of them all.
    said["substitutions"] = _told(setting.substitutions[before:], setting)
    return said


def _person(person: FormPerson, whose: str, setting: _Setting) -> dict[str, object]:
    return {
        "name": setting.runs(f"{whose}氏名", person.name),
        "kana": setting.runs(f"{whose}フリガナ", person.name_kana),
        "others": [
            [setting.runs("", called), setting.runs(whose + called, name)] for called, name in person.other_names
        ],
        "born": setting.runs(f"{whose}生年月日", person.birth_date),
        "sex": setting.runs(f"{whose}性別", person.sex),
        "relationship": setting.runs(f"{whose}続柄", person.relationship),
    }


def _told(found: Sequence[tuple[str, Substitution]], setting: _Setting) -> list[Runs]:
    """Return a line for each character that is not drawn as it is written, with the items where it stands."""
    places: dict[Substitution, list[str]] = {}
    for item, substitution in found:
        places.setdefault(substitution, []).append(item)
    return [setting.runs("", f"「{one.drawn}」{one.code_points}：{'、'.join(items)}") for one, items in places.items()]


def _code(case_id: str) -> str:
    """Return a QR code of the case's id, and of nothing else, as SVG."""
    target = io.BytesIO()
    segno.make(case_id, error="m", micro=False).save(target, kind="svg", xmldecl=False, border=2)
    return target.getvalue().decode()


@dataclass(slots=True)
class _Setting:
    """Splits texts among the fonts and keeps what they don't draw."""

    fonts: Fonts
    substitutions: list[tuple[str, Substitution]] = field(default_factory=list)

    def runs(self, item: str, text: str) -> Runs:
        runs, substitutions = self.fonts.runs(text)
        self.substitutions += [(item, found) for found in dict.fromkeys(substitutions)]
        return [{"text": _breakable(run), "family": run.family} for run in runs]


def _breakable(run: Run) -> str:
    """Let overlong words break: 100 Roman letters without a space must not leave their cell."""
    text, word = "", ""
    for character in run.text:
        if character.isspace() or unicodedata.east_asian_width(character) in _WIDE:
            text, word = text + _broken(word) + character, ""
        else:
            word += character
    return text + _broken(word)


def _broken(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return _MAY_BREAK.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
