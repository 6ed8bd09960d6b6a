"""Reception of one file: key → interface → window → scan → rows → answer → event.

Every step may be repeated. What a repeat must not do differently is kept before it is used: how the file is cut
(`save_scan`), what each chunk came to (`record_chunk`) and how the file ended (`decide`). A large file is scanned here,
its groups are applied by many workers (`apply_group`), and one of them brings it to its answer (`answer`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock, RowApplier
from kyotsu.contracts.rows import Counts
from kyotsu.linkage import keys
from kyotsu.linkage.admission import Admission, Admitted, check_completeness
from kyotsu.linkage.applying import FileApplication, InTime
from kyotsu.linkage.grouping import groups_of
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import Events, LargeFiles, ObjectGoneError, Objects, Receipts
from kyotsu.linkage.publishing import publish
from kyotsu.linkage.receipts import Chunk, ChunkResult, Reason, Receipt, Scan, Status
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.scanning import scan
from kyotsu.linkage.validation import RowValidator

SMALL_CHUNKS = 8
"""Chunks of a file that one worker applies at once: some 16 to 24 MiB, a minute or two. A larger one is handed over."""


class ScanMissingError(Exception):
    """A file's groups were asked for before it was scanned."""


class ChunksMissingError(Exception):
    """A file was to be answered before all of its chunks were applied, and it is still there to apply them."""


def always() -> bool:
    """Tell that there is time enough."""
    return True


