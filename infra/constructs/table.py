"""DynamoDB tables as every bounded context has them: keys `pk` and `sk`, on demand, recoverable, our key."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Tags
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.parameters.types import Parameters

NO_BACKUP = ("kyotsu:backup", "never")
"""Tag of what must be able to forget: no backup plan may select it (docs/decisions/0142)."""


def text(name: str) -> dynamodb.Attribute:
    """Return a key attribute that holds a string."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def index(name: str, partition: str, sort: str) -> dynamodb.GlobalSecondaryIndexPropsV2:
    """Return a global index over two string attributes that holds whole items."""
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=text(partition),
        sort_key=text(sort),
        projection_type=dynamodb.ProjectionType.ALL,
    )


TABLE_KEY = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
"""What whoever writes a table needs of its key, by way of DynamoDB."""
READ_KEY = ("Decrypt", "DescribeKey")
"""What whoever reads it needs."""
LANES, FILES, FAILURES, HOLDING = "LANE#*", "RECEIPT#*", "FAILURE#*", "HOLDING"
"""Partitions of the `Linkage` table: deliveries by lane; files with their plans and undos; why a message failed; files
that hold deliveries back."""


def only_partitions(parameters: Parameters, *patterns: str, but: Sequence[str] = ()) -> dict[str, dict[str, object]]:
    """Return the conditions under which a statement holds for partitions `団体コード#pattern` alone (`LANE#*` …), `but`
    for those of other patterns.

    Of an index, its own partitions count. ForAllValues also holds for a request without any; Null refuses that one.
    """
    key = "dynamodb:LeadingKeys"

    def own(patterns: Sequence[str]) -> dict[str, object]:
        return {key: [f"{parameters.municipality}#{pattern}" for pattern in patterns]}

    excepted = {"ForAllValues:StringNotLike": own(but)} if but else {}
    return {"ForAllValues:StringLike": own(patterns), **excepted, "Null": {key: "false"}}


class RecordTable(Construct):
    """A table that can be restored to any second of the last 35 days and, if protected, can't be deleted.

    One that must be able to forget (`forgets`) can't be restored at all.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        parameters: Parameters,
        stream: bool = False,
        expires_at: str | None = None,
        indexes: tuple[dynamodb.GlobalSecondaryIndexPropsV2, ...] = (),
        forgets: str | None = None,
    ) -> None:
        """`forgets`: why no state of the table may be restored."""
        super().__init__(scope, construct_id)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=text("pk"),
            sort_key=text("sk"),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=forgets is None
            ),
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if stream else None,
            time_to_live_attribute=expires_at,
            global_secondary_indexes=list(indexes),
            deletion_protection=parameters.protected,
            removal_policy=parameters.removal_policy,
        )
        if forgets:
            acknowledge(self.table, "DDB3", forgets)
            Tags.of(self.table).add(*NO_BACKUP)
