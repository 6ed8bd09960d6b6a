"""Domain events from the changes of a head: what the stream of the `Residents` table means to others."""

from __future__ import annotations

from collections.abc import Iterator

from kyotsu.contracts.events import ResidentCategoryChanged, ResidentRecorded
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import shown_category


def events_of(
    municipality: str, before: Head | None, after: Head
) -> Iterator[ResidentRecorded | ResidentCategoryChanged]:
    """Yield the events of one replaced head. The same change gives the same event ids, however often it is told."""
    number, sequence = after.addressee_number, after.revision
    event_id = f"{municipality}-{number}-{sequence}"
    yield ResidentRecorded(event_id=event_id, municipality=municipality, addressee_number=number, sequence=sequence)
    old, new = shown_category(before or Head(number, 0, ())), shown_category(after)
    if old.category != new.category:
        yield ResidentCategoryChanged(
            event_id=f"{event_id}-category",
            municipality=municipality,
            addressee_number=number,
            sequence=sequence,
            before=old.category,
            after=new.category,
            since=new.since,
        )
