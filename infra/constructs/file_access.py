"""What the functions that receive files are told, and the rights that more than one of them needs."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aws_cdk import Duration, Stack

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.integrated_access import IntegratedAccess
from infra.constructs.table import HOLDING, only_partitions
from infra.stacks.stateful import StatefulStack

TIMEOUT = Duration.minutes(15)
MEMORY_MIB = 1769
"""One whole vCPU."""
_APPLY = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem"]
_EDIT = [
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
]
_NOTE = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]


@dataclass(frozen=True)
class FileAccess:
    """Files of the provider buckets, and the records of a deployment."""

    platform: Platform
    stateful: StatefulStack

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.functions.reception`."""
        parameters, stateful = self.platform.parameters, self.stateful
        return {
            "MUNICIPALITY": parameters.municipality,
            "ACCEPTED_MUNICIPALITIES": ",".join(parameters.accepted_municipalities),
            "BUCKET_PREFIX": parameters.bucket_prefix,
            "LINKAGE_TABLE": stateful.linkage.table.table_name,
            "RESIDENTS_TABLE": stateful.residents.table.table_name,
            "PROTECTION_TABLE": stateful.protection.table.table_name,
            "WORK_BUCKET": stateful.work.bucket.bucket_name,
            "EVENT_BUS": stateful.bus.event_bus_name,
            "SMALL_CHUNKS": str(parameters.small_chunks),
            "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
            "INTEGRATED_TABLE": stateful.integrated.table.table_name,
            "NUMBER_RANGES": msgspec.json.encode(parameters.numbering.ranges).decode(),
            "RESIDENTS_KEEP_NUMBERS": str(parameters.numbering.residents_keep_numbers).lower(),
            **stateful.personal.environment(),
        }

    def let_read_files(self, function: PythonFunction) -> None:
        """Let a function read what providers put into their outboxes."""
        buckets = self._provider_buckets()
        function.allow_objects(["s3:GetObject", "s3:GetObjectVersion"], buckets, "outbox/")
        # Without it S3 answers "access denied" where a version is gone, and its file could not be rejected.
        function.allow(["s3:ListBucket"], buckets)
        function.allow_key(self.stateful.keys.exchange, ["s3"], ["Decrypt"])

    def let_store_rows(self, function: PythonFunction) -> None:
        """Let a function store versions and heads of residents and of people under 支援措置."""
        tables = (self.stateful.residents, self.stateful.protection)
        function.allow(_APPLY, [records.table.table_arn for records in tables])
        self.stateful.personal.let_seal(function)
        self._let_use_records(function)

    def let_apply_rows(self, function: PythonFunction) -> None:
        """Let a function apply rows of every kind, keep fragments of errors files, and note progress."""
        self.let_store_rows(function)
        own = only_partitions(self.platform.parameters, "*")
        function.allow(_EDIT, [self.stateful.addressees.table.table_arn], **own)
        IntegratedAccess(self.platform.parameters, self.stateful).let_write(function)
        function.allow(_NOTE, [self.stateful.linkage.table.table_arn])
        function.allow_objects(["s3:PutObject"], [self.stateful.work_arn], "errors/")

    def let_answer(self, function: PythonFunction) -> None:
        """Let a function decide a receipt, write its answer and tell of it."""
        stateful = self.stateful
        function.allow([*_NOTE, "dynamodb:UpdateItem"], [stateful.linkage.table.table_arn])
        applied = only_partitions(self.platform.parameters, HOLDING)
        function.allow(["dynamodb:DeleteItem"], [stateful.linkage.table.table_arn], **applied)
        function.allow_objects(["s3:GetObject"], [stateful.work_arn], "errors/")
        function.allow(["s3:ListBucket"], [stateful.work_arn], StringLike={"s3:prefix": "errors/*"})
        # An earlier answer under the same name is read, and what it told of rows that are now right is taken away.
        function.allow_objects(["s3:GetObject", "s3:PutObject"], self._provider_buckets(), "answers/")
        function.allow_objects(["s3:DeleteObject"], self._provider_buckets(), "answers/*.errors.csv")
        function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        function.allow_key(stateful.keys.exchange, ["s3"], ["Decrypt", "GenerateDataKey"])
        self._let_use_records(function)

    def let_undo(self, function: PythonFunction) -> None:
        """Let a function answer an undo, find the files that repeated rows, and forget that a content was accepted."""
        linkage = self.stateful.linkage.table.table_arn
        function.allow(["dynamodb:Query"], [f"{linkage}/index/by_provider"])
        function.allow([*_NOTE, "dynamodb:DeleteItem", "dynamodb:UpdateItem"], [linkage])
        function.allow_objects(["s3:PutObject"], self._provider_buckets(), "answers/")
        function.allow(["events:PutEvents"], [self.stateful.bus.event_bus_arn])
        function.allow_key(self.stateful.keys.exchange, ["s3"], ["Decrypt", "GenerateDataKey"])
        self._let_use_records(function)

    def _let_use_records(self, function: PythonFunction) -> None:
        actions = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
        function.allow_key(self.stateful.keys.records, ["dynamodb", "s3"], actions)

    def _provider_buckets(self) -> list[str]:
        partition = Stack.of(self.stateful).partition
        return [f"arn:{partition}:s3:::{name}" for name in self.stateful.provider_bucket_names]
