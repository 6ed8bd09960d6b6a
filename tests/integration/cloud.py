"""One municipality's resources on moto, and a count of every call made to it."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

import boto3
import msgspec
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.table_items import NumberItem
from kyotsu.integrated.table import PersonItem
from kyotsu.linkage.keys import ObjectRef, answer_key, errors_key
from kyotsu.linkage.receipt_items import ReceiptItem
from kyotsu.linkage.table import ReceiptTable
from kyotsu.residents.reading import ResidentReader
from kyotsu.residents.table import ResidentTable, VersionItem
from kyotsu.runtime.tables import TableItem, bound
from kyotsu.wiring.catalogue import layout_columns
from tests.fakes.deployment import BUCKET, CATALOGUE, PREFIX
from tests.fakes.sealing import local_sealing

REGION: Final = "ap-northeast-1"
MUNICIPALITY = "141003"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "MUNICIPALITY": MUNICIPALITY,
    "ACCEPTED_MUNICIPALITIES": MUNICIPALITY,
    "BUCKET_PREFIX": PREFIX,
    "LINKAGE_TABLE": "linkage",
    "RESIDENTS_TABLE": "residents",
    "PROTECTION_TABLE": "protection",
    "ADDRESSEES_TABLE": "addressees",
    "INTEGRATED_TABLE": "integrated",
    "CANDIDATES_TABLE": "candidates",
    "NUMBER_RANGES": msgspec.json.encode(Ranges()).decode(),
    "SERIAL_BLOCK": "20",
    "RESIDENT_NUMBERS": "false",
    "INTEGRATED_WITH_ISSUE": "false",
    "SEARCH_BEFORE_ISSUE": "false",
    "LEASE_SECONDS": "300",
    "RESIDENTS_KEEP_NUMBERS": "true",
    "WORK_BUCKET": "work",
    "EVENT_BUS": "kyotsu",
    "PERSONAL_KEY": "made with the cloud",
    "FINGERPRINT_SECRET": "made with the cloud",
    "SMALL_CHUNKS": "8",
    "LARGE_FILE_MACHINE": f"arn:aws:states:{REGION}:123456789012:stateMachine:large-files",
    "SOURCE_QUEUE": "https://sqs.ap-northeast-1.amazonaws.com/123456789012/receive-file",
    "RETRY_ATTEMPTS": "3",
    "RETRY_FIRST_SECONDS": "10",
    "RETRY_FACTOR": "2",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
}


@dataclass
class Cloud:
    """Buckets, tables, a bus whose events land in a queue, and the calls made so far."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        self.dynamodb = boto3.client("dynamodb")
        self.receipts = ReceiptTable("linkage", MUNICIPALITY)
        self.residents = ResidentTable(self.dynamodb, "residents", MUNICIPALITY, local_sealing())
        self.reader = ResidentReader(self.residents, lambda layout: layout_columns(CATALOGUE, layout))

    def create(self) -> None:
        """Create everything; tables from their models."""
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        secret = boto3.client("secretsmanager").create_secret(Name="fingerprints", SecretString="f" * 64)["ARN"]
        os.environ.update(PERSONAL_KEY=key, FINGERPRINT_SECRET=secret)
        for bucket in (BUCKET, "work"):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for model, name in (
            (ReceiptItem, "linkage"),
            (VersionItem, "residents"),
            (VersionItem, "protection"),
            (NumberItem, "addressees"),
            (PersonItem, "integrated"),
            (TableItem, "candidates"),
        ):
            bound(model, name).create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        events, queue = boto3.client("events"), self.sqs.create_queue(QueueName="events")["QueueUrl"]
        events.create_event_bus(Name="kyotsu")
        events.put_rule(Name="all", EventBusName="kyotsu", EventPattern='{"source": ["kyotsu"]}')
        arn = f"arn:aws:sqs:{REGION}:123456789012:events"
        events.put_targets(Rule="all", EventBusName="kyotsu", Targets=[{"Id": "queue", "Arn": arn}])
        self.queue = queue

    def put(self, key: str, body: bytes, **metadata: str) -> ObjectRef:
        """Put an object as a provider does."""
        version = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, Metadata=metadata)["VersionId"]
        return ObjectRef(BUCKET, key, version)

    def answer(self, ref: ObjectRef) -> Any:
        """Return the answer beside an object."""
        return json.loads(self._read(answer_key(ref)))

    def errors(self, ref: ObjectRef) -> list[dict[str, str]]:
        """Return the lines of an object's errors file."""
        return list(csv.DictReader(io.StringIO(self._read(errors_key(ref)).decode())))

    def events(self) -> list[tuple[str, Any]]:
        """Return the events published since the last time, by detail-type."""
        found: list[tuple[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                found.append((event["detail-type"], event["detail"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    @contextmanager
    def counted(self) -> Iterator[Counter[str]]:
        """Count the calls made inside, by operation."""
        start, counter = len(self.calls), Counter[str]()
        yield counter
        counter.update(operation for operation, _ in self.calls[start:])

    def _read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@contextmanager
def running() -> Iterator[Cloud]:
    """Run a cloud of its own, with its environment and all calls recorded."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        cloud = Cloud()
        cloud.create()
        one_at_a_time = (
            RLock()
        )  # moto copies whole tables for a transaction, and other threads must not write meanwhile
        door: Any = BaseClient
        call = door._make_api_call

        def recorded(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
            cloud.calls.append((operation, arguments))
            with one_at_a_time:
                return call(client, operation, arguments)

        patch.setattr(BaseClient, "_make_api_call", recorded)
        yield cloud


def notification(refs: Sequence[ObjectRef]) -> dict[str, Any]:
    """Return the event of an SQS batch with one EventBridge event of S3 per object."""
    return {"Records": [_record(index, ref) for index, ref in enumerate(refs)]}


def _record(index: int, ref: ObjectRef) -> dict[str, Any]:
    detail = {"bucket": {"name": ref.bucket}, "object": {"key": ref.key, "version-id": ref.version_id}}
    return {
        "messageId": f"message-{index}",
        "receiptHandle": "handle",
        "body": json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail}),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:receive-file",
        "awsRegion": REGION,
    }
