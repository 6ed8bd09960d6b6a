"""Taking a file back: a retraction per person, after which none of the file's versions counts (docs/decisions/0050).

The versions stay stored, and so does the retraction: the set only grows. A retraction speaks of the file, not of the
versions that happen to be there, so that one that a belated worker still writes is taken back as well, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kyotsu.contracts.rows import TakenBack
from kyotsu.residents import fold
from kyotsu.residents.applier import MAX_ATTEMPTS, Head, HeadsContendedError
from kyotsu.residents.reading import shown_category
from kyotsu.residents.versions import Retraction


class RetractionStore(Protocol):
    """The append-only set, as far as retractions need it. Every read sees every earlier write."""

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        ...

    def put_retractions(self, numbers: Sequence[str], receipt_id: str) -> None:
        """Store that a file is taken back for these people; storing it again changes nothing."""
        ...

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        """Store heads, each only if the stored revision is the one before; return the numbers of those not stored."""
        ...


@dataclass(frozen=True, slots=True)
class ResidentRetractor:
    """A `RowRetractor` for 住基情報, and for other rows that are kept as versions."""

    store: RetractionStore
    category: Callable[[Head], str | None] = lambda head: shown_category(head).category
    """What is counted as 住民区分; what other rows bring is none."""

    def take_back(self, receipt_id: str, chunk: int, numbers: Sequence[str]) -> TakenBack:
        """Take a file back for the people of one of its chunks."""
        pending, done = set(numbers), TakenBack()
        for _ in range(MAX_ATTEMPTS):
            if not pending:
                return done
            heads = self.store.heads(sorted(pending))
            # Who is not known has nothing of the file: its rows of them were refused.
            pending = {number for number in pending if heads[number].revision}
            plans = {number: retracted(heads[number], receipt_id, chunk, self.category) for number in pending}
            new = [plan for number, plan in plans.items() if plan is not heads[number]]
            self.store.put_retractions([head.addressee_number for head in new], receipt_id)
            lost = self.store.replace_heads(new)
            for number in pending - lost:
                done += _counted(plans[number], receipt_id, chunk)
            pending = lost
        raise HeadsContendedError


def retracted(
    head: Head,
    receipt_id: str,
    chunk: int,
    category: Callable[[Head], str | None] = lambda head: shown_category(head).category,
) -> Head:
    """Return a person's head without a file; the same head if the file was taken back before."""
    if any(retraction.receipt_id == receipt_id for retraction in head.retractions):
        return head
    entries = tuple(entry for entry in head.entries if entry.receipt_id != receipt_id)
    after = replace(head, revision=head.revision + 1, entries=entries)
    old, new = fold.current(head.entries), fold.current(entries)
    retraction = Retraction(
        receipt_id,
        chunk,
        versions=len(head.entries) - len(entries),
        record_changed=(old and old.content) != (new and new.content),
        category_changed=category(head) != category(after),
    )
    return replace(after, retractions=(*head.retractions, retraction))


def _counted(head: Head, receipt_id: str, chunk: int) -> TakenBack:
    """Return what a chunk counts of one person: nothing, if an earlier chunk has met the person."""
    found = next(retraction for retraction in head.retractions if retraction.receipt_id == receipt_id)
    if found.chunk != chunk:
        return TakenBack()
    return TakenBack(found.versions, int(found.versions > 0), int(found.record_changed), int(found.category_changed))
