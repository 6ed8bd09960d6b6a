"""Taking one file back: its versions stop counting, and what other files had brought as well is theirs from then on.

A file whose rows were already stored leaves no trace of them but `unchanged` in its answer. So files that may have
repeated rows of the undone one are applied once more: the end is that of all files but the undone one, in any order
(docs/decisions/0050-undo-by-retraction.md). Every step may be repeated, and goes on where the ledger ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.events import FileUndone
from kyotsu.contracts.ports import Clock, RowApplier, RowRetractor
from kyotsu.contracts.rows import TakenBack
from kyotsu.linkage import answers, keys
from kyotsu.linkage.admission import Admission, Admitted, interface_of
from kyotsu.linkage.applying import FileApplication, InTime, OutOfTimeError
from kyotsu.linkage.grouping import PERSON
from kyotsu.linkage.ports import ObjectGoneError
from kyotsu.linkage.receipts import Chunk, Receipt, Scan, Status
from kyotsu.linkage.repeating import AgainLedger, AgainObjects
from kyotsu.linkage.scanning import parse
from kyotsu.linkage.undos import Step, Undo, UndoEvents, UndoObjects, UndoRefusedError, Undos, steps_by_file
from kyotsu.linkage.validation import RowValidator

CLOCKS_DIFFER = timedelta(hours=1)
"""How far the clocks of two workers may be apart, with much to spare."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """Takes files of one deployment back."""

    admission: Admission
    appliers: Mapping[str, RowApplier]
    retractors: Mapping[str, RowRetractor]
    objects: UndoObjects
    undos: Undos
    events: UndoEvents
    clock: Clock
    progress: Callable[[int], object] = lambda _: None
    """Told the bytes of every chunk that was worked on."""

    def undo(self, receipt_id: str, by: str, reason: str, in_time: InTime) -> Undo:
        """Take a file back, answer, and return the undo; of a file that was taken back before, the first one.

        Raises UndoRefusedError, or OutOfTimeError before a chunk if `in_time` denies that there is time for one:
        then ask again.
        """
        receipt = self._undoable(receipt_id)
        undo = self.undos.find(receipt_id)
        if undo is None:
            self._must_be_there(receipt)
            undo = self.undos.begin(Undo(receipt_id, by, reason, self.clock.now()))
        if undo.finished_at is None:
            self.undos.release_content(receipt)
            undo = self.undos.decide(self._finished(receipt, undo, in_time))
        if not undo.answered:
            self._publish(receipt, undo)
        return undo

    def answer(self, undo: Undo) -> dict[str, Any]:
        """Return the answer to an undo, as it stands beside the file."""
        return undo.answer(self._undoable(undo.receipt_id))

    def _undoable(self, receipt_id: str) -> Receipt:
        receipt = self.undos.receipt(receipt_id)
        if receipt is None:
            raise UndoRefusedError(outcomes.UNDO_UNKNOWN, receipt_id=receipt_id)
        if receipt.status is None or not receipt.answered:
            raise UndoRefusedError(outcomes.UNDO_TOO_EARLY, receipt_id=receipt_id)
        if receipt.status not in (Status.ACCEPTED, Status.PARTIALLY_ACCEPTED):
            raise UndoRefusedError(outcomes.UNDO_NOT_ACCEPTED, receipt_id=receipt_id)
        interface = interface_of(self.admission.catalogue, keys.parse_key(receipt.ref.key))
        if interface.applier not in self.retractors:
            raise UndoRefusedError(outcomes.UNDO_OF_EDITS, interface=interface.id)
        return receipt

    def _must_be_there(self, receipt: Receipt) -> None:
        try:
            self.objects.read(receipt.ref, 0, 1)
        except ObjectGoneError as error:
            raise UndoRefusedError(outcomes.UNDO_OBJECT_GONE, receipt_id=receipt.receipt_id) from error

    def _finished(self, receipt: Receipt, undo: Undo, in_time: InTime) -> Undo:
        steps = steps_by_file(self.undos.steps(receipt.receipt_id))
        admitted = self.admission.admit(receipt)
        counts = self._take_back(receipt, admitted, steps.get("", {}), in_time)
        for other in self._repeaters(receipt, admitted):
            self._apply_again(receipt, other, steps.get(other.receipt_id, {}), in_time)
        again = steps_by_file(self.undos.steps(receipt.receipt_id))
        gone = {other for other, done in again.items() if any(step.gone for step in done.values())}
        return replace(
            undo,
            counts=counts,
            applied_again=tuple(sorted(again.keys() - gone - {""})),
            not_applied_again=tuple(sorted(gone)),
            finished_at=self.clock.now(),
        )

    def _take_back(self, receipt: Receipt, admitted: Admitted, done: Mapping[int, Step], in_time: InTime) -> TakenBack:
        counts, retractor = TakenBack(), self.retractors[admitted.interface.applier]
        for chunk in _scan(receipt).chunks:
            step = done.get(chunk.index)
            if step is None:
                if not in_time():
                    raise OutOfTimeError
                numbers = self._people(receipt, admitted, chunk)
                step = Step(chunk.index, counts=retractor.take_back(receipt.receipt_id, chunk.index, numbers))
                self.undos.record(receipt.receipt_id, step)
            counts += step.counts
            self.progress(chunk.end - chunk.start)
        return counts

    def _people(self, receipt: Receipt, admitted: Admitted, chunk: Chunk) -> Sequence[str]:
        """Return whom a chunk speaks of. Refused rows count as well: rules may have become stricter since."""
        try:
            data = self.objects.read(receipt.ref, chunk.start, chunk.end)
        except ObjectGoneError as error:
            raise UndoRefusedError(outcomes.UNDO_OBJECT_GONE, receipt_id=receipt.receipt_id) from error
        columns = admitted.layout.columns
        position, width = columns.index(PERSON), len(columns)
        found = {values[position] for values, _ in parse(data, chunk.line) if len(values) == width}
        # The header's own name and what is no number stand for nobody.
        return sorted(number for number in found - {"", PERSON})

    def _repeaters(self, undone: Receipt, admitted: Admitted) -> Iterator[Receipt]:
        """Yield the files that may have met rows of the undone one as already stored."""
        since = undone.received_at - CLOCKS_DIFFER
        for provider in sorted(self.admission.catalogue.systems):
            if not admitted.interface.accepts_provider(provider):
                continue
            for other in map(self.admission.labelled, self.undos.received(provider)):
                alike = (other.interface, other.mode) == (undone.interface, undone.mode)
                if other.receipt_id == undone.receipt_id or not alike or not _may_have_repeated(other, since):
                    continue
                # A file that is taken back as well brings nothing.
                if self.undos.find(other.receipt_id) is None:
                    yield other

    def _apply_again(self, undone: Receipt, other: Receipt, done: Mapping[int, Step], in_time: InTime) -> None:
        if any(step.gone for step in done.values()):
            return
        admitted = self.admission.admit(other)
        file = self.admission.context(other, admitted)
        application = FileApplication(
            other,
            file,
            RowValidator(admitted.layout, file),
            self.appliers[admitted.interface.applier],
            AgainObjects(self.objects),
            AgainLedger(self.undos, undone.receipt_id, done),
        )
        try:
            application.apply(_scan(other).chunks, in_time)
        except ObjectGoneError:
            self.undos.record(undone.receipt_id, Step(0, again=other.receipt_id, gone=True))

    def _publish(self, receipt: Receipt, undo: Undo) -> None:
        body = msgspec.json.format(msgspec.json.encode(undo.answer(receipt)), indent=2) + b"\n"
        self.objects.write(receipt.ref.bucket, keys.undo_key(receipt.ref), iter([body]), answers.JSON)
        self.events.file_undone(
            FileUndone(
                event_id=f"{receipt.receipt_id}-undo",
                municipality=receipt.municipality,
                receipt_id=receipt.receipt_id,
                provider=receipt.provider,
                object_key=receipt.ref.key,
                version_id=receipt.ref.version_id,
                undone_at=str(undo.answer(receipt)["finished_at"]),
            )
        )
        self.undos.close(undo)


def _may_have_repeated(other: Receipt, since: datetime) -> bool:
    """A file without a scan has met nobody yet; one that is being applied may have."""
    if other.scan is None or other.status is None or other.answered_at is None:
        return other.scan is not None and other.status is None
    return other.counts.unchanged > 0 and other.answered_at >= since


def _scan(receipt: Receipt) -> Scan:
    if receipt.scan is None:
        raise ValueError(f"receipt {receipt.receipt_id} was accepted without a scan")
    return receipt.scan
