"""IAM in front of moto: what roles, linked systems and web identities may do in a small cloud."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from infra.sandbox import endpoints
from tests.integration.sandbox.small_cloud import Small, allow, policy

ACCOUNT = "123456789012"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})


class Issuer:
    """An OpenID provider on this machine."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"

    def token(self, key: Any = KEY, **claims: Any) -> str:
        now = int(time.time())
        whole = {"iss": self.url, "aud": "files", "sub": "system:001", "iat": now, "exp": now + 300} | claims
        return jwt.encode({"alg": "RS256", "kid": "one"}, whole, key)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    class Documents(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined] # it has one
            found = {
                "/.well-known/openid-configuration": {"issuer": url, "jwks_uri": f"{url}/keys"},
                "/keys": KeySet([KEY]).as_dict(private=False),
            }[self.path]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Documents) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Issuer(server.server_port)
        server.shutdown()


def client(small: Small, service: str, credentials: dict[str, str] | None) -> Any:
    """A client with credentials as STS or endpoints.json give them; None: it signs nothing."""
    found = {name: value for name, value in (credentials or {}).items() if name.startswith("aws_")}
    return boto3.client(
        service,  # type: ignore[call-overload] # any service
        endpoint_url=small.cloud.endpoint,
        region_name="ap-northeast-1",
        config=Config(signature_version=None if credentials else UNSIGNED, retries={"total_max_attempts": 1}),
        **found,
    )


def credentials(answer: dict[str, Any]) -> dict[str, str]:
    given = answer["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


@contextmanager
def refused(code: str = "AccessDenied") -> Iterator[None]:
    with pytest.raises(ClientError) as error:
        yield
    assert error.value.response["Error"]["Code"] == code, error.value


def make_role(small: Small, name: str, trust: dict[str, Any], *statements: dict[str, Any]) -> str:
    iam = small.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy(*statements)))
    return str(arn)


