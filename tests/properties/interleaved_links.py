"""Clerks who link, unlink, close, register and reopen at once, each deciding on what was true when it looked.

They ask for everything, also for what no rule permits: what storage lets through must never be a chain, a cycle, a link
to nobody, or a principal that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hypothesis import strategies as st

from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import REGISTRY, Deed, HistoryEntry, Origin
from kyotsu.addressees.store import KnownNumber, RegistryStore
from tests.fakes.addressees import TAX, record

RESIDENTS = ("000000000000213", "000000000000221")
OTHERS = ("800000000000009", "800000000000017", "800000000000025")
NUMBERS = (*OTHERS, *RESIDENTS)
CLERKS = 3


class Step(NamedTuple):
    """A clerk looks and decides, or, if it has decided already, writes."""

    clerk: int
    deed: Deed
    number: str
    principal: str


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, CLERKS - 1),
        st.sampled_from([Deed.REGISTERED, Deed.LINKED, Deed.LINKED, Deed.UNLINKED, Deed.CLOSED, Deed.REOPENED]),
        st.sampled_from(NUMBERS),
        st.sampled_from(NUMBERS),
    ),
    min_size=2,
    max_size=40,
)


class BrokenLinkError(AssertionError):
    """Links are not as they must be at every moment."""


@dataclass
class Clerks:
    """All of them at one registry."""

    store: RegistryStore

    def work(self, steps: Sequence[Step]) -> Iterator[bool]:
        """Take the steps; yield what came of each write. Raises BrokenLinkError."""
        decided: dict[int, Change | None] = {}
        for step in steps:
            change = decided.pop(step.clerk, None)
            if change is None:
                decided[step.clerk] = self._decide(step)
                continue
            yield self.store.write(change)
            check(self.store)

    def _decide(self, step: Step) -> Change | None:
        seen = self.store.look({step.number, step.principal}, REGISTRY).numbers
        known, principal = seen[step.number], seen[step.principal]
        if step.number == step.principal:
            return None
        if step.deed is Deed.REGISTERED:
            return _registration(known, principal) if known.record is None else None
        return None if known.record is None else _edit(step.deed, known, principal)


def _registration(known: KnownNumber, principal: KnownNumber) -> Change:
    new = record(known.number, origin=Origin.CARRIED_OVER, principal=principal.number)
    if principal.number > known.number:
        new = replace(new, principal=None)
    return Change(
        record=new,
        expected=None,
        entry=HistoryEntry(Deed.REGISTERED, TAX, new),
        linked_to=new.principal,
        principal_is_resident=principal.resident is not None,
    )


def _edit(deed: Deed, known: KnownNumber, principal: KnownNumber) -> Change | None:
    before: Any = known.record
    after = {
        Deed.LINKED: replace(before, principal=principal.number, deleted=False),
        Deed.UNLINKED: replace(before, principal=None),
        Deed.CLOSED: replace(before, principal=None, deleted=True, uses=frozenset()),
        Deed.REOPENED: replace(before, deleted=False, uses=frozenset({TAX})),
    }[deed]
    if after == before:
        return None
    after = replace(after, revision=before.revision + 1)
    relinked = after.principal != before.principal
    return Change(
        record=after,
        expected=before.revision,
        entry=HistoryEntry(deed, REGISTRY, after),
        linked_to=after.principal if relinked else None,
        principal_is_resident=principal.resident is not None,
        unlinked_from=before.principal if relinked else None,
    )


def check(store: RegistryStore) -> None:
    """Raise BrokenLinkError unless all links are as they must be."""
    seen = store.look(NUMBERS, REGISTRY).numbers
    linked = {n: known.record.principal for n, known in seen.items() if known.record and known.record.principal}
    for number, principal in linked.items():
        target = seen[principal]
        there = target.resident is not None or (target.record is not None and not target.record.deleted)
        if not there or principal in linked or principal == number:
            raise BrokenLinkError(number)
    for number, known in seen.items():
        to_it = sorted(one for one, principal in linked.items() if principal == number)
        if known.linked != len(to_it) or sorted(store.linked_to(number)) != to_it:
            raise BrokenLinkError(number)
        if known.linked and known.record is not None and known.record.deleted and known.resident is None:
            raise BrokenLinkError(number)