@dataclass(frozen=True, slots=True)
class Reception:
    """Receives files of one deployment."""

    admission: Admission
    appliers: Mapping[str, RowApplier]
    objects: Objects
    receipts: Receipts
    events: Events
    clock: Clock
    large_files: LargeFiles
    small_chunks: int = SMALL_CHUNKS

    def receive(self, ref: ObjectRef) -> Receipt | None:
        """Bring one object to its answer; return its receipt, or None if the object is no linkage file.

        A receipt without status is that of a large file: it was handed over, and will be answered later.
        """
        if not keys.is_linkage_file(ref.key):
            return None
        receipt = self.receipts.open(self.admission.arrived(ref, self.clock.now()))
        if receipt.status is None and receipt.scan and self._is_large(receipt.scan):
            self.large_files.start(receipt, groups_of(receipt.scan.chunks))
            return receipt
        return self._ended(receipt, self._apply_or_hand_over)

    def apply_group(self, receipt_id: str, first: int, last: int, in_time: InTime = always) -> None:
        """Apply chunks `first` to `last` of a scanned file in order, those that the ledger does not have.

        Raises OutOfTimeError if `in_time` denies that there is time for another chunk; then ask again.
        """
        receipt = self.receipts.get(receipt_id)
        if receipt.status is not None:
            return
        # A file that can't go on is answered by `answer`, when no other group adds to its counts any more.
        with suppress(FileRejectedError, ObjectGoneError):
            admitted = self.admission.admit(receipt)
            chunks = _scanned(receipt).chunks[first : last + 1]
            self._apply(self.admission.labelled(receipt), admitted, chunks, in_time)

    def answer(self, receipt_id: str) -> Receipt:
        """Answer a file all of whose groups were applied; raises ChunksMissingError if one was not."""
        return self._ended(self.receipts.get(receipt_id), self._add_up)

    def _ended(self, receipt: Receipt, work: Callable[[Receipt, Admitted], Receipt | None]) -> Receipt:
        """Decide a receipt's outcome by some work, unless it is decided, and publish it."""
        if receipt.status is None:
            outcome = self._outcome(receipt, work)
            if outcome is None:
                return receipt
            receipt = self.receipts.decide(outcome)
        if not receipt.answered:
            publish(receipt, self.objects, self.receipts, self.events)
        return receipt

    def _outcome(self, receipt: Receipt, work: Callable[[Receipt, Admitted], Receipt | None]) -> Receipt | None:
        labelled = self.admission.labelled(receipt)
        try:
            return work(labelled, self.admission.admit(receipt))
        except FileRejectedError as error:
            return self._stopped(labelled, error)
        except ObjectGoneError:
            return self._stopped(labelled, FileRejectedError(outcomes.OBJECT_GONE))

    def _stopped(self, receipt: Receipt, error: KyotsuError) -> Receipt:
        """Answer a file that can't go on: rejected before it was scanned; from then on, what was applied stays.

        Rows may be applied and not be in the ledger yet, so a scanned file is never answered as if nothing was.
        """
        gone = error.outcome is outcomes.OBJECT_GONE
        # This worker, or another one on the same file, may have kept the scan since the receipt was read.
        scan_kept = receipt.scan or (self.receipts.get(receipt.receipt_id).scan if gone else None)
        if scan_kept is None:
            return receipt.refused(error, self.clock.now())
        told = FileRejectedError(outcomes.OBJECT_GONE_MIDWAY) if gone else error
        results = self.receipts.ledger(receipt)
        receipt = replace(receipt, sha256=scan_kept.sha256)
        return self._settled(receipt, results, Status.PARTIALLY_ACCEPTED, Reason(told.code, str(told)))

    def _apply_or_hand_over(self, receipt: Receipt, admitted: Admitted) -> Receipt | None:
        found = receipt.scan or self._scan(receipt, admitted)
        receipt = replace(receipt, sha256=found.sha256)
        if receipt.scan is None:
            # Asked once: from here on the file may have effects, and its answer has to count them.
            duplicate = self._duplicate(receipt, found)
            if duplicate:
                return duplicate
            self.receipts.save_scan(receipt, found)
        if self._is_large(found):
            self.large_files.start(receipt, groups_of(found.chunks))
            return None
        return self._settled(receipt, self._apply(receipt, admitted, found.chunks, always))

    def _is_large(self, found: Scan) -> bool:
        return len(found.chunks) > self.small_chunks

    def _add_up(self, receipt: Receipt, _admitted: Admitted) -> Receipt:
        found, results = _scanned(receipt), self.receipts.ledger(receipt)
        if len(results) < len(found.chunks):
            self.objects.read(receipt.ref, 0, 1)  # an object that went away is the lawful reason
            raise ChunksMissingError
        return self._settled(replace(receipt, sha256=found.sha256), results)

    def _scan(self, receipt: Receipt, admitted: Admitted) -> Scan:
        with self.objects.open(receipt.ref) as opened:
            claims = check_completeness(opened.metadata, admitted.interface)
            found = scan(opened.blocks, admitted.layout.columns, admitted.version.id)
        claims.verify(found)
        return found

    def _duplicate(self, receipt: Receipt, found: Scan) -> Receipt | None:
        """Return the receipt as a duplicate if the same content was accepted under another name."""
        earlier = self.receipts.accepted_content(receipt, found.sha256) if found.rows else None
        if earlier is None or earlier[1] == receipt.ref.key:
            return None
        message = outcomes.DUPLICATE_CONTENT.sentence(receipt_id=earlier[0], object_key=earlier[1])
        reason = Reason(outcomes.DUPLICATE_CONTENT.code, message)
        return receipt.decided(Status.DUPLICATE, self.clock.now(), reason=reason)

    def _apply(
        self, receipt: Receipt, admitted: Admitted, chunks: Iterable[Chunk], in_time: InTime
    ) -> list[ChunkResult]:
        file = self.admission.context(receipt, admitted)
        validator = RowValidator(admitted.layout, file)
        applier = self.appliers[admitted.interface.applier]
        application = FileApplication(receipt, file, validator, applier, self.objects, self.receipts)
        return application.apply(chunks, in_time)

    def _settled(
        self,
        receipt: Receipt,
        results: Sequence[ChunkResult],
        status: Status | None = None,
        reason: Reason | None = None,
    ) -> Receipt:
        """Return the receipt with the counts of its chunks and, if not told otherwise, the status they make."""
        counts = sum((result.counts for result in results), Counts())
        problems = sum(result.problems for result in results)
        return receipt.decided(
            status or (Status.PARTIALLY_ACCEPTED if counts.failed else Status.ACCEPTED),
            self.clock.now(),
            counts=counts,
            problems=problems,
            reason=reason,
        )


def _scanned(receipt: Receipt) -> Scan:
    if receipt.scan is None:
        raise ScanMissingError
    return receipt.scan
