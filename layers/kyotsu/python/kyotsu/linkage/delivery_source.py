"""The accepted rows of one file, chunk by chunk, as one recipient's deliveries read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kyotsu.catalogue.layouts import load_layout
from kyotsu.catalogue.model import Catalogue, Interface, Recipient
from kyotsu.contracts.protection import Reader
from kyotsu.contracts.rows import Row
from kyotsu.linkage.applying import rows_of
from kyotsu.linkage.deliveries import Delivery, Place
from kyotsu.linkage.delivery_ports import DeliveryObjects
from kyotsu.linkage.delivery_rows import Shape, accepted, refused_lines
from kyotsu.linkage.ports import ObjectGoneError
from kyotsu.linkage.receipts import Chunk, ChunkResult, Receipt


class SpoiledError(Exception):
    """What stands behind a delivery can't be delivered, however often it is tried: no outage, but what is stored."""

    delivery: Delivery | None = None
    """Which one, as far as that is known where it is raised."""


@contextmanager
def blamed(delivery: Delivery) -> Iterator[None]:
    """Tell which delivery is spoiled, if one turns out to be."""
    try:
        yield
    except SpoiledError as error:
        error.delivery = delivery
        raise


@dataclass(slots=True)
class Source:
    """One file for one recipient. It keeps the rows of one chunk at a time."""

    recipient: Recipient
    shape: Shape
    reader: Reader
    receipt: Receipt
    chunks: Sequence[Chunk]
    results: Mapping[int, ChunkResult]
    objects: DeliveryObjects
    _kept: tuple[int, list[Row]] = field(default=(-1, []))

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        interface: Interface,
        recipient: Recipient,
        receipt: Receipt,
        ledger: Sequence[ChunkResult],
        objects: DeliveryObjects,
        reader: Reader,
    ) -> Source:
        """Return a file that came in; raises SpoiledError for any other."""
        version = interface.version(receipt.version)
        if receipt.scan is None or version is None:
            raise SpoiledError("it has no rows to deliver")
        shape = Shape(interface, recipient, load_layout(catalogue.root, version.layout))
        results = {result.index: result for result in ledger}
        return cls(recipient, shape, reader, receipt, receipt.scan.chunks, results, objects)

    def rows(self, index: int) -> list[Row]:
        """Return the accepted rows of a chunk; none of one that was never applied.

        Raises ObjectGoneError, or SpoiledError if they can't be told any more.
        """
        if self._kept[0] != index:
            self._kept = (index, self._read(index))
        return self._kept[1]

    def from_place(self, place: Place) -> tuple[Place, list[Row]]:
        """Return the first chunk that has accepted rows from a place on, and these rows; none at the file's end."""
        for index in range(place.chunk, len(self.chunks)):
            first = place.line if index == place.chunk else 0
            rows = [row for row in self.rows(index) if row.line >= first]
            if rows:
                return Place(index, first), rows
        return Place(len(self.chunks)), []

    def after(self, place: Place, taken: Sequence[Row], rows: Sequence[Row]) -> tuple[Place, bool]:
        """Return where to go on after some of the rows that `from_place` gave, and whether that is the end."""
        if len(taken) < len(rows):
            return Place(place.chunk, rows[len(taken)].line), False
        end = Place(min(place.chunk + 1, len(self.chunks)))
        return end, end.chunk >= len(self.chunks)

    def _read(self, index: int) -> list[Row]:
        result, chunk = self.results.get(index), self.chunks[index]
        if result is None:
            return []
        fragment = self._fragment(index) if result.problems else b""
        data = self.objects.read(self.receipt.ref, chunk.start, chunk.end)
        try:
            return accepted(rows_of(data, chunk), refused_lines(fragment))
        except Exception as error:  # no call: whatever is wrong lies in what was read
            raise SpoiledError("its rows, or what they were told, can't be read") from error

    def _fragment(self, index: int) -> bytes:
        try:
            return self.objects.fragment(self.receipt.receipt_id, index)
        except ObjectGoneError as error:
            raise SpoiledError("what its rows were told is not kept any more") from error
