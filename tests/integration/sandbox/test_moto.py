"""What unadapted moto does. Where one of these fails, moto changed: see the adaptation again."""

import json
import re
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from unittest.mock import patch

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models import table as table_module
from moto.dynamodb.models.dynamo_type import Item
from moto.events.models import Rule
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3 import notifications
from moto.sqs.models import Queue, sqs_backends

import infra.sandbox.adaptations as adaptations
from infra.sandbox.adaptations import AdaptedMoto, WrongMotoError
from infra.sandbox.running.functions import Functions

REGION = "ap-northeast-1"


@pytest.fixture(autouse=True)
def moto() -> Iterator[None]:
    with mock_aws():
        yield


def client(service: str) -> Any:
    made: Any = boto3.session.Session(region_name=REGION)
    return made.client(service)


def announced() -> Any:
    """Catch the events that S3 sends to rules."""
    return patch.object(Rule, "send_to_targets", autospec=True)


def bucket_with_rule() -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    client("events").put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.s3"]}))
    return s3


def table(**more: Any) -> Any:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return dynamodb


def records() -> list[dict[str, Any]]:
    shard = dynamodb_backends["123456789012"][REGION].tables["table"].stream_shard
    return [record.to_json() for record in shard.items] if shard else []


def test_another_version_is_refused() -> None:
    with patch.object(adaptations, "MOTO_VERSION", "0.0.0"), pytest.raises(WrongMotoError):
        AdaptedMoto(Functions())


def test_every_adaptation_can_be_taken_back() -> None:
    before = (Rule.send_to_targets, LambdaFunction._invoke_lambda, notifications._send_event_bridge_message)
    AdaptedMoto(Functions()).close()
    assert before == (Rule.send_to_targets, LambdaFunction._invoke_lambda, notifications._send_event_bridge_message)


def test_s3_events_are_not_as_documented() -> None:
    s3 = bucket_with_rule()
    with announced() as sent:
        s3.put_object(Bucket="bucket", Key="k", Body=b"1", Metadata={"m": "1"})
        s3.put_object(Bucket="bucket", Key="k", Body=b"2")
    first, tags, second, _ = (call.args[1] for call in sent.call_args_list)
    assert tags["detail-type"] == "Object Tags Added"
    assert first["id"] == second["id"]
    assert first["detail"]["object"]["sequencer"] == second["detail"]["object"]["sequencer"]
    assert "eTag" in first["detail"]["object"]
    assert first["detail"]["reason"] == "ObjectCreated"
    assert not isinstance(first["time"], str)


def test_s3_announces_before_metadata_and_multipart_twice() -> None:
    s3 = bucket_with_rule()
    seen = []

    def look(_: Rule, event: Any, **__: Any) -> None:
        if event["detail-type"] == "Object Created":
            seen.append(s3.head_object(Bucket="bucket", Key="k")["Metadata"])

    with announced() as sent:
        sent.side_effect = look
        upload = s3.create_multipart_upload(Bucket="bucket", Key="k", Metadata={"m": "1"})["UploadId"]
        part = s3.upload_part(Bucket="bucket", Key="k", UploadId=upload, PartNumber=1, Body=b"1")
        s3.complete_multipart_upload(
            Bucket="bucket",
            Key="k",
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
        )
    assert seen == [{}, {"m": "1"}]


def test_bucket_policy_denies_without_its_condition() -> None:
    s3 = bucket_with_rule()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::bucket/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    with pytest.raises(ClientError, match=r"403|Forbidden"):
        s3.put_object(Bucket="bucket", Key="k", Body=b"over TLS")


def test_lambda_target_is_not_implemented() -> None:
    events = client("events")
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["x"]}))
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": f"arn:aws:lambda:{REGION}:123456789012:function:f"}])
    with pytest.raises(NotImplementedError):
        events.put_events(Entries=[{"Source": "x", "DetailType": "y", "Detail": "{}"}])


