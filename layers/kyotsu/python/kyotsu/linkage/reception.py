"""Reception of one file: key → interface → window → scan → rows → answer → event.

Every step may be repeated. What a repeat must not do differently is kept before it is used: how the file is cut
(`save_scan`), what each chunk came to (`record_chunk`) and how the file ended (`decide`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kyotsu.contracts import outcomes
from kyotsu.contracts.events import FileAnswered
from kyotsu.contracts.outcomes import Level
from kyotsu.contracts.ports import Clock, RowApplier
from kyotsu.contracts.rows import Applied, Counts, FileContext, Row, RowProblem
from kyotsu.linkage import answers, keys
from kyotsu.linkage.admission import Admission, Admitted, check_completeness
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import Events, ObjectGoneError, Objects, Receipts
from kyotsu.linkage.receipts import Chunk, ChunkResult, Reason, Receipt, Scan, Status
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.scanning import parse, scan
from kyotsu.linkage.validation import RowValidator


@dataclass(frozen=True, slots=True)
class Reception:
    """Receives files of one deployment."""

    admission: Admission
    appliers: Mapping[str, RowApplier]
    objects: Objects
    receipts: Receipts
    events: Events
    clock: Clock

    def receive(self, ref: ObjectRef) -> Receipt | None:
        """Bring one object to its answer; return its receipt, or None if the object is no linkage file."""
        if not keys.is_linkage_file(ref.key):
            return None
        receipt = self.receipts.open(self.admission.arrived(ref, self.clock.now()))
        if receipt.status is None:
            receipt = self.receipts.decide(self._decided(receipt))
        if not receipt.answered:
            self._publish(receipt)
        return receipt

    def _decided(self, receipt: Receipt) -> Receipt:
        try:
            admitted = self.admission.admit(receipt)
            return self._apply(self.admission.labelled(receipt), admitted)
        except FileRejectedError as error:
            return self.admission.labelled(receipt).refused(error, self.clock.now())
        except ObjectGoneError:
            return self._gone(self.admission.labelled(receipt))

    def _gone(self, receipt: Receipt) -> Receipt:
        """An object that went away before its first row was applied is rejected; later, what was applied stays."""
        gone = FileRejectedError(outcomes.OBJECT_GONE)
        applied = self.receipts.ledger(receipt)
        if not applied:
            return receipt.refused(gone, self.clock.now())
        counts = sum((result.counts for result in applied), Counts())
        reason = Reason(gone.code, str(gone))
        problems = sum(result.problems for result in applied)
        return receipt.decided(
            Status.PARTIALLY_ACCEPTED, self.clock.now(), counts=counts, problems=problems, reason=reason
        )

    def _apply(self, receipt: Receipt, admitted: Admitted) -> Receipt:
        found = receipt.scan or self._scan(receipt, admitted)
        receipt = replace(receipt, sha256=found.sha256)
        if receipt.scan is None:
            # Asked once: from here on the file may have effects, and its answer has to count them.
            duplicate = self._duplicate(receipt, found)
            if duplicate:
                return duplicate
            self.receipts.save_scan(receipt, found)
        results = list(self._chunk_results(receipt, admitted, found))
        counts = sum((result.counts for result in results), Counts())
        status = Status.PARTIALLY_ACCEPTED if counts.failed else Status.ACCEPTED
        problems = sum(result.problems for result in results)
        return receipt.decided(status, self.clock.now(), counts=counts, problems=problems)

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

    def _chunk_results(self, receipt: Receipt, admitted: Admitted, found: Scan) -> Iterator[ChunkResult]:
        """Yield every chunk's result, from the ledger where it has been applied before."""
        done = {result.index: result for result in self.receipts.ledger(receipt)}
        file = self.admission.context(receipt, admitted)
        validator = RowValidator(admitted.layout, file)
        for chunk in found.chunks:
            if chunk.index not in done:
                yield self._apply_chunk(receipt, file, chunk, validator, admitted)
            else:
                yield done[chunk.index]

    def _apply_chunk(
        self, receipt: Receipt, file: FileContext, chunk: Chunk, validator: RowValidator, admitted: Admitted
    ) -> ChunkResult:
        valid, refused = list[Row](), list[RowProblem]()
        failed = 0
        for row in _rows(self.objects.read(receipt.ref, chunk.start, chunk.end), chunk):
            problems = validator.validate(row)
            refused += problems
            failed += bool(problems)
            if not problems:
                valid.append(row)
        applied = self.appliers[admitted.interface.applier].apply(file, valid)
        return self._record(receipt, chunk, applied, refused, failed)

    def _record(
        self, receipt: Receipt, chunk: Chunk, applied: Applied, refused: list[RowProblem], failed: int
    ) -> ChunkResult:
        problems = sorted([*refused, *applied.problems], key=lambda problem: problem.line)
        failed_lines = {p.line for p in applied.problems if p.outcome.level is Level.ERROR}
        warned_lines = {p.line for p in applied.problems if p.outcome.level is Level.REMARK}
        counts = applied.counts
        counts.failed += failed + len(failed_lines)
        counts.warned += len(warned_lines)
        counts.read = counts.added + counts.updated + counts.deleted + counts.unchanged + counts.stale + counts.failed
        if problems:
            self.objects.put_fragment(receipt.receipt_id, chunk.index, answers.errors_body(problems))
        result = ChunkResult(chunk.index, counts, len(problems))
        self.receipts.record_chunk(receipt, result)
        return result

    def _publish(self, receipt: Receipt) -> None:
        if receipt.status is Status.ACCEPTED and receipt.counts.read:
            self.receipts.claim_content(receipt)
        bucket = receipt.ref.bucket
        if receipt.problems:
            self.objects.write(bucket, keys.errors_key(receipt.ref), self._errors(receipt), answers.CSV)
        body = answers.answer_body(receipt)
        self.objects.write(bucket, keys.answer_key(receipt.ref), iter([body]), answers.JSON)
        self.events.file_answered(_event(receipt))
        self.receipts.close(receipt)

    def _errors(self, receipt: Receipt) -> Iterator[bytes]:
        yield answers.ERRORS_HEADER
        for result in self.receipts.ledger(receipt):
            if result.problems:
                yield self.objects.fragment(receipt.receipt_id, result.index)


def _rows(data: bytes, chunk: Chunk) -> Iterator[Row]:
    records = parse(data, chunk.line)
    if chunk.index == 0:
        next(records)  # the header
    for values, line in records:
        yield Row(line, values)


def _event(receipt: Receipt) -> FileAnswered:
    return FileAnswered(
        event_id=receipt.receipt_id,
        municipality=receipt.municipality,
        receipt_id=receipt.receipt_id,
        provider=receipt.provider,
        object_key=receipt.ref.key,
        version_id=receipt.ref.version_id,
        status=str(receipt.status),
        answered_at=str(receipt.answer()["answered_at"]),
    )
