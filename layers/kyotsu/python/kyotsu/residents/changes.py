"""Domain events from the changes of a head: what the stream of the `Residents` table means to others.

Of 住民区分 the residents alone know a part: `kyotsu.addressees.category_changes` tells of it.
"""

from __future__ import annotations

from kyotsu.contracts.events import ResidentRecorded
from kyotsu.residents.applier import Head


def recorded(municipality: str, head: Head) -> ResidentRecorded:
    """Return the event of one stored head. The same change gives the same event id, however often it is told."""
    number, sequence = head.addressee_number, head.revision
    return ResidentRecorded(
        event_id=f"{municipality}-{number}-{sequence}",
        municipality=municipality,
        addressee_number=number,
        sequence=sequence,
    )
