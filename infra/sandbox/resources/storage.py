"""Buckets and tables."""

from typing import Any

from infra.sandbox.access.documents import checked
from infra.sandbox.deployment import Kind, Place, only
from infra.sandbox.intrinsics import Created


def bucket(place: Place, properties: dict[str, Any]) -> Created:
    """Make a bucket with versioning, default encryption, public access block and EventBridge events."""
    s3, region = place.cloud.client("s3"), place.cloud.region
    name = properties.get("BucketName", place.physical_name(63).lower())
    locked = properties.get("ObjectLockEnabled", False)
    s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, ObjectLockEnabledForBucket=locked
    )
    if "ObjectLockConfiguration" in properties:
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=properties["ObjectLockConfiguration"])
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    if "BucketEncryption" in properties:
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=_encryption(properties))
    if "PublicAccessBlockConfiguration" in properties:
        s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
        )
    notifications = properties.get("NotificationConfiguration", {})
    only(notifications, {"EventBridgeConfiguration"}, f"{place.path} NotificationConfiguration")
    if notifications.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled", bool(notifications)):
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    domain = f"{name}.s3.{region}.amazonaws.com"
    return Created(name, {"Arn": f"arn:aws:s3:::{name}", "DomainName": domain, "RegionalDomainName": domain})


def _encryption(properties: dict[str, Any]) -> dict[str, Any]:
    rules = [
        {
            ("ApplyServerSideEncryptionByDefault" if key == "ServerSideEncryptionByDefault" else key): value
            for key, value in rule.items()
        }
        for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def bucket_policy(place: Place, properties: dict[str, Any]) -> Created:
    """Put a bucket's policy."""
    place.cloud.client("s3").put_bucket_policy(
        Bucket=properties["Bucket"], Policy=checked(properties["PolicyDocument"], place.path)
    )
    return Created(properties["Bucket"])


_REPLICA = {"Region", "DeletionProtectionEnabled", "SSESpecification"}
_REPLICA_IGNORED = {
    "ContributorInsightsSpecification": "the sandbox writes no metrics",
    "GlobalSecondaryIndexes": "says nothing but how each index is measured and throttled",
    "PointInTimeRecoverySpecification": "nothing is restored here",
    "TableClass": "only a matter of price",
    "Tags": "nothing in the sandbox reads tags",
}


def global_table(place: Place, properties: dict[str, Any]) -> Created:
    """Make the table of this region with its indexes, stream and TTL."""
    dynamodb = place.cloud.client("dynamodb")
    name = properties.get("TableName", place.physical_name(255))
    passed = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode")
    request = {key: properties[key] for key in passed if key in properties}
    if "StreamSpecification" in properties:
        request["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    key = None
    for replica in properties["Replicas"]:
        only(replica, _REPLICA | set(_REPLICA_IGNORED), f"{place.path} Replicas")
        if replica["Region"] == place.cloud.region:
            request["DeletionProtectionEnabled"] = replica.get("DeletionProtectionEnabled", False)
            key = replica.get("SSESpecification", {}).get("KMSMasterKeyId")
    table = dynamodb.create_table(TableName=name, **request)["TableDescription"]
    place.cloud.access.stored.encrypted(table["TableArn"], key)
    if "TimeToLiveSpecification" in properties:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    attributes = {"Arn": table["TableArn"], "TableId": name}
    if "LatestStreamArn" in table:
        attributes["StreamArn"] = table["LatestStreamArn"]
    return Created(name, attributes)


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::S3::Bucket": Kind(
        bucket,
        frozenset(
            {
                "BucketName",
                "VersioningConfiguration",
                "BucketEncryption",
                "PublicAccessBlockConfiguration",
                "NotificationConfiguration",
                "ObjectLockEnabled",
                "ObjectLockConfiguration",
            }
        ),
        _TAGS
        | {
            "LifecycleConfiguration": "nothing expires within the life of a sandbox",
            "LoggingConfiguration": "moto writes no access logs",
            "OwnershipControls": "there is one account",
            "AccessControl": "access control lists are not enforced",
        },
    ),
    "AWS::S3::BucketPolicy": Kind(bucket_policy, frozenset({"Bucket", "PolicyDocument"})),
    "AWS::DynamoDB::GlobalTable": Kind(
        global_table,
        frozenset(
            {
                "TableName",
                "AttributeDefinitions",
                "KeySchema",
                "GlobalSecondaryIndexes",
                "LocalSecondaryIndexes",
                "BillingMode",
                "StreamSpecification",
                "TimeToLiveSpecification",
                "Replicas",
            }
        ),
        {
            "SSESpecification": "data at rest is in memory here; whether the key may be used is asked",
            "WriteOnDemandThroughputSettings": "moto has no throughput limits",
            "ReadOnDemandThroughputSettings": "moto has no throughput limits",
        },
    ),
}
