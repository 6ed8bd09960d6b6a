"""Who may touch what, tried against the sandbox's policies by both ways in: allowed and forbidden pairs of systems.

What can't be tried here, because the sandbox has no such thing, is told in docs/decisions/0106.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.flows.conftest import Sandbox

Way = Literal["linked", "federated"]
NOTE = "outbox/access-test/probe.txt"
"""Not a file of any interface: reception leaves it alone."""
ANSWER = "answers/access-test.json"
DELIVERED = "001o006/access_test"
FEDERATE = "030:object_storage:Federate"
REFUSED = {"AccessDenied", "AccessDeniedException", "403"}


def delivery(recipient: str, suffix: str = ".csv") -> str:
    return f"deliveries/{recipient}/{DELIVERED}{suffix}"


@dataclass(frozen=True)
class Visitors:
    """Linked systems that come to a sandbox."""

    sandbox: Sandbox
    held: dict[tuple[Way, str], dict[str, str]] = field(default_factory=dict)

    def credentials(self, way: Way, system: str) -> dict[str, str]:
        """Return what a system signs with: its own account's role, or what STS gave it for its token."""
        if (way, system) not in self.held:
            self.held[way, system] = self._new_credentials(way, system)
        return self.held[way, system]

    def _new_credentials(self, way: Way, system: str) -> dict[str, str]:
        endpoints = self.sandbox.endpoints
        if way == "linked":
            given = endpoints["credentials"][system]
            return {name: given[name] for name in ("aws_access_key_id", "aws_secret_access_key")}
        sts = boto3.client(
            "sts",
            endpoint_url=endpoints["aws_endpoint"],
            region_name=endpoints["region"],
            config=Config(signature_version=UNSIGNED),
        )
        given = sts.assume_role_with_web_identity(
            RoleArn=endpoints["outputs"][f"FederatedRole{system}"],
            RoleSessionName=f"system-{system}",
            WebIdentityToken=self.token(system),
        )["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def token(self, system: str) -> str:
        """Return a token for STS from the token server."""
        client = self.sandbox.endpoints["clients"][system]
        pair = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": FEDERATE}).encode()
        request = urllib.request.Request(  # noqa: S310 # the sandbox's own address
            self.sandbox.endpoints["token_url"], data=body, headers={"Authorization": f"Basic {pair}"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return str(json.load(answer)["access_token"])

    def client(self, way: Way, system: str, service: str = "s3") -> Any:
        """Return a client of a service that signs as a system."""
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            endpoint_url=self.sandbox.endpoints["aws_endpoint"],
            region_name=self.sandbox.endpoints["region"],
            # Also for presigned URLs, which some SDKs otherwise sign in the way of 2006.
            config=Config(signature_version="s3v4") if service == "s3" else None,
            **self.credentials(way, system),
        )

    def bucket(self, system: str) -> str:
        return str(self.sandbox.endpoints["buckets"][system])


@pytest.fixture(scope="module")
def visitors(sandbox: Sandbox) -> Iterator[Visitors]:
    """Files of several systems stand in their places; only the operator could put them all there."""
    visitors, s3 = Visitors(sandbox), sandbox.client("s3")
    for system in ("001", "010", "012"):
        for key in (NOTE, ANSWER):
            s3.put_object(Bucket=visitors.bucket(system), Key=key, Body=system.encode())
    for recipient in ("010", "012"):
        for suffix in (".csv", ".json"):
            s3.put_object(Bucket=visitors.bucket("001"), Key=delivery(recipient, suffix), Body=recipient.encode())
    yield visitors
    for system in ("001", "010", "012"):
        for key in (NOTE, ANSWER, *(delivery(r, s) for r in ("010", "012") for s in (".csv", ".json", ".ack.json"))):
            s3.delete_object(Bucket=visitors.bucket(system), Key=key)


@pytest.fixture(params=["linked", "federated"])
def way(request: pytest.FixtureRequest) -> Way:
    """Both ways in."""
    found: Way = request.param
    return found


def test_a_provider_sends_and_reads_its_answers(visitors: Visitors, way: Way) -> None:
    s3, bucket = visitors.client(way, "010"), visitors.bucket("010")
    s3.put_object(Bucket=bucket, Key=NOTE, Body=b"010")
    found = s3.get_object(Bucket=bucket, Key=ANSWER)
    assert found["Body"].read() == b"010"
    assert s3.get_object(Bucket=bucket, Key=ANSWER, VersionId=found["VersionId"])["Body"].read() == b"010"
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="answers/access")
    assert [each["Key"] for each in listed["Contents"]] == [ANSWER]


def test_a_provider_gives_an_upload_in_parts_up(visitors: Visitors, way: Way) -> None:
    s3, bucket = visitors.client(way, "010"), visitors.bucket("010")
    upload = s3.create_multipart_upload(Bucket=bucket, Key=NOTE)["UploadId"]
    s3.upload_part(Bucket=bucket, Key=NOTE, UploadId=upload, PartNumber=1, Body=b"0")
    assert len(s3.list_parts(Bucket=bucket, Key=NOTE, UploadId=upload)["Parts"]) == 1
    s3.abort_multipart_upload(Bucket=bucket, Key=NOTE, UploadId=upload)


def test_a_recipient_finds_reads_and_acknowledges_its_deliveries(visitors: Visitors, way: Way) -> None:
    s3, bucket = visitors.client(way, "010"), visitors.bucket("001")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="deliveries/010/001o006/access")
    assert {delivery("010"), delivery("010", ".json")} <= {each["Key"] for each in listed["Contents"]}
    assert s3.get_object(Bucket=bucket, Key=delivery("010"))["Body"].read() == b"010"
    s3.put_object(Bucket=bucket, Key=delivery("010", ".ack.json"), Body=b"{}")


