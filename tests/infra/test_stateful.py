"""What must survive: how files, records and keys are kept in each stage."""

from __future__ import annotations

import pytest

from infra.systems import provider_systems
from kyotsu.runtime.sealing import encryption_context
from tests.infra.conftest import CITY, TOWN, Synthesis
from tests.infra.templates import ACCOUNT, Properties, Template

STATEFUL = ["DynamoDB::GlobalTable", "S3::Bucket", "KMS::Key", "Events::EventBus", "SecretsManager::Secret"]
KEYS_OF_TABLES = {
    **dict.fromkeys(
        (
            *("AddresseesTable", "CandidatesTable", "IntegratedTable", "LinkageTable", "MovingTable"),
            *("ProtectionTable", "ResidentsTable"),
        ),
        "KeysRecords",
    ),
    "AccessTable": "KeysAccess",
    "AuditIndexTable": "KeysAudit",
    "PapersTable": "KeysPapers",
}
FORGETTING = ("PapersTable", "PaperFiles", "Juki")
"""What must be able to forget: no state of it can be brought back."""


@pytest.mark.parametrize("kind", STATEFUL)
def test_stateful_resources_outlive_their_stack_except_in_development(
    stateful: Template, deployment: str, kind: str
) -> None:
    policy = "Delete" if deployment == "development" else "Retain"
    for name, resource in stateful.resources(kind).items():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (policy, policy), name


def test_stacks_refuse_deletion_except_in_development(synthesis: Synthesis) -> None:
    manifest = (synthesis.folder / "manifest.json").read_text(encoding="utf-8")
    stacks = synthesis.templates("production")
    assert manifest.count('"terminationProtection": true') == 2 * len(stacks), "also where the network is private"


