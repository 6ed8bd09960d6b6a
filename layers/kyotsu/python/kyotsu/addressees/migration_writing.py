"""Taking rows over into the registry, once each, whatever is killed or repeated.

A row's effect and the note that it happened (`row/{file}/{line}`) are one write, so a repeat finds the note, even after
its system deleted the record or changed it. A row whose effect is there already is passed by without a write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.conditions import CHOSEN, EXISTING
from kyotsu.addressees.editing import Link, Linking, Situation
from kyotsu.addressees.editing import decide as edit
from kyotsu.addressees.issuing import Known, Refused, issue
from kyotsu.addressees.items import PERSON
from kyotsu.addressees.migrating import Finding, Place, not_linked
from kyotsu.addressees.migration_people import person_key
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import NO_ID, AddresseeRecord, Origin, Use
from kyotsu.addressees.requests import IssueRequest, operation_of
from kyotsu.addressees.store import Done, KnownNumber, RegistryStore, Seen
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome, by_code

_NOBODY = Use(NO_ID)
_ATTEMPTS = 8
"""Somebody else wrote to the record in between; so often in a row nobody does by chance."""
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Task:
    """A row to take over, with its values by romaji name."""

    place: Place
    once: str
    """Names the row, whatever the files are called and however they are ordered."""
    use: Use
    values: Mapping[str, str] = field(repr=False)

    @property
    def number(self) -> str:
        """Its 宛名番号."""
        return self.values["atenabango"]


class Parallel(Protocol):
    """Does independent work, several at a time, and returns the results in order."""

    def __call__(self, work: Callable[[T], R], items: Sequence[T], /) -> list[R]:
        """Return what came of each item; raises the first error once all are through."""
        ...


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Takes over rows in batches. Rows of one number that are in one batch are taken over in their order."""

    registry: RegistryStore
    ranges: Ranges
    key: bytes
    """Of this run's `person_key`."""
    content: Callable[[str], bytes]
    """Keyed fingerprint of what a row's `once` stands for."""
    parallel: Parallel
    now: Callable[[], datetime]

    def register(self, tasks: Sequence[Task]) -> list[tuple[Task, Finding]]:
        """Register records, or let systems use those that are there; return what could not be."""
        return self._all(tasks, lambda task: (task.number,), self._register)

    def link(self, tasks: Sequence[tuple[Task, str]]) -> list[tuple[Task, Finding]]:
        """Link records to principals; return what could not be."""
        principals = {task.once: principal for task, principal in tasks}

        def one(task: Task, numbers: Mapping[str, KnownNumber]) -> Finding | None:
            return self._link(task, principals[task.once], numbers)

        return self._all([task for task, _ in tasks], lambda task: (task.number, principals[task.once]), one)

    def _all(
        self,
        tasks: Sequence[Task],
        numbers_of: Callable[[Task], Collection[str]],
        one: Callable[[Task, Mapping[str, KnownNumber]], Finding | None],
    ) -> list[tuple[Task, Finding]]:
        numbers = {number for task in tasks for number in numbers_of(task)}
        # Nobody's parts: what a row's system has of a record it does not use is nothing, and 個人番号 stay sealed.
        seen = self.registry.look(sorted(numbers), _NOBODY).numbers
        groups = dict[str, list[Task]]()
        for task in tasks:
            groups.setdefault(task.number, []).append(task)

        def together(group: Sequence[Task]) -> list[tuple[Task, Finding]]:
            found = [(task, one(task, seen)) for task in group]
            return [(task, finding) for task, finding in found if finding is not None]

        return [told for group in self.parallel(together, list(groups.values())) for told in group]

    def _register(self, task: Task, numbers: Mapping[str, KnownNumber]) -> Finding | None:
        for _ in range(_ATTEMPTS):
            known = numbers[task.number]
            record = known.record if known.record is not None and not known.record.deleted else None
            if record is not None and task.use in record.uses:
                return None
            if known.record is not None and not self._same_person(task, known.record):
                return Finding(task.place, "宛名番号", outcomes.MIGRATED_FOR_REGISTERED)
            if record is None and known.record is not None and known.record.origin is Origin.MIGRATED:
                # Closed while the migration ran; a row that was taken over before is told the same by a repeat.
                return Finding(task.place, "宛名番号", outcomes.MIGRATED_CLOSED_SINCE)
            request = request_of(task, EXISTING if record is None else CHOSEN)
            found = Known(record=known.record, resident=known.resident, migrated=True)
            decided = issue(request, found, self.ranges, "")
            if isinstance(decided, Refused):
                return Finding(task.place, "宛名番号", _outcome(decided))
            if self.registry.write(self._alone(task, decided), self._done(task.once)):
                return None
            seen = self._again(task, task.once)
            if seen.done is not None:
                return None
            numbers = seen.numbers
        return Finding(task.place, "宛名番号", outcomes.MIGRATED_MEANWHILE)

    def _link(self, task: Task, principal: str, numbers: Mapping[str, KnownNumber]) -> Finding | None:
        once = f"{task.once}/link"
        for _ in range(_ATTEMPTS):
            known = numbers[task.number]
            if known.record is not None and known.record.principal == principal:
                return None
            linking = Link(
                number=task.number, use=task.use, operation=operation_of(task.values), linking=Linking(principal)
            )
            decided = edit(linking, self._situation(known, numbers.get(principal)))
            if isinstance(decided, Refused):
                # Refused is also a row that was linked, and unlinked again since, to somebody who is gone by now.
                done = self._again(task, once).done
                return None if done is not None else not_linked(task.place, _outcome(decided))
            if self.registry.write(self._alone(task, decided), self._done(once)):
                return None
            seen = self._again(task, once, principal)
            if seen.done is not None:
                return None
            numbers = seen.numbers
        return Finding(task.place, "名寄せ先宛名番号", outcomes.MIGRATED_MEANWHILE)

    def _again(self, task: Task, once: str, *others: str) -> Seen:
        return self.registry.look([task.number, *others], _NOBODY, once)

    def _situation(self, known: KnownNumber, principal: KnownNumber | None) -> Situation:
        return Situation(known=known, principal=principal, now=self.now(), residents_keep_numbers=False)

    def _alone(self, task: Task, change: Change) -> Change:
        """Return a change that waits while somebody else edits the record."""
        return replace(change, editor=Editor(task.use, task.values["sosashaid"], self.now()))

    def _done(self, once: str) -> Done:
        return Done(once, self.content(once), b"")

    def _same_person(self, task: Task, record: AddresseeRecord) -> bool:
        return person_key(self.key, task.values) == person_key(self.key, record.person)


def request_of(task: Task, processing: str) -> IssueRequest:
    """Return a row as the request that has its effect: it keeps every rule, as rows that break one are not taken."""
    values = task.values
    return IssueRequest(
        processing=processing,
        municipality=values["shikuchosonkodo"],
        number=task.number,
        individual_number=values.get("kojinbango") or None,
        person={name: values[name] for name in PERSON if values.get(name)},
        use=task.use,
        principal=None,
        closed_to_others=values["tagyomusanshofukafuragu"] == "1",
        operation=operation_of(task.values),
    )


def _link_of(task: Task, principal: str) -> Link:
    operation = operation_of(task.values)
    return Link(number=task.number, use=task.use, operation=operation, linking=Linking(principal))


def _outcome(refused: Refused) -> Outcome:
    return by_code(refused.errors[0].code)