Try = Callable[[Any, Callable[[str], str]], Any]
FORBIDDEN: dict[str, Try] = {
    "send as another": lambda s3, at: s3.put_object(Bucket=at("001"), Key=NOTE, Body=b""),
    "send in parts as another": lambda s3, at: s3.create_multipart_upload(Bucket=at("001"), Key=NOTE),
    "read the own outbox": lambda s3, at: s3.get_object(Bucket=at("010"), Key=NOTE),
    "read the provider's outbox": lambda s3, at: s3.get_object(Bucket=at("001"), Key=NOTE),
    "read the answers of another": lambda s3, at: s3.get_object(Bucket=at("012"), Key=ANSWER),
    "see the answers of the provider": lambda s3, at: s3.head_object(Bucket=at("001"), Key=ANSWER),
    "write an answer": lambda s3, at: s3.put_object(Bucket=at("010"), Key=ANSWER, Body=b""),
    "write elsewhere": lambda s3, at: s3.put_object(Bucket=at("010"), Key="elsewhere", Body=b""),
    "read a sibling's delivery": lambda s3, at: s3.get_object(Bucket=at("001"), Key=delivery("012")),
    "see a sibling's delivery": lambda s3, at: s3.head_object(Bucket=at("001"), Key=delivery("012")),
    "change a delivery": lambda s3, at: s3.put_object(Bucket=at("001"), Key=delivery("010"), Body=b""),
    "change a manifest": lambda s3, at: s3.put_object(Bucket=at("001"), Key=delivery("010", ".json"), Body=b""),
    "acknowledge for a sibling": lambda s3, at: s3.put_object(
        Bucket=at("001"), Key=delivery("012", ".ack.json"), Body=b"{}"
    ),
    "acknowledge what it does not receive": lambda s3, at: s3.put_object(
        Bucket=at("001"), Key="deliveries/010/031i001/a.ack.json", Body=b"{}"
    ),
    "delete a file": lambda s3, at: s3.delete_object(Bucket=at("010"), Key=NOTE),
    "delete an answer": lambda s3, at: s3.delete_object(Bucket=at("010"), Key=ANSWER),
    "delete a delivery": lambda s3, at: s3.delete_object(Bucket=at("001"), Key=delivery("010")),
    "delete several": lambda s3, at: s3.delete_objects(Bucket=at("010"), Delete={"Objects": [{"Key": ANSWER}]}),
    "list the own bucket": lambda s3, at: s3.list_objects_v2(Bucket=at("010")),
    "list with an empty prefix": lambda s3, at: s3.list_objects_v2(Bucket=at("010"), Prefix=""),
    "list the provider's bucket": lambda s3, at: s3.list_objects(Bucket=at("001")),
    "list all recipients": lambda s3, at: s3.list_objects_v2(Bucket=at("001"), Prefix="deliveries/"),
    "list a sibling's prefix": lambda s3, at: s3.list_objects_v2(Bucket=at("001"), Prefix="deliveries/012/"),
    "list by a prefix of both": lambda s3, at: s3.list_objects_v2(Bucket=at("001"), Prefix="deliveries/01"),
    "list the provider's outbox": lambda s3, at: s3.list_objects_v2(Bucket=at("001"), Prefix="outbox/"),
    "list the bucket of a stranger": lambda s3, at: s3.list_objects_v2(Bucket=at("012"), Prefix="answers/"),
    "list versions": lambda s3, at: s3.list_object_versions(Bucket=at("010"), Prefix="answers/"),
    "list uploads": lambda s3, at: s3.list_multipart_uploads(Bucket=at("010"), Prefix="outbox/"),
    "list buckets": lambda s3, at: s3.list_buckets(),
    "open a file to the world": lambda s3, at: s3.put_object_acl(Bucket=at("010"), Key=NOTE, ACL="public-read"),
    "send a file open to the world": lambda s3, at: s3.put_object(
        Bucket=at("010"), Key=NOTE, Body=b"", ACL="public-read"
    ),
    "read the rights of a file": lambda s3, at: s3.get_object_acl(Bucket=at("010"), Key=NOTE),
    "read the policy": lambda s3, at: s3.get_bucket_policy(Bucket=at("010")),
    "drop the policy": lambda s3, at: s3.delete_bucket_policy(Bucket=at("010")),
    "copy a sibling's delivery home": lambda s3, at: s3.copy_object(
        Bucket=at("010"), Key=NOTE, CopySource={"Bucket": at("001"), "Key": delivery("012")}
    ),
    "encrypt by S3's own key": lambda s3, at: s3.put_object(
        Bucket=at("010"), Key=NOTE, Body=b"", ServerSideEncryption="AES256"
    ),
    "encrypt by a key of its own": lambda s3, at: s3.put_object(
        Bucket=at("010"),
        Key=NOTE,
        Body=b"",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="arn:aws:kms:ap-northeast-1:210987654321:key/01234567-89ab-cdef-0123-456789abcdef",
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_everything_else_is_refused(visitors: Visitors, way: Way, what: str) -> None:
    s3 = visitors.client(way, "010")
    _expect_refusal(lambda: FORBIDDEN[what](s3, visitors.bucket))


@pytest.mark.parametrize(
    "key",
    [
        "deliveries/010/../012/001o006/access_test.csv",
        "deliveries/010/001o006/../../012/001o006/access_test.csv",
        "deliveries%2F012%2F001o006%2Faccess_test.csv",
        "deliveries/010%2F..%2F012/001o006/access_test.csv",
        "./deliveries/012/001o006/access_test.csv",
        "/deliveries/012/001o006/access_test.csv",
        "deliveries//012/001o006/access_test.csv",
        "answers/../deliveries/012/001o006/access_test.csv",
    ],
)
def test_a_key_written_oddly_opens_nothing(visitors: Visitors, way: Way, key: str) -> None:
    s3 = visitors.client(way, "010")
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=visitors.bucket("001"), Key=key)
    # An HTTP library may straighten the path, which is no longer what was signed.
    status = refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert status == 403 or refused.value.response["Error"]["Code"] == "InvalidArgument", refused.value


def test_a_presigned_url_lends_no_more_than_its_signer_has(visitors: Visitors, way: Way) -> None:
    s3 = visitors.client(way, "010")

    def status(key: str) -> int:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": visitors.bucket("001"), "Key": key})
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 # the sandbox's own address
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert (status(delivery("010")), status(delivery("012"))) == (200, 403)


def test_the_key_of_files_serves_nobody_but_s3(visitors: Visitors, way: Way) -> None:
    kms, key = visitors.client(way, "010", "kms"), visitors.sandbox.endpoints["outputs"]["ExchangeKey"]
    context = {"aws:s3:arn": f"arn:aws:s3:::{visitors.bucket('010')}"}
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context),
        lambda: kms.encrypt(KeyId=key, Plaintext=b"a", EncryptionContext=context),
        lambda: kms.get_key_policy(KeyId=key, PolicyName="default"),
    )
    for attempt in attempts:
        _expect_refusal(attempt)


