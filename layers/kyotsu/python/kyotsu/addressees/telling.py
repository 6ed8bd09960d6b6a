"""What a changed record is told as: domain events, and who hears of them. The same change, the same event ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kyotsu.addressees.records import Use
from kyotsu.addressees.standing import Standing, systems_of
from kyotsu.contracts.events import AddresseeClosed, AddresseeLinked, AddresseeRecorded, AddresseeUnlinked
from kyotsu.japanese import dates

Told = AddresseeLinked | AddresseeUnlinked | AddresseeClosed
"""What every business that uses the record is told."""


def principals_of(before: Standing | None, after: Standing) -> frozenset[str]:
    """Return the numbers whose records must be known to tell of a change: whoever may not see them hears of no link."""
    if before is not None and before.principal == after.principal and not _newcomers(before, after):
        return frozenset()
    return frozenset(filter(None, (before.principal if before else None, after.principal)))


def recorded(municipality: str, before: Standing | None, after: Standing) -> AddresseeRecorded:
    """Return the event of any change of a record."""
    return AddresseeRecorded(
        event_id=_event_id(municipality, after),
        municipality=municipality,
        addressee_number=after.number,
        sequence=after.revision,
        systems=systems_of(_concerned(before, after)),
        closed=after.deleted,
    )


def told(
    municipality: str, before: Standing | None, after: Standing, operated_at: str, principals: Mapping[str, Standing]
) -> Iterator[Told]:
    """Yield what the businesses that use a record are told of a change made at `operated_at` (YYYYMMDDhhmmss, JST),
    given what is known of `principals_of`.

    A record closed to others tells its owner alone, and of a link to one that is, only who may see that one. Who begins
    to use a linked record hears of the link then: a later row of it that knows of none would take it back.
    """
    was, now = before.principal if before else None, after.principal
    concerned, event_id = _concerned(before, after), _event_id(municipality, after)

    def common(deed: str, systems: list[str]) -> dict[str, Any]:
        return {
            "event_id": f"{event_id}-{deed}",
            "municipality": municipality,
            "addressee_number": after.number,
            "sequence": after.revision,
            "systems": systems,
            "operated_at": dates.iso(operated_at),
        }

    if was is not None and was != now:
        yield AddresseeUnlinked(principal=was, **common("unlinked", _seeing(concerned, was, principals)))
    if now is not None and was != now:
        yield AddresseeLinked(principal=now, **common("linked", _seeing(concerned, now, principals)))
    elif now is not None and (newcomers := _seeing(_newcomers(before, after), now, principals)):
        yield AddresseeLinked(principal=now, **common("linked", newcomers))
    if after.deleted and before is not None and not before.deleted:
        yield AddresseeClosed(**common("closed", systems_of(concerned)))


def _newcomers(before: Standing | None, after: Standing) -> frozenset[Use]:
    """Return who begins to use a record, and may know of it."""
    return after.readers - (before.uses if before else frozenset())


def _concerned(before: Standing | None, after: Standing) -> frozenset[Use]:
    """Return who uses a record, or did until now, and may know of it."""
    uses = after.uses | (before.uses if before and not before.deleted else frozenset())
    return frozenset(use for use in uses if after.readable_by(use))


def _seeing(uses: Collection[Use], number: str, principals: Mapping[str, Standing]) -> list[str]:
    standing = principals.get(number)
    return systems_of([use for use in uses if standing is None or standing.readable_by(use)])


def _event_id(municipality: str, after: Standing) -> str:
    return f"{municipality}-{after.number}-{after.revision}-addressee"
