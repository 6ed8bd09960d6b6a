"""The only thing of ours that is public: what others need to check our tokens."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.buckets import UNFINISHED_UPLOADS, AccessLogBucket
from infra.constructs.nag import acknowledge
from infra.parameters.types import Parameters


class PublicDocuments(Construct):
    """A private bucket and, unless the parameters name an issuer, a CloudFront distribution that alone may read it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, access_logs: AccessLogBucket, parameters: Parameters
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            # Nothing in it is secret, and CloudFront needs no right on a key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(id="former", noncurrent_version_expiration=Duration.days(30)),
                UNFINISHED_UPLOADS,
            ],
            removal_policy=parameters.removal_policy,
        )
        # As in `EncryptedBucket`: the construct's own way adds a policy statement per source.
        resource = cast("s3.CfnBucket", self.bucket.node.default_child)
        resource.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=access_logs.bucket.bucket_name, log_file_prefix=f"{construct_id}/"
        )
        self.issuer = parameters.tokens.issuer or self._distribute(parameters)

    def _distribute(self, parameters: Parameters) -> str:
        """Make the distribution and return its URL."""
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{parameters.name}: how our tokens are checked",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                # Documents say themselves how long they may be kept.
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            ),
            price_class=cloudfront.PriceClass.PRICE_CLASS_200,
        )
        # Another domain would be another issuer, which nobody who trusts this one knows.
        distribution.apply_removal_policy(parameters.removal_policy)
        acknowledge(distribution, "CFR1", "STS fetches the documents, from wherever AWS runs it.")
        acknowledge(distribution, "CFR2", "Documents that are public and static; nothing stands behind them.")
        acknowledge(distribution, "CFR3", "Everybody may read the documents; who did tells nothing.")
        acknowledge(distribution, "CFR4", "CloudFront's own domain, which leaves the choice of TLS to AWS.")
        return f"https://{distribution.distribution_domain_name}"