def test_deleting_a_message_rebuilds_the_list() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    queue: Queue = sqs_backends["123456789012"][REGION].queues["q"]
    before = queue._messages
    received = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    assert queue._messages is not before


def test_long_poll_looks_once_a_second() -> None:
    client("sqs").create_queue(QueueName="q")
    queue: Queue = sqs_backends["123456789012"][REGION].queues["q"]
    with patch.object(threading.Condition, "wait_for", autospec=True) as wait:
        queue.wait_for_messages(1)
    assert wait.call_args.kwargs == {"timeout": 1}


def test_transaction_copies_the_table_per_item() -> None:
    dynamodb = table()
    operations = [{"Put": {"TableName": "table", "Item": {"pk": {"S": str(number)}}}} for number in range(3)]
    with patch("moto.dynamodb.models.copy.deepcopy", wraps=lambda value: value) as copied:
        dynamodb.transact_write_items(TransactItems=operations)
    assert sum(isinstance(call.args[0], table_module.Table) for call in copied.call_args_list) == 3


def test_client_request_token_is_forgotten() -> None:
    dynamodb = table()
    update = {
        "TableName": "table",
        "Key": {"pk": {"S": "1"}},
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    for _ in range(2):
        dynamodb.transact_write_items(ClientRequestToken="same", TransactItems=[{"Update": update}])
    assert dynamodb.get_item(TableName="table", Key={"pk": {"S": "1"}})["Item"]["n"] == {"N": "2"}


def test_stream_shows_more_than_the_changes_in_the_wrong_region() -> None:
    dynamodb = table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    dynamodb.update_item(
        TableName="table",
        Key={"pk": {"S": "1"}},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"S": "1"}},
    )
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "1"}, "v": {"S": "1"}})
    assert [record["eventName"] for record in records()] == ["INSERT", "INSERT", "MODIFY"]
    assert {record["awsRegion"] for record in records()} == {"us-east-1"}


def test_every_item_ever_made_is_kept() -> None:
    dynamodb = table()
    for _ in range(3):
        dynamodb.put_item(TableName="table", Item={"pk": {"S": "the same"}})
    assert len(vars(Item)["instances_tracked"]) >= 3


def test_query_walks_the_whole_table() -> None:
    dynamodb = table()
    for number in range(3):
        dynamodb.put_item(TableName="table", Item={"pk": {"S": str(number)}})
    with patch.object(table_module.Table, "all_items", autospec=True, return_value=[]) as walked:
        dynamodb.query(
            TableName="table", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "1"}}
        )
    walked.assert_called_once()


def test_host_is_looked_up_in_the_file_system() -> None:
    application = DomainDispatcherApplication(create_backend_app)
    with patch("moto.backends.os.listdir", return_value=[]) as listed:
        for _ in range(2):
            application.get_backend_for_host("dynamodb.ap-northeast-1.amazonaws.com")
    assert listed.call_count == 2


def test_lambda_proxy_integration_is_not_implemented() -> None:
    """Decision 0103: while it is so, APIs are served by `infra.sandbox.api` and not by moto."""
    gateway, function = client("apigateway"), f"arn:aws:lambda:{REGION}:123456789012:function:f"
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName="live")
    with pytest.raises(NotImplementedError):
        requests.get(f"https://{api}.execute-api.{REGION}.amazonaws.com/live", timeout=5)


def test_distribution_serves_nothing() -> None:
    """Decision 0103: moto gives a distribution a domain name, and answers no request to it."""
    origin = {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": "x",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
    }
    domain = client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    assert domain.endswith(".cloudfront.net")
    assert not any(re.search(pattern, f"https://{domain}/") for pattern in url_bases_of("cloudfront"))


def url_bases_of(service: str) -> list[str]:
    """The addresses that moto answers for a service."""
    urls: Any = import_module(f"moto.{service}.urls")
    return list(urls.url_bases)
