"""`ResidentCategoryChanged`, told by the streams of two tables: of the residents, and of the registry.

Each stream knows its own before and after, and reads what the other table holds when it gets there. `sequence` is the
sum of both revisions. Neither ever goes back, so of two events the one with the higher sequence saw more of both, and
whoever drops what is not above the last it saw ends with what is true, in whatever order they come
(docs/decisions/0124, tests/properties/test_category.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from kyotsu.addressees.category import PersonCategory, combined, registration_now
from kyotsu.addressees.standing import Standing
from kyotsu.contracts.events import ResidentCategoryChanged
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import CategoryShown, shown_category


def needs_registry(before: Head | None, after: Head) -> bool:
    """Tell whether a change of a head can change 住民区分 at all: then the registry must be asked."""
    return _own(before, after.addressee_number) != _own(after, after.addressee_number)


def of_resident(
    municipality: str, before: Head | None, after: Head, standing: Standing | None
) -> Iterator[ResidentCategoryChanged]:
    """Yield the event of a replaced head, if it changed 住民区分, given what the registry holds now."""
    old, new = _of(before, after.addressee_number, standing), _of(after, after.addressee_number, standing)
    if old.shown.category != new.shown.category:
        revision = _revision(standing)
        state = f"{after.revision}-{revision}" if revision else f"{after.revision}"
        event_id = f"{municipality}-{after.addressee_number}-{state}-category"
        yield _event(municipality, event_id, after.revision + revision, old, new)


def changes_registration(before: Standing | None, after: Standing) -> bool:
    """Tell whether a registration began or ended: then the residents must be asked."""
    return registration_now(before) != registration_now(after)


def of_registry(
    municipality: str, before: Standing | None, after: Standing, head: Head
) -> Iterator[ResidentCategoryChanged]:
    """Yield the event of a changed record if a registration began or ended, given what the residents hold now.

    It is told even where 住民区分 stays: what the residents' stream tells meanwhile takes for granted that it was.
    """
    if not changes_registration(before, after):
        return
    number = after.number
    old, new = _of(head, number, before), _of(head, number, after)
    event_id = f"{municipality}-{number}-{head.revision}-{after.revision}-registration"
    yield _event(municipality, event_id, head.revision + after.revision, old, new)


def _of(head: Head | None, number: str, standing: Standing | None) -> PersonCategory:
    resident = shown_category(head) if head else CategoryShown(number, known=False)
    return combined(resident, registration_now(standing), listed=standing is not None)


def _own(head: Head | None, number: str) -> tuple[str | None, str | None]:
    shown = _of(head, number, None).shown
    return shown.category, shown.since


def _revision(standing: Standing | None) -> int:
    return standing.revision if standing else 0


def _event(
    municipality: str, event_id: str, sequence: int, old: PersonCategory, new: PersonCategory
) -> ResidentCategoryChanged:
    return ResidentCategoryChanged(
        event_id=event_id,
        municipality=municipality,
        addressee_number=new.shown.addressee_number,
        sequence=sequence,
        before=old.shown.category,
        after=new.shown.category,
        since=new.shown.since,
    )