def by_account(action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": action, **more}


def session(small: Small, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    arn = make_role(small, name, by_account(), *statements)
    return credentials(small.client("sts").assume_role(RoleArn=arn, RoleSessionName="test"))


def test_a_session_does_what_its_role_may_and_nothing_else(small: Small) -> None:
    bucket = small["Bucket"]
    small.client("s3").put_object(Bucket=bucket, Key="answers/a", Body=b"a")
    mine = session(
        small,
        "reader",
        allow(["s3:GetObject"], f"arn:aws:s3:::{bucket}/answers/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "answers/*"}}),
    )
    s3 = client(small, "s3", mine)
    assert s3.get_object(Bucket=bucket, Key="answers/a")["Body"].read() == b"a"
    assert s3.list_objects_v2(Bucket=bucket, Prefix="answers/")["KeyCount"] == 1
    for forbidden in (
        lambda: s3.list_objects_v2(Bucket=bucket),
        lambda: s3.put_object(Bucket=bucket, Key="answers/a", Body=b"b"),
        lambda: s3.get_object(Bucket=bucket, Key="outbox/../answers/a"),
        lambda: s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "answers/a"}]}),
        lambda: s3.copy_object(Bucket=bucket, Key="x", CopySource=f"{bucket}/answers/a"),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="answers/b"),
        s3.list_buckets,
    ):
        with refused():
            forbidden()
    with refused("NoSuchKey"):
        s3.get_object(Bucket=bucket, Key="answers/missing")
    with refused("AccessDeniedException"):
        client(small, "dynamodb", mine).get_item(TableName=small["Calls"], Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
    with refused("AccessDenied"):
        client(small, "sqs", mine).receive_message(QueueUrl=small["Queue"])
    with refused("AuthorizationError"):
        client(small, "sns", mine).publish(TopicArn=f"arn:aws:sns:ap-northeast-1:{ACCOUNT}:t", Message="m")
    with refused("AccessDeniedException"):
        client(small, "kms", mine).create_key()  # an operation that nobody but the operator is expected to use


def test_who_can_not_list_is_not_told_what_is_missing(small: Small) -> None:
    objects = allow("s3:GetObject", f"arn:aws:s3:::{small['Bucket']}/*")
    s3 = client(small, "s3", session(small, "blind", objects))
    with refused():
        s3.get_object(Bucket=small["Bucket"], Key="answers/missing")
    with pytest.raises(ClientError, match="403"):
        s3.head_object(Bucket=small["Bucket"], Key="answers/missing")


def test_batches_and_transactions_need_each_part(small: Small) -> None:
    table = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{small['Indexed']}"
    first = {"pk": {"S": "mine"}, "sk": {"S": "1"}}
    dynamodb = client(small, "dynamodb", session(small, "writer", allow(["dynamodb:PutItem", "dynamodb:Query"], table)))
    put = {"Put": {"TableName": small["Indexed"], "Item": first}}
    dynamodb.transact_write_items(TransactItems=[put])
    asked = {"TableName": small["Indexed"], "ExpressionAttributeValues": {":p": {"S": "mine"}}}
    assert dynamodb.query(KeyConditionExpression="pk = :p", **asked)["Count"] == 1
    with refused("AccessDeniedException"):
        dynamodb.query(KeyConditionExpression="gsi1pk = :p", IndexName="by_provider", **asked)
    with refused("AccessDeniedException"):
        delete = {"Delete": {"TableName": small["Indexed"], "Key": first}}
        dynamodb.transact_write_items(TransactItems=[put, delete])
    with refused("AccessDeniedException"):
        dynamodb.batch_write_item(RequestItems={small["Indexed"]: [{"PutRequest": {"Item": first}}]})


def test_partitions_can_be_kept_apart(small: Small) -> None:
    table = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{small['Indexed']}"
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}
    mine = session(small, "partition", allow(["dynamodb:PutItem", "dynamodb:Query"], table, Condition=condition))
    dynamodb = client(small, "dynamodb", mine)
    dynamodb.put_item(TableName=small["Indexed"], Item={"pk": {"S": "mine"}, "sk": {"S": "2"}})
    with refused("AccessDeniedException"):
        dynamodb.put_item(TableName=small["Indexed"], Item={"pk": {"S": "other"}, "sk": {"S": "2"}})
    with refused("AccessDeniedException"):
        dynamodb.query(
            TableName=small["Indexed"],
            KeyConditionExpression="#p = :p",
            ExpressionAttributeNames={"#p": "pk"},
            ExpressionAttributeValues={":p": {"S": "other"}},
        )


def test_attributes_can_be_kept_from_a_reader_of_items(small: Small) -> None:
    table = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{small['Indexed']}"
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "n"]},
        "Null": {"dynamodb:Attributes": "false"},
    }
    reader = session(small, "attributes", allow(["dynamodb:GetItem", "dynamodb:PutItem"], table, Condition=condition))
    dynamodb, item = client(small, "dynamodb", reader), {"pk": {"S": "read"}, "sk": {"S": "1"}}
    stored = {**item, "n": {"N": "1"}, "b": {"S": "secret"}}
    small.client("dynamodb").put_item(TableName=small["Indexed"], Item=stored)
    wanted: dict[str, Any] = {"TableName": small["Indexed"], "Key": item}
    assert dynamodb.get_item(**wanted, ProjectionExpression="n, pk")["Item"] == {"pk": item["pk"], "n": {"N": "1"}}
    for projection in ({}, {"ProjectionExpression": "n, b"}, {"ProjectionExpression": "n, b.c[0]"}):
        with refused("AccessDeniedException"):
            dynamodb.get_item(**wanted, **projection)
    with refused("AccessDeniedException"):
        named = {"#x": "b"}
        dynamodb.get_item(**wanted, ProjectionExpression="#x", ExpressionAttributeNames=named)
    with refused("AccessDeniedException"):
        dynamodb.put_item(TableName=small["Indexed"], Item=item)  # only of reads the sandbox knows the attributes


def test_attributes_can_be_kept_from_a_reader_of_partitions(small: Small) -> None:
    table = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{small['Indexed']}"
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "n"]},
        "Null": {"dynamodb:Attributes": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    reader = session(small, "queries", allow(["dynamodb:Query", "dynamodb:Scan"], table, Condition=condition))
    dynamodb, item = client(small, "dynamodb", reader), {"pk": {"S": "listed"}, "sk": {"S": "L#1"}}
    small.client("dynamodb").put_item(TableName=small["Indexed"], Item={**item, "b": {"S": "secret"}})
    wanted: dict[str, Any] = {
        "TableName": small["Indexed"],
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :l)",
        "ExpressionAttributeValues": {":pk": item["pk"], ":l": {"S": "L#"}},
    }
    assert dynamodb.query(**wanted, ProjectionExpression="pk, sk")["Items"] == [item]
    for more in (
        {},
        {"Select": "COUNT"},
        {"ProjectionExpression": "sk, b"},
        {"ProjectionExpression": "sk, #x", "ExpressionAttributeNames": {"#x": "b"}},
        {"ProjectionExpression": "sk", "FilterExpression": "attribute_exists(n) AND NOT contains (b.c, :l)"},
    ):
        with refused("AccessDeniedException"):
            dynamodb.query(**{**wanted, **more})
    with refused("AccessDeniedException"):
        dynamodb.scan(TableName=small["Indexed"], ProjectionExpression="sk")


def test_attributes_can_be_kept_from_a_reader_of_batches(small: Small) -> None:
    table = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{small['Indexed']}"
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "n"]},
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["mine#*"]},
        "Null": {"dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    reader = session(small, "batches", allow(["dynamodb:BatchGetItem"], table, Condition=condition))
    dynamodb, item = client(small, "dynamodb", reader), {"pk": {"S": "mine#1"}, "sk": {"S": "1"}}
    stored = {**item, "n": {"N": "1"}, "b": {"S": "secret"}}
    small.client("dynamodb").put_item(TableName=small["Indexed"], Item=stored)

    def read(*keys: Any, **more: Any) -> Any:
        wanted: Any = {small["Indexed"]: {"Keys": keys, "ConsistentRead": True, **more}}
        return dynamodb.batch_get_item(RequestItems=wanted)["Responses"][small["Indexed"]]

    assert read(item, ProjectionExpression="pk, n") == [{"pk": item["pk"], "n": {"N": "1"}}]
    for more in (
        {},
        {"ProjectionExpression": "n, b"},
        {"ProjectionExpression": "#x", "ExpressionAttributeNames": {"#x": "b"}},
    ):
        with refused("AccessDeniedException"):
            read(item, **more)
    with refused("AccessDeniedException"):
        read(item, {"pk": {"S": "other#1"}, "sk": {"S": "1"}}, ProjectionExpression="n")


def test_an_encrypted_object_needs_its_key_through_s3(small: Small) -> None:
    kms, s3 = small.client("kms"), small.client("s3")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="sealed", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket="sealed", ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_object(Bucket="sealed", Key="k", Body=b"k")
    objects = allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::sealed/*")
    condition = {
        "StringEquals": {
            "kms:ViaService": "s3.ap-northeast-1.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::sealed",
        }
    }
    decrypt = allow("kms:Decrypt", key, Condition=condition)
    reader = client(small, "s3", session(small, "opens", objects, decrypt))
    assert reader.get_object(Bucket="sealed", Key="k")["Body"].read() == b"k"
    with refused():
        reader.put_object(Bucket="sealed", Key="k", Body=b"l")  # which needs kms:GenerateDataKey
    forgetful = client(small, "s3", session(small, "forgets", objects))
    with refused():
        forgetful.get_object(Bucket="sealed", Key="k")
    with refused("AccessDeniedException"):  # not through S3
        client(small, "kms", session(small, "direct", decrypt)).decrypt(
            CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
        )


def test_a_linked_system_of_another_account_has_what_the_bucket_says(small: Small) -> None:
    bucket, content = small["Bucket"], endpoints.describe(small.cloud, "141003", {})
    mine = content["credentials"]["001"]
    s3 = client(small, "s3", mine)
    with refused():
        s3.put_object(Bucket=bucket, Key="outbox/a", Body=b"a")
    statement = allow("s3:PutObject", f"arn:aws:s3:::{bucket}/outbox/*", Principal={"AWS": mine["role_arn"]})
    small.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(statement)))
    s3.put_object(Bucket=bucket, Key="outbox/a", Body=b"a")
    with refused():
        s3.get_object(Bucket=bucket, Key="outbox/a")
    identity = client(small, "sts", mine).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::210987654321:assumed-role/linked-system-001/system-001"


def test_credentials_are_nothing_without_their_secret_and_token(small: Small) -> None:
    mine = session(small, "held", allow("s3:*", "*"))
    client(small, "s3", mine).list_buckets()
    for changed, code in (
        ({"aws_secret_access_key": "guess"}, "SignatureDoesNotMatch"),
        ({"aws_session_token": "guess"}, "InvalidToken"),
        ({"aws_access_key_id": "ASIAGUESS"}, "InvalidAccessKeyId"),
    ):
        with refused(code):
            client(small, "s3", mine | changed).list_buckets()
    with refused():
        client(small, "s3", None).get_object(Bucket=small["Bucket"], Key="k")
    with refused("UnrecognizedClientException"):
        client(small, "dynamodb", mine | {"aws_session_token": "guess"}).list_tables()


def test_a_role_is_assumed_by_whom_it_trusts(small: Small) -> None:
    sts = small.client("sts")
    outside = {"StringEquals": {"sts:ExternalId": "known"}}
    role = make_role(small, "external", by_account(Condition=outside))
    with refused():
        sts.assume_role(RoleArn=role, RoleSessionName="test")
    sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="known")
    with refused():
        sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody", RoleSessionName="test")
    with refused("ValidationError"):
        sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="known", DurationSeconds=7200)
    with refused("ValidationError"):  # what would narrow the session is not known here
        sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="known", Policy=json.dumps(policy()))


def test_a_web_identity_is_verified_and_trusted_by_issuer_audience_and_subject(small: Small, issuer: Issuer) -> None:
    provider = small.client("iam").create_open_id_connect_provider(Url=issuer.url, ClientIDList=["files", "more"])
    trusts = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
        "Condition": {"StringEquals": {f"{issuer.host}:aud": "files", f"{issuer.host}:sub": "system:001"}},
    }
    role = make_role(small, "federated", trusts, allow("s3:ListAllMyBuckets", "*"))
    sts = client(small, "sts", None)

    def assume(token: str, role: str = role) -> dict[str, Any]:
        answer: dict[str, Any] = sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="test", WebIdentityToken=token
        )
        return answer

    answer = assume(issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == "system:001"
    client(small, "s3", credentials(answer)).list_buckets()
    now, other = int(time.time()), RSAKey.generate_key(2048, parameters={"kid": "one"})
    for token, code in (
        ("garbage", "InvalidIdentityToken"),
        (issuer.token(other), "InvalidIdentityToken"),
        (issuer.token(iss="https://foreign.example"), "InvalidIdentityToken"),
        (issuer.token(aud="unknown"), "InvalidIdentityToken"),
        (issuer.token(exp=now - 1), "ExpiredTokenException"),
        (issuer.token(aud="more"), "AccessDenied"),  # of the provider, not of the role
        (issuer.token(sub="system:010"), "AccessDenied"),
    ):
        with refused(code):
            assume(token)
    with refused():
        assume(issuer.token(), f"arn:aws:iam::{ACCOUNT}:role/nobody")
    with refused():  # a role for services alone
        assume(issuer.token(), small.client("iam").get_role(RoleName=small["Role"])["Role"]["Arn"])
