"""The audit trail's bucket and table: added to, and nothing else."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.buckets import AccessLogBucket, EncryptedBucket
from infra.constructs.table import RecordTable
from infra.parameters.types import Parameters

_TAKING_AWAY = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]


class AuditStore(Construct):
    """Where records, digests and statements stand (docs/decisions/0096), encrypted with a key of their own.

    In production an object can't be deleted or changed by anybody before its time; in every stage none is written over.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: AccessLogBucket,
        parameters: Parameters,
    ) -> None:
        super().__init__(scope, construct_id)
        self._auditing = parameters.auditing
        kept = Duration.days(self._auditing.kept_days)
        self.key = key
        self.store = EncryptedBucket(
            self,
            "Records",
            key=key,
            access_logs=access_logs,
            parameters=parameters,
            lifecycle_rules=(
                s3.LifecycleRule(id="kept", expiration=kept, noncurrent_version_expiration=Duration.days(30)),
                s3.LifecycleRule(id="delete-markers", expired_object_delete_marker=True),
            ),
        )
        self.bucket = self.store.bucket
        self.table = RecordTable(self, "Index", key=key, parameters=parameters, expires_at="expires_at").table
        self._let_nothing_be_written_over()
        if self._auditing.locked_days:
            self._lock(self._auditing.locked_days)

    @property
    def kept_days(self) -> int:
        """Days for which records, and what finds them, stay."""
        return self._auditing.kept_days

    def _let_nothing_be_written_over(self) -> None:
        """Refuse every write that does not demand that there be nothing yet. It shuts out uploads in parts, too."""
        self._deny(["s3:PutObject"], {"Null": {"s3:if-none-match": "true"}})

    def _lock(self, days: int) -> None:
        resource = self.store.resource
        resource.object_lock_enabled = True
        resource.object_lock_configuration = s3.CfnBucket.ObjectLockConfigurationProperty(
            object_lock_enabled="Enabled",
            rule=s3.CfnBucket.ObjectLockRuleProperty(
                default_retention=s3.CfnBucket.DefaultRetentionProperty(mode="COMPLIANCE", days=days)
            ),
        )
        # What S3 itself expires is not asked for this. Without it, a delete marker would hide a locked record.
        self._deny(_TAKING_AWAY, {})

    def _deny(self, actions: list[str], conditions: dict[str, object]) -> None:
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=actions,
                resources=[self.bucket.arn_for_objects("*")],
                conditions=conditions,
            )
        )