def test_tables_have_their_keys_indexes_stream_and_expiry(stateful: Template) -> None:
    tables = stateful.properties("DynamoDB::GlobalTable")
    assert {"Linkage", "Protection", "Residents"} <= {name.partition("Table")[0] for name in tables}
    for table in tables.values():
        assert table["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    residents = stateful.only("DynamoDB::GlobalTable", "Residents")
    assert residents["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "GlobalSecondaryIndexes" not in residents
    protection = stateful.only("DynamoDB::GlobalTable", "Protection")
    assert not {"StreamSpecification", "GlobalSecondaryIndexes", "TimeToLiveSpecification"} & protection.keys()
    linkage = stateful.only("DynamoDB::GlobalTable", "Linkage")
    assert linkage["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    (index,) = linkage["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by_provider"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["gsi1pk", "gsi1sk"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    assert {attribute["AttributeType"] for attribute in linkage["AttributeDefinitions"]} == {"S"}


def test_tables_are_recoverable_encrypted_and_protected(stateful: Template, deployment: str) -> None:
    for name, table in stateful.properties("DynamoDB::GlobalTable").items():
        (replica,) = table["Replicas"]
        assert replica["Region"] == "ap-northeast-1"
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is not name.startswith(
            FORGETTING
        ), name
        assert replica["DeletionProtectionEnabled"] is (deployment != "development"), name
        (own,) = [key for table_name, key in KEYS_OF_TABLES.items() if name.startswith(table_name)]
        assert replica["SSESpecification"]["KMSMasterKeyId"].startswith(f"<{own}"), name
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}


def test_every_system_of_the_catalogue_has_a_bucket_of_its_name(stateful: Template, deployment: str) -> None:
    stage = "development" if deployment == "development" else "production"
    municipality = TOWN if deployment == "enclosed" else CITY
    names = [bucket["BucketName"] for bucket in _provider_buckets(stateful)]
    assert names == [f"kyotsu-{stage}-{municipality}-{ACCOUNT}-{system}" for system in provider_systems()]
    assert len(names) >= 39
    assert max(map(len, names)) <= 63


def test_provider_buckets_announce_their_objects_without_a_custom_resource(stateful: Template) -> None:
    for bucket in _provider_buckets(stateful):
        assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
        assert bucket["BucketEncryption"] == _encrypted_with("KeysExchange", bucket)


def test_the_work_bucket_has_no_name_and_forgets_everything_in_the_end(stateful: Template) -> None:
    work = stateful.only("S3::Bucket", "Work")
    assert "BucketName" not in work
    assert work["BucketEncryption"] == _encrypted_with("KeysRecords", work)
    rules = [rule for rule in work["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
    # How long: test_retention.py. Functions write below these folders alone: test_permissions.py, test_watch.py.
    assert {rule["Prefix"] for rule in rules} == {"errors/", "missing/"}


def test_buckets_are_private_versioned_and_logged(stateful: Template) -> None:
    for name, bucket in stateful.properties("S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        if not name.startswith(FORGETTING):
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, name
        if not name.startswith("AccessLogs"):
            assert bucket["LoggingConfiguration"]["DestinationBucketName"].startswith("<AccessLogs"), name


def test_only_the_access_log_bucket_is_not_encrypted_with_our_key(stateful: Template) -> None:
    others = {
        name
        for name, bucket in stateful.properties("S3::Bucket").items()
        if _algorithm(bucket)["SSEAlgorithm"] != "aws:kms"
    }
    assert {name.startswith("AccessLogs") for name in others} == {True}


def test_what_must_forget_keeps_no_versions_no_backups_and_nothing_for_ever(stateful: Template) -> None:
    """Requirement: papers and 転出証明書情報 are gone when they are erased (docs/decisions/0142)."""
    never = {"Key": "kyotsu:backup", "Value": "never"}
    (replica,) = stateful.only("DynamoDB::GlobalTable", "Papers")["Replicas"]
    assert never in replica["Tags"]
    assert "StreamSpecification" not in stateful.only("DynamoDB::GlobalTable", "Papers")
    for name, key, days in (("PaperFiles", "KeysPapers", 450), ("Juki", "KeysJuki", 60)):
        bucket = stateful.only("S3::Bucket", name)
        assert "VersioningConfiguration" not in bucket
        assert never in bucket["Tags"]
        assert bucket["BucketEncryption"] == _encrypted_with(key, bucket)
        assert [rule.get("ExpirationInDays") for rule in bucket["LifecycleConfiguration"]["Rules"]] == [None, days]
    assert stateful.only("S3::Bucket", "Juki")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert "NotificationConfiguration" not in stateful.only("S3::Bucket", "PaperFiles")


def test_every_bucket_refuses_unencrypted_transport(stateful: Template) -> None:
    policies = stateful.properties("S3::BucketPolicy")
    assert {policy["Bucket"] for policy in policies.values()} == {
        f"<{name}>" for name in stateful.resources("S3::Bucket")
    }
    for name, policy in policies.items():
        bucket = policy["Bucket"].strip("<>")
        (deny,) = [s for s in policy["PolicyDocument"]["Statement"] if "Bool" in s.get("Condition", {})]
        assert deny["Effect"] == "Deny"
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, name
        assert deny["Resource"] == [f"<{bucket}.Arn>", f"<{bucket}.Arn>/*"], name


def test_access_logs_come_from_this_account_alone(stateful: Template) -> None:
    (policy,) = [v for k, v in stateful.statements("S3::BucketPolicy").items() if k.startswith("AccessLogs")]
    (allow,) = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allow["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_keys_rotate_and_serve_services_only_under_a_condition(stateful: Template) -> None:
    keys = stateful.properties("KMS::Key")
    assert len(keys) == 11
    for name, key in keys.items():
        assert key.get("EnableKeyRotation", False) is not name.startswith("SigningA"), "KMS rotates no RSA key"
        for statement in key["KeyPolicy"]["Statement"]:
            if statement["Effect"] == "Allow" and statement["Principal"] != {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}:
                # test_linked_systems.py; the adapter of the CS
                linked = name.startswith(("KeysExchange", "KeysJuki")) and "AWS" in statement["Principal"]
                assert linked or "Service" in statement["Principal"], name
                assert statement["Condition"], name


def test_no_service_may_use_the_keys_of_files_and_records(stateful: Template) -> None:
    (records,) = stateful.only("KMS::Key", "KeysRecords")["KeyPolicy"]["Statement"]
    account, *linked = stateful.only("KMS::Key", "KeysExchange")["KeyPolicy"]["Statement"]
    assert records["Principal"] == account["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert {key for statement in linked for key in statement["Principal"]} <= {"AWS"}


def test_the_key_of_personal_data_is_bound_to_one_municipality_and_purpose(stateful: Template, deployment: str) -> None:
    """Requirement: also an administrator's role can use it in no other context."""
    policy = stateful.only("KMS::Key", "KeysPersonal")["KeyPolicy"]["Statement"]
    account, *refusals = policy
    assert (account["Effect"], account["Principal"]) == ("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    municipality = TOWN if deployment == "enclosed" else CITY
    assert [refusal["Condition"] for refusal in refusals] == [
        {"StringNotEquals": {"kms:EncryptionContext:municipality": municipality}},
        {"StringNotEquals": {"kms:EncryptionContext:purpose": "personal-data"}},
    ]
    assert encryption_context(municipality) == {"municipality": municipality, "purpose": "personal-data"}
    for refusal in refusals:
        assert (refusal["Effect"], refusal["Principal"]) == ("Deny", {"AWS": "*"})
        assert {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"} == set(refusal["Action"])


def test_the_secret_of_fingerprints_is_random_long_and_under_a_key_of_its_own(stateful: Template) -> None:
    (secret,) = stateful.properties("SecretsManager::Secret").values()
    assert secret["KmsKeyId"].startswith("<KeysFingerprints")
    assert secret["GenerateSecretString"] == {"ExcludePunctuation": True, "PasswordLength": 64}, (
        "with another value CloudFormation makes another secret, and every stored row looks new"
    )
    assert "SecretString" not in secret


def test_eventbridge_and_cloudwatch_may_use_the_key_of_messages_for_our_rules_and_alarms(stateful: Template) -> None:
    prefix = stateful.stack.removesuffix("Stateful")
    granted = {
        (statement["Principal"].get("Service"), statement["Condition"].get("ArnLike", {}).get("aws:SourceArn"))
        for statement in stateful.only("KMS::Key", "KeysMessages")["KeyPolicy"]["Statement"]
        if "Condition" in statement
    }
    assert ("events.amazonaws.com", f"arn:aws:events:ap-northeast-1:{ACCOUNT}:rule/{prefix}*") in granted
    # A rule of another bus than the default one has that bus in its ARN.
    (bus,) = (bus["Name"] for bus in stateful.properties("Events::EventBus").values())
    assert ("events.amazonaws.com", f"arn:aws:events:ap-northeast-1:{ACCOUNT}:rule/{bus}/{prefix}*") in granted
    assert ("cloudwatch.amazonaws.com", f"arn:aws:cloudwatch:ap-northeast-1:{ACCOUNT}:alarm:{prefix}*") in granted


def test_the_bus_and_the_topic_are_encrypted_with_our_key(stateful: Template) -> None:
    (bus,) = stateful.properties("Events::EventBus").values()
    assert bus["KmsKeyIdentifier"].startswith("<KeysMessages")
    (topic,) = stateful.properties("SNS::Topic").values()
    assert topic["KmsMasterKeyId"].startswith("<KeysMessages")


def test_only_alarms_publish_to_the_topic_and_by_tls(stateful: Template) -> None:
    (policy,) = stateful.statements("SNS::TopicPolicy").values()
    (deny,) = [s for s in policy if s["Effect"] == "Deny"]
    (allow,) = [s for s in policy if s["Effect"] == "Allow"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def _provider_buckets(stateful: Template) -> list[Properties]:
    return [bucket for name, bucket in stateful.properties("S3::Bucket").items() if name.startswith("Provider")]


def _algorithm(bucket: Properties) -> Properties:
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default: Properties = rule["ServerSideEncryptionByDefault"]
    return default


def _encrypted_with(key: str, bucket: Properties) -> Properties:
    arn = _algorithm(bucket)["KMSMasterKeyID"]
    assert arn.startswith(f"<{key}")
    default = {"KMSMasterKeyID": arn, "SSEAlgorithm": "aws:kms"}
    return {"ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}]}
