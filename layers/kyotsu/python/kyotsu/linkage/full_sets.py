"""Complete full sets: whoever is a 住登者 and does not occur in one is listed. Nothing is deleted.

The walk over everybody may take longer than a function runs. What one run has found is kept as a fragment under the
place where it began, with the place where the next one begins: the first fragment of a place stays. So there is one
chain of fragments from the beginning to the end, whoever walks on, and however often; its whole is the list.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.events import FileAnswered, PeopleMissingFromFullSet
from kyotsu.contracts.ports import RegisteredPeople
from kyotsu.contracts.rows import Mode
from kyotsu.linkage import keys
from kyotsu.linkage.answers import CSV, JSON
from kyotsu.linkage.people_in_file import people_in_file
from kyotsu.linkage.ports import Objects
from kyotsu.linkage.publishing import is_taken
from kyotsu.linkage.receipts import Receipt, Scan, Status

HEADER = b"atenabango\n"
InTime = Callable[[], bool]
Place = tuple[str, str] | None
_LINES = 10_000


class FullSetReceipts(Protocol):
    """Receipts, to read."""

    def get(self, receipt_id: str) -> Receipt:
        """Return a receipt; raises whatever the table raises if there is none."""
        ...


class FullSetEvents(Protocol):
    """The domain event bus."""

    def people_missing(self, event: PeopleMissingFromFullSet) -> None:
        """Publish; a repeat carries the same event id."""
        ...


class Continuations(Protocol):
    """Whoever asks for the same comparison again."""

    def ask_again(self, answered: FileAnswered) -> None:
        """Have the comparison gone on with."""
        ...


class Fragment(msgspec.Struct, frozen=True):
    """What one run has found from a place on: who is missing, in order, and where the next run begins."""

    numbers: list[str]
    following: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class FullSets:
    """Compares complete full sets of one municipality with its records."""

    catalogue: Catalogue
    work_bucket: str
    objects: Objects
    receipts: FullSetReceipts
    people: RegisteredPeople
    events: FullSetEvents
    continuations: Continuations

    def is_complete_set(self, answered: FileAnswered) -> bool:
        """Tell whether an answered file came in and names every 住登者."""
        interface = self.catalogue.interfaces.get(answered.interface)
        branch = interface.branch(answered.branch) if interface else None
        came_in = answered.status in (Status.ACCEPTED, Status.PARTIALLY_ACCEPTED)
        return came_in and answered.mode == Mode.FULL and branch is not None and branch.complete_set

    def compare(self, answered: FileAnswered, in_time: InTime) -> int | None:
        """Go on with the comparison of a complete set; return how many are missing from it, or None if there was no
        time to finish: then it was asked for again. Raises ObjectGoneError."""
        receipt = self.receipts.get(answered.receipt_id)
        if receipt.scan is None:
            raise ValueError("a file without scan can't have come in")
        found = list[Fragment]()
        while not found or found[-1].following:
            start = found[-1].following if found else None
            known = self._known(receipt, start)
            found.append(known or self._walked(receipt, receipt.scan, start, in_time))
            if known is None and found[-1].following:
                self.continuations.ask_again(answered)
                return None
        return self._tell(receipt, found)

    def _known(self, receipt: Receipt, start: Place) -> Fragment | None:
        body = self.objects.find(self.work_bucket, _fragment_key(receipt, start))
        return None if body is None else msgspec.json.decode(body, type=Fragment)

    def _walked(self, receipt: Receipt, scan: Scan, start: Place, in_time: InTime) -> Fragment:
        """Walk from a place on until time is up, one page at least, and keep what was found."""
        at = keys.parse_key(receipt.ref.key).sent_at.strftime("%Y%m%d%H%M%S")
        named = people_in_file(self.objects, receipt.ref, scan)
        missing, place = list[str](), start
        while True:
            numbers, place = self.people.page(at, place)
            missing += (number for number in numbers if number not in named)
            if place is None or not in_time():
                break
        fragment = Fragment(sorted(missing), place)
        key = _fragment_key(receipt, start)
        if self.objects.create(self.work_bucket, key, msgspec.json.encode(fragment), JSON):
            return fragment
        return self._known(receipt, start) or fragment

    def _tell(self, receipt: Receipt, found: Iterable[Fragment]) -> int:
        missing = list(heapq.merge(*(fragment.numbers for fragment in found)))
        ref = receipt.ref
        taken = is_taken(receipt, self.objects.find(ref.bucket, keys.answer_key(ref)))
        # Also if nobody is missing: so a list of an earlier version does not stay, and the sender sees it was compared.
        self.objects.write(ref.bucket, keys.missing_key(ref, taken=taken), _lines(missing), CSV)
        if missing:
            self.events.people_missing(_event(receipt, len(missing)))
        return len(missing)


def _lines(numbers: list[str]) -> Iterator[bytes]:
    yield HEADER
    for start in range(0, len(numbers), _LINES):
        stream = io.StringIO(newline="")
        rows = ((number,) for number in numbers[start : start + _LINES])
        csv.writer(stream, lineterminator="\n").writerows(rows)
        yield stream.getvalue().encode()


def _event(receipt: Receipt, count: int) -> PeopleMissingFromFullSet:
    digest = hashlib.sha256(f"PeopleMissingFromFullSet\0{receipt.receipt_id}\0{count}".encode()).hexdigest()
    return PeopleMissingFromFullSet(
        event_id=digest[:32],
        municipality=receipt.municipality,
        receipt_id=receipt.receipt_id,
        provider=receipt.provider,
        interface=receipt.interface,
        branch=receipt.branch,
        count=count,
    )


def _fragment_key(receipt: Receipt, start: Place) -> str:
    place = hashlib.sha256("\0".join(start or ()).encode()).hexdigest()[:32]
    return f"missing/{receipt.receipt_id}/{place}.json"
