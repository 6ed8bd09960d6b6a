"""What the `Linkage` table holds beside receipts, for those who watch over them.

| item | pk | sk |
|---|---|---|
| walk of a bucket | 団体コード#SWEEP | bucket |
| reminder of a version | 団体コード#RECEIPT#id | REMINDER |
| numbering of a branch | 団体コード#NUMBERING | provider#interface-branch |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import PutError

from kyotsu.linkage.continuity import Numbering
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipt_items import ReceiptItem
from kyotsu.linkage.sequences import Run, Span
from kyotsu.linkage.sweep import Known, Reminder, Walk
from kyotsu.linkage.table import RECEIPT
from kyotsu.runtime.tables import TableItem, bound

REMINDER = "REMINDER"


class WalkItem(TableItem):
    """How far a bucket has been walked."""

    marker: JSONAttribute = JSONAttribute(null=True)
    started = UTCDateTimeAttribute(null=True)
    unsettled = UTCDateTimeAttribute(null=True)
    settled_before = UTCDateTimeAttribute(null=True)


class ReminderItem(TableItem):
    """A version that the sweep notified of."""

    times = NumberAttribute()
    due = UTCDateTimeAttribute()


class NumberingItem(TableItem):
    """The 連番 of a provider's interface and branch."""

    provider = UnicodeAttribute()
    interface = UnicodeAttribute()
    branch = UnicodeAttribute()
    revision = NumberAttribute()
    runs: JSONAttribute = JSONAttribute()
    told: JSONAttribute = JSONAttribute()


class WatchTable:
    """`SweepNotes` and `Numberings` on DynamoDB."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._walks = bound(WalkItem, table)
        self._reminders = bound(ReminderItem, table)
        self._numberings = bound(NumberingItem, table)
        self._receipts = bound(ReceiptItem, table)

    def walk(self, bucket: str) -> Walk:
        """Return how far a bucket has been walked."""
        try:
            item = self._walks.get(f"{self._municipality}#SWEEP", bucket, consistent_read=True)
        except self._walks.DoesNotExist:
            return Walk(bucket)
        marker = (item.marker[0], item.marker[1]) if item.marker else None
        moments = map(_utc_or_none, (item.started, item.unsettled, item.settled_before))
        return Walk(bucket, marker, *moments)

    def save_walk(self, walk: Walk) -> None:
        """Remember how far a bucket has been walked."""
        self._walks(
            f"{self._municipality}#SWEEP",
            walk.bucket,
            marker=list(walk.marker) if walk.marker else None,
            started=walk.started,
            unsettled=walk.unsettled,
            settled_before=walk.settled_before,
        ).save()

    def known(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Known]:
        """Return what is known of those that have a receipt."""
        by_id = {self._pk(ref): ref for ref in refs}
        wanted = [(pk, RECEIPT) for pk in by_id]
        fields = ["pk", "sk", "received_at", "answered"]
        found = self._receipts.batch_get(wanted, consistent_read=True, attributes_to_get=fields)
        return {by_id[item.pk]: Known(_utc(item.received_at), item.answered) for item in found}

    def reminders(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Reminder]:
        """Return the reminders of those that were notified of by the sweep."""
        by_id = {self._pk(ref): ref for ref in refs}
        found = self._reminders.batch_get([(pk, REMINDER) for pk in by_id], consistent_read=True)
        return {by_id[item.pk]: Reminder(int(item.times), _utc(item.due)) for item in found}

    def save_reminders(self, reminders: Mapping[ObjectRef, Reminder]) -> None:
        """Remember that they were notified of."""
        with self._reminders.batch_write() as batch:
            for ref, reminder in reminders.items():
                batch.save(self._reminders(self._pk(ref), REMINDER, times=reminder.times, due=reminder.due))

    def numbering(self, provider: str, interface: str, branch: str) -> Numbering:
        """Return a numbering; one of revision 0 if no number of it is known."""
        try:
            item = self._numberings.get(self._numbering_pk(), f"{provider}#{interface}-{branch}", consistent_read=True)
        except self._numberings.DoesNotExist:
            return Numbering(provider, interface, branch)
        return _numbering(item)

    def numberings(self) -> Iterator[Numbering]:
        """Yield every numbering of the municipality."""
        return map(_numbering, self._numberings.query(self._numbering_pk(), consistent_read=True))

    def replace_numbering(self, numbering: Numbering) -> bool:
        """Store a numbering if the stored revision is the one before; tell whether it was."""
        item = self._numberings(
            self._numbering_pk(),
            f"{numbering.provider}#{numbering.interface}-{numbering.branch}",
            provider=numbering.provider,
            interface=numbering.interface,
            branch=numbering.branch,
            revision=numbering.revision,
            runs=numbering.runs,
            told=numbering.told,
        )
        first = numbering.revision == 1
        model = self._numberings
        try:
            item.save(model.pk.does_not_exist() if first else model.revision == numbering.revision - 1)
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _pk(self, ref: ObjectRef) -> str:
        return f"{self._municipality}#RECEIPT#{ref.receipt_id}"

    def _numbering_pk(self) -> str:
        return f"{self._municipality}#NUMBERING"


def _numbering(item: NumberingItem) -> Numbering:
    return Numbering(
        item.provider,
        item.interface,
        item.branch,
        int(item.revision),
        tuple(Run(*run) for run in item.runs),
        tuple(Span(*span) for span in item.told),
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _utc_or_none(moment: datetime | None) -> datetime | None:
    return _utc(moment) if moment else None
