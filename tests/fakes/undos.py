"""Undos in memory, over the receipts of a deployment in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kyotsu.contracts.events import FileUndone
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.undoing import Undoing
from kyotsu.linkage.undos import Step, Undo
from kyotsu.protection.retracting import protection_retractor
from kyotsu.residents.retracting import ResidentRetractor
from tests.fakes.deployment import Deployment
from tests.fakes.memory import MemoryReceipts


@dataclass
class MemoryUndos:
    """`Undos`."""

    receipts: MemoryReceipts
    undos: dict[str, Undo] = field(default_factory=dict)
    done: dict[str, dict[tuple[str, bool, int], Step]] = field(default_factory=dict)

    def begin(self, undo: Undo) -> Undo:
        return self.undos.setdefault(undo.receipt_id, undo)

    def find(self, receipt_id: str) -> Undo | None:
        return self.undos.get(receipt_id)

    def steps(self, receipt_id: str) -> list[Step]:
        found = self.done.get(receipt_id, {})
        return [found[key] for key in sorted(found)]

    def record(self, receipt_id: str, step: Step) -> None:
        self.done.setdefault(receipt_id, {}).setdefault((step.again, step.gone, step.index), step)

    def decide(self, undo: Undo) -> Undo:
        if self.undos[undo.receipt_id].finished_at is None:
            self.undos[undo.receipt_id] = undo
        return self.undos[undo.receipt_id]

    def close(self, undo: Undo) -> None:
        self.undos[undo.receipt_id] = replace(self.undos[undo.receipt_id], answered=True)

    def release_content(self, receipt: Receipt) -> None:
        contents = self.receipts.contents
        for key in [key for key, found in contents.items() if found[0] == receipt.receipt_id]:
            del contents[key]

    def receipt(self, receipt_id: str) -> Receipt | None:
        return self.receipts.receipts.get(receipt_id)

    def received(self, provider: str) -> Iterator[Receipt]:
        return iter([receipt for receipt in self.receipts.receipts.values() if receipt.provider == provider])


@dataclass
class MemoryUndoEvents:
    """Published events."""

    undone: list[FileUndone] = field(default_factory=list)

    def file_undone(self, event: FileUndone) -> None:
        self.undone.append(event)


@dataclass
class Undoable:
    """A deployment whose files can be taken back."""

    deployment: Deployment
    undos: MemoryUndos
    events: MemoryUndoEvents = field(default_factory=MemoryUndoEvents)

    @property
    def undoing(self) -> Undoing:
        """The use case over the deployment's ports as they are now."""
        reception = self.deployment.reception
        return Undoing(
            admission=reception.admission,
            appliers=reception.appliers,
            retractors={
                "residents": ResidentRetractor(self.deployment.residents),
                "protection": protection_retractor(self.deployment.protected),
            },
            objects=reception.objects,
            undos=self.undos,
            events=self.events,
            clock=reception.clock,
        )


def undoable(deployment: Deployment) -> Undoable:
    """Return a deployment with nothing taken back yet."""
    return Undoable(deployment, MemoryUndos(deployment.receipts))