def test_records_queues_and_secrets_are_out_of_reach(visitors: Visitors, way: Way) -> None:
    outputs = visitors.sandbox.endpoints["outputs"]
    attempts: dict[str, Callable[[Any], Any]] = {
        "dynamodb": lambda aws: aws.scan(TableName=outputs["ResidentsTable"]),
        "sqs": lambda aws: aws.receive_message(QueueUrl=outputs["ReceiveFileQueue"]),
        "secretsmanager": lambda aws: aws.get_secret_value(SecretId=outputs["FingerprintSecret"]),
        "lambda": lambda aws: aws.invoke(FunctionName=outputs["UndoFileFunction"], Payload=b"{}"),
    }
    for service, attempt in attempts.items():
        aws = visitors.client(way, "010", service)
        _expect_refusal(partial(attempt, aws))


def test_no_system_becomes_another(visitors: Visitors) -> None:
    roles, token = visitors.sandbox.endpoints["outputs"], visitors.token("010")
    sts = boto3.client(
        "sts",
        endpoint_url=visitors.sandbox.endpoints["aws_endpoint"],
        region_name="ap-northeast-1",
        config=Config(signature_version=UNSIGNED),
    )
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: sts.assume_role_with_web_identity(
            RoleArn=roles["FederatedRole012"], RoleSessionName="system-010", WebIdentityToken=token
        ),
        lambda: visitors.client("linked", "010", "sts").assume_role(
            RoleArn=roles["FederatedRole010"], RoleSessionName="system-010"
        ),
        lambda: visitors.client("federated", "010", "sts").assume_role(
            RoleArn=roles["FederatedRole012"], RoleSessionName="system-010"
        ),
    )
    for attempt in attempts:
        _expect_refusal(attempt)


def _expect_refusal(attempt: Callable[[], Any]) -> None:
    with pytest.raises(ClientError) as refused:
        attempt()
    assert refused.value.response["Error"]["Code"] in REFUSED
