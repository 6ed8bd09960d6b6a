"""What the residents say of those whom updates are about: asked once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Told
from kyotsu.integrated.records import Category
from kyotsu.integrated.store import ResidentCategories, Seen


def categories_of(residents: ResidentCategories, updates: Iterable[tuple[Told, Seen]]) -> Mapping[str, Category]:
    """Return 住民区分 of the 宛名番号 of updates that were not done yet.

    Where somebody but the 住民記録 system would change a 個人番号, also of the person's other 宛名番号.
    """
    numbers = set[str]()
    for told, seen in updates:
        if seen.done is not None:
            continue
        numbers.add(told.number)
        if seen.by_number is not None and deciding.renumbers_from_outside(told, seen.by_number):
            numbers |= {row.number for row in seen.by_number.living}
    return residents.of(sorted(numbers)) if numbers else {}
