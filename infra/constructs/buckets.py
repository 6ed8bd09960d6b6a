"""Buckets: private, TLS only, versioned, encrypted with our keys, every access logged; some can forget."""

from __future__ import annotations

from typing import cast

from aws_cdk import Aws, Duration, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.table import NO_BACKUP
from infra.parameters.types import Parameters
from infra.retention import kept_files, lifecycle_rules

UNFINISHED_UPLOADS = s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=Duration.days(7))


class AccessLogBucket(Construct):
    """Where S3 writes who read and wrote the other buckets."""

    def __init__(self, scope: Construct, construct_id: str, *, parameters: Parameters) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            # S3 can't deliver access logs into a bucket that encrypts with a KMS key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="retention",
                    expiration=Duration.days(parameters.access_log_days),
                    noncurrent_version_expiration=Duration.days(30),
                ),
                UNFINISHED_UPLOADS,
            ],
            removal_policy=parameters.removal_policy,
        )
        self._let_s3_deliver()

    def _let_s3_deliver(self) -> None:
        # One statement for all sources: one per bucket would outgrow a bucket policy's 20 KB.
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects("*")],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )


class EncryptedBucket(Construct):
    """A private bucket encrypted with a customer-managed key; objects keep all versions unless `versioned` is false."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: AccessLogBucket,
        parameters: Parameters,
        name: str | None = None,
        versioned: bool = True,
        lifecycle_rules: tuple[s3.LifecycleRule, ...] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=versioned,
            lifecycle_rules=[UNFINISHED_UPLOADS, *lifecycle_rules],
            removal_policy=parameters.removal_policy,
        )
        # Set on the resource, because the construct's own way adds a policy statement per source to the log bucket.
        self.resource.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=access_logs.bucket.bucket_name, log_file_prefix=f"{construct_id}/"
        )

    @property
    def resource(self) -> s3.CfnBucket:
        """The CloudFormation resource itself."""
        return cast("s3.CfnBucket", self.bucket.node.default_child)

    def announce(self) -> None:
        """Have EventBridge told of every object that is created."""
        # `event_bridge_enabled=True` would bring a custom resource and a function of the CDK's own.
        self.resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )


class ProviderBucket(EncryptedBucket):
    """The bucket of one linked system, who knows it by name; what arrives in it is told to EventBridge."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        system: str,
        key: kms.IKey,
        access_logs: AccessLogBucket,
        parameters: Parameters,
    ) -> None:
        self.name = f"{parameters.bucket_prefix}{system.lower()}"
        super().__init__(
            scope,
            construct_id,
            key=key,
            access_logs=access_logs,
            parameters=parameters,
            name=self.name,
            lifecycle_rules=lifecycle_rules(system, kept_files()),
        )
        self.announce()


class ForgettingBucket(EncryptedBucket):
    """A private bucket without versions: what is deleted is gone, and nothing outlives `days`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: AccessLogBucket,
        parameters: Parameters,
        days: int,
        name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            key=key,
            access_logs=access_logs,
            parameters=parameters,
            name=name,
            versioned=False,
            lifecycle_rules=(s3.LifecycleRule(id="forgotten", expiration=Duration.days(days)),),
        )
        Tags.of(self.bucket).add(*NO_BACKUP)
