"""The clerk's list of conflicts: a 宛名番号 and a 個人番号 that were told as one person's and are two people's.

Nothing is merged or corrected by settling one: it says that somebody looked, and what was found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from kyotsu.addressees.clerks_list import Settlement
from kyotsu.integrated.records import Conflict
from kyotsu.integrated.store import IntegratedStore, Wanted


class ConflictList(Protocol):
    """Keeps conflicts. Every read sees every earlier write."""

    def open(self) -> Iterator[Conflict]:
        """Yield conflicts that nobody settled, by id."""
        ...

    def settled(self) -> Iterator[tuple[Conflict, Settlement]]:
        """Yield how conflicts were settled, by id; one that came again since may be open as well."""
        ...

    def settle(self, conflict: Conflict, settlement: Settlement) -> bool:
        """Settle a conflict as it was read; False: it is not open so, as it was settled or told again meanwhile.

        Told again by the same 操作日時 it stays settled; by a later one it is open again.
        """
        ...


def id_of(conflict: Conflict) -> str:
    """Return the name of a conflict on the list: its numbers, without 個人番号."""
    return "-".join(filter(None, conflict[:3]))


def still_open(conflicts: Collection[Conflict], store: IntegratedStore) -> Iterator[Conflict]:
    """Yield the conflicts whose 宛名番号 still stands for the person it stood for.

    One over another 個人番号 than the person's, of nobody else, is over once a later update brought a changed one.
    """
    seen = store.look([Wanted(number=conflict.number) for conflict in conflicts])
    for conflict, found in zip(conflicts, seen, strict=True):
        person = found.by_number
        if person is None or person.number != conflict.integrated:
            continue
        if conflict.other or person.changed_at <= conflict.at:
            yield conflict
