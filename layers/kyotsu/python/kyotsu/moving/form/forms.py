"""What stands on a 転入届, as it is printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPerson:
    """Somebody who moves in. 個人番号 and 住民票コード are not here: the form never has them."""

    name: str = ""
    name_kana: str = ""
    other_names: tuple[tuple[str, str], ...] = ()
    """What further names are called (旧氏, 通称, ローマ字), and the names."""
    birth_date: str = ""
    """As printed: 昭和60年3月2日, 1985年3月2日, 昭和20年頃."""
    sex: str = ""
    relationship: str = ""
    """続柄 in the household that was left; the new one is filled in at the counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInForm:
    """A 転入届; every text may be empty, of any length, and hold any character."""

    case_id: str
    application_number: str = ""
    municipality: str = ""
    """Whose head it is addressed to: 横浜市中区."""
    planned_on: str = ""
    """転出予定年月日, as printed; the true day of moving in is asked at the counter."""
    visit_on: str = ""
    new_address: str = ""
    """As announced; to be confirmed."""
    previous_address: str = ""
    head_of_household: str = ""
    """世帯主 of the new household as announced."""
    previous_head_of_household: str = ""
    filer: str = ""
    filer_capacity: str = ""
    """本人, 世帯主, 世帯員."""
    filer_phone: str = ""
    people: tuple[FormPerson, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the clerk at the counter."""
