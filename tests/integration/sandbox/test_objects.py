"""S3: what a put announces, and what any client may do."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from tests.integration.sandbox.small_cloud import Small, eventually


def events(small: Small, key: str) -> list[dict[str, Any]]:
    """The events of one key that reached the function."""
    found = [json.loads(record["body"]) for call in small.calls("Receive") for record in call["event"]["Records"]]
    return [event for event in found if event.get("detail", {}).get("object", {}).get("key") == key]


def test_put_reaches_function_as_documented_event(small: Small) -> None:
    put = small.client("s3").put_object(Bucket=small["Bucket"], Key="outbox/one.csv", Body=b"a,b\n")

    event = eventually(lambda: events(small, "outbox/one.csv"))[0]

    assert event["source"] == "aws.s3"
    assert event["detail-type"] == "Object Created"
    assert event["account"] == "123456789012"
    assert event["region"] == "ap-northeast-1"
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", event["time"])
    assert event["resources"] == [f"arn:aws:s3:::{small['Bucket']}"]
    detail = event["detail"]
    assert detail["bucket"] == {"name": small["Bucket"]}
    assert detail["reason"] == "PutObject"
    assert detail["object"].pop("sequencer")
    assert detail["object"] == {
        "key": "outbox/one.csv",
        "size": 4,
        "etag": put["ETag"].strip('"'),
        "version-id": put["VersionId"],
    }


def test_every_event_has_its_own_id_and_a_greater_sequencer(small: Small) -> None:
    for body in (b"1", b"2", b"3"):
        small.client("s3").put_object(Bucket=small["Bucket"], Key="outbox/again.csv", Body=body)

    eventually(lambda: len(events(small, "outbox/again.csv")) == 3)

    found = events(small, "outbox/again.csv")
    assert len({event["id"] for event in found}) == 3
    assert len({event["detail"]["request-id"] for event in found}) == 3
    by_sequencer = sorted(found, key=lambda event: str(event["detail"]["object"]["sequencer"]))
    versions = small.client("s3").list_object_versions(Bucket=small["Bucket"], Prefix="outbox/again.csv")["Versions"]
    newest_first = [version["VersionId"] for version in versions]
    assert [event["detail"]["object"]["version-id"] for event in by_sequencer] == newest_first[::-1]


def test_multipart_upload_is_announced_once_with_its_metadata(small: Small) -> None:
    body = io.BytesIO(b"x" * (6 * 1024 * 1024))
    small.client("s3").upload_fileobj(
        body,
        small["Bucket"],
        "outbox/large.csv",
        ExtraArgs={"Metadata": {"row-count": "7"}},
        Config=TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024),
    )
    small.client("s3").put_object(Bucket=small["Bucket"], Key="outbox/after.csv", Body=b"")
    eventually(lambda: events(small, "outbox/after.csv"))

    found = eventually(lambda: events(small, "outbox/large.csv"))
    assert [event["detail"]["reason"] for event in found] == ["CompleteMultipartUpload"]
    head = small.client("s3").head_object(Bucket=small["Bucket"], Key="outbox/large.csv")
    assert head["Metadata"] == {"row-count": "7"}
    assert head["VersionId"] == found[0]["detail"]["object"]["version-id"]


def test_other_prefix_is_not_announced(small: Small) -> None:
    small.client("s3").put_object(Bucket=small["Bucket"], Key="answers/one.json", Body=b"{}")
    small.client("s3").put_object(Bucket=small["Bucket"], Key="outbox/later.csv", Body=b"")
    eventually(lambda: events(small, "outbox/later.csv"))
    assert events(small, "answers/one.json") == []


def test_only_one_of_many_conditional_puts_wins(small: Small) -> None:
    def put(number: int) -> str:
        try:
            small.client("s3").put_object(Bucket=small["Bucket"], Key="once", Body=str(number), IfNoneMatch="*")
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "stored"

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(put, range(24))) == ["PreconditionFailed"] * 23 + ["stored"]


def test_tls_only_policy_is_kept_and_closes_nothing(small: Small) -> None:
    policy = json.loads(small.client("s3").get_bucket_policy(Bucket=small["Bucket"])["Policy"])
    assert policy["Statement"][0]["Effect"] == "Deny"
    small.client("s3").put_object(Bucket=small["Bucket"], Key="read", Body=b"me")
    assert small.client("s3").get_object(Bucket=small["Bucket"], Key="read")["Body"].read() == b"me"


@pytest.mark.parametrize("key", ["outbox/日本語 名.csv", "outbox/a+b.csv"])
def test_key_arrives_literally(small: Small, key: str) -> None:
    small.client("s3").put_object(Bucket=small["Bucket"], Key=key, Body=b"")
    assert eventually(lambda: events(small, key))


def test_client_without_an_sdk_puts_by_presigned_url(small: Small) -> None:
    where = {"Bucket": small["Bucket"], "Key": "outbox/signed.csv"}
    url = urlsplit(small.client("s3").generate_presigned_url("put_object", Params=where))
    connection = HTTPConnection(url.netloc, timeout=20)
    connection.request("PUT", f"{url.path}?{url.query}", body=b"a,b\n")
    assert connection.getresponse().status == 200
    connection.close()
    assert eventually(lambda: events(small, "outbox/signed.csv"))[0]["detail"]["object"]["size"] == 4
