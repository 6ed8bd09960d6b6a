"""All numbers of one person, by 名寄せ: what protects one of them protects all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from kyotsu.addressees.records import NO_ID, AddresseeRecord, Use
from kyotsu.addressees.store import KnownNumber, RegistryStore

_NOBODY = Use(NO_ID)
"""Who looks: no business, so that nothing of one is opened."""
T = TypeVar("T")


def numbers_of_person(store: RegistryStore, *known: KnownNumber) -> Mapping[str, KnownNumber]:
    """Return what is known of all numbers that are linked to one person's, these among them.

    Those linked to the same principal are the same person's; so is the principal of a record that was closed, although
    its link was taken back with it. Who is not linked costs no read, a closed record its history.
    """
    return all_linked(
        {one.number: one for one in known},
        lambda numbers: store.look(numbers, _NOBODY).numbers,
        lambda one: _next_to(store, one),
    )


def all_linked(
    known: Mapping[str, T],
    look: Callable[[Collection[str]], Mapping[str, T]],
    next_to: Callable[[T], Iterable[str]],
) -> Mapping[str, T]:
    """Return what is known of all numbers that can be reached: `look` tells of numbers, `next_to` which are linked."""
    found, pending = dict(known), list(known.values())
    while pending:
        near = {number for one in pending for number in next_to(one)} - found.keys()
        new = look(sorted(near)) if near else {}
        found |= new
        pending = list(new.values())
    return found


def _next_to(store: RegistryStore, known: KnownNumber) -> Iterator[str]:
    if known.linked:
        yield from store.linked_to(known.number)
    principal = None if known.record is None else _principal(store, known.record)
    if principal is not None:
        yield principal


def _principal(store: RegistryStore, record: AddresseeRecord) -> str | None:
    if not record.deleted:
        return record.principal
    before = (entry.record for entry in reversed(store.history(record.number)) if not entry.record.deleted)
    return next((one.principal for one in before), None)
