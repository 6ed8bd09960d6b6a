"""Writing a case beside its machine: what a document, a message or a record told."""

from __future__ import annotations

from collections.abc import Callable

from kyotsu.moving.cases import Case, Entry
from kyotsu.moving.moves import ATTEMPTS, CaseContendedError
from kyotsu.moving.ports import CaseChangedError, CaseStore


def saved(cases: CaseStore, case_id: str, change: Callable[[Case], Case], entry: Callable[[], Entry]) -> Case:
    """Write what `change` makes of a case, as soon as nobody else writes it; nothing if that changes nothing.

    Raises CaseContendedError.
    """
    for _ in range(ATTEMPTS):
        case = cases.get(case_id)
        changed = change(case)
        if changed == case:
            return case
        try:
            return cases.save(changed, entry())
        except CaseChangedError:
            continue
    raise CaseContendedError
