"""What `functions/residents/list_missing` is made of. Built once per worker, on its first event."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.events import FileAnswered, PeopleMissingFromFullSet
from kyotsu.linkage.full_sets import FullSets
from kyotsu.linkage.table import ReceiptTable
from kyotsu.residents.registered import RegisteredResidents
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting
from kyotsu.wiring.adapters import LinkageObjects

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class FullSetBus:
    """`kyotsu.linkage.full_sets.FullSetEvents` on EventBridge."""

    bus: EventBus

    def people_missing(self, event: PeopleMissingFromFullSet) -> None:
        """Publish that people are missing."""
        self.bus.publish([event])


@dataclass(frozen=True, slots=True)
class SameQueue:
    """`kyotsu.linkage.full_sets.Continuations` on SQS: the message that the rule for answers sends."""

    client: SQSClient
    url: str

    def ask_again(self, answered: FileAnswered) -> None:
        """Send the same message to the same queue."""
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps({"detail": msgspec.to_builtins(answered)}))


@functools.cache
def full_sets() -> FullSets:
    """Return the comparison of complete full sets with the records."""
    municipality, work = setting("MUNICIPALITY"), setting("WORK_BUCKET")
    residents = ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), municipality)
    return FullSets(
        catalogue=load_catalogue(layer_root()),
        work_bucket=work,
        objects=LinkageObjects(S3Objects(clients.s3()), work),
        receipts=ReceiptTable(setting("LINKAGE_TABLE"), municipality),
        people=RegisteredResidents(residents),
        events=FullSetBus(EventBus(clients.events(), setting("EVENT_BUS"))),
        continuations=SameQueue(clients.sqs(), setting("SOURCE_QUEUE")),
    )
