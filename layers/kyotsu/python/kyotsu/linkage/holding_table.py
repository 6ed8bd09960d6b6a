"""Files that hold deliveries back, in the `Linkage` table: pk 団体コード#HOLDING, sk the receipt's id.

Such an item is written in one transaction with its receipt, and deleted when the file is applied or refused for good.
"""

from __future__ import annotations

from typing import Any

from pynamodb.transactions import TransactWrite

from kyotsu.linkage.receipts import Receipt
from kyotsu.runtime.tables import TableItem, all_or_nothing, bound, connection


class HoldingItem(TableItem):
    """That a file holds deliveries back."""


class HoldingTable:
    """Which files hold deliveries back now."""

    def __init__(self, table: str, municipality: str) -> None:
        self._holding = bound(HoldingItem, table)
        self._partition = f"{municipality}#HOLDING"

    def save(self, item: TableItem, receipt: Receipt, absent: Any) -> bool:
        """Store a receipt's item if it is absent, and that it holds back; tell whether both were stored.

        Both or neither: a repeat after the answer must not hold back for ever.
        """
        with all_or_nothing() as outcome, TransactWrite(connection=connection()) as write:
            write.save(item, condition=absent)
            write.save(self._item(receipt))
        return outcome.stored

    def let_go(self, receipt: Receipt) -> None:
        """Hold no delivery back for it any more; may be repeated."""
        self._item(receipt).delete()

    def holding(self) -> bool:
        """Tell whether there is a file that holds deliveries back. Sees every earlier write."""
        return any(True for _ in self._holding.query(self._partition, consistent_read=True, limit=1))

    def _item(self, receipt: Receipt) -> HoldingItem:
        return self._holding(self._partition, receipt.receipt_id)
