"""A small hand-written assembly with the resource types of the real one, and what its tests need."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3

from infra.sandbox.assembly import Stack
from infra.sandbox.cloud import Cloud

FUNCTION = Path(__file__).with_name("function")
SITE = Path(boto3.__file__).parents[1]
T = TypeVar("T")


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def arn(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, "Arn"]}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def function(timeout: int = 10, **variables: Any) -> dict[str, Any]:
    return resource(
        "AWS::Lambda::Function",
        Role=arn("Role"),
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"S3Bucket": {"Fn::Sub": "assets-${AWS::AccountId}-${AWS::Region}"}, "S3Key": "function.zip"},
        Timeout=timeout,
        Environment={"Variables": {"CALLS": ref("Calls"), **variables}},
        Layers=[ref("Libraries")],
    )


def table(**more: Any) -> dict[str, Any]:
    return resource(
        "AWS::DynamoDB::GlobalTable",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in more.pop("names", ("pk", "sk"))
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        Replicas=[{"Region": "ap-northeast-1"}],
        **more,
    )


def mapping(source: Any, name: str, **more: Any) -> dict[str, Any]:
    return resource(
        "AWS::Lambda::EventSourceMapping",
        EventSourceArn=source,
        FunctionName=ref(name),
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **more,
    )


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | list[str], resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


OURS = "ap-northeast-1:123456789012"
RIGHTS = policy(
    allow(["dynamodb:PutItem"], f"arn:aws:dynamodb:{OURS}:table/Small-Calls-*"),
    allow(
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        f"arn:aws:sqs:{OURS}:Small-Queue-*",
    ),
    allow(["sqs:SendMessage"], f"arn:aws:sqs:{OURS}:Small-Lost-*"),
    allow(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        f"arn:aws:dynamodb:{OURS}:table/Small-Followed-*/stream/*",
    ),
    allow("dynamodb:ListStreams", "*"),
    allow("lambda:InvokeFunction", f"arn:aws:lambda:{OURS}:function:Small-Receive-*"),
    allow("states:StartExecution", f"arn:aws:states:{OURS}:stateMachine:Small-Machine*"),
)
EVENTS = {"Principal": {"Service": "events.amazonaws.com"}}


RESOURCES: dict[str, Any] = {
    "Role": resource(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ),
        Policies=[{"PolicyName": "rights", "PolicyDocument": RIGHTS}],
    ),
    "Libraries": resource("AWS::Lambda::LayerVersion", Content={"S3Bucket": "assets", "S3Key": "libraries.zip"}),
    "Calls": table(),
    "Bucket": resource(
        "AWS::S3::Bucket",
        BucketName={"Fn::Join": ["-", ["kyotsu-development-141003", ref("AWS::AccountId"), "001"]]},
        VersioningConfiguration={"Status": "Enabled"},
        NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    ),
    "Policy": resource(
        "AWS::S3::BucketPolicy",
        Bucket=ref("Bucket"),
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "s3:*",
                    "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        },
    ),
    "Dead": resource("AWS::SQS::Queue"),
    "Queue": resource(
        "AWS::SQS::Queue",
        VisibilityTimeout=60,
        RedrivePolicy={"deadLetterTargetArn": arn("Dead"), "maxReceiveCount": 3},
    ),
    "Receive": function(QUEUE=ref("Queue")),
    "Short": function(timeout=2),
    "Source": mapping(arn("Queue"), "Receive", BatchSize=5, ScalingConfig={"MaximumConcurrency": 2}),
    "Created": resource(
        "AWS::Events::Rule",
        EventPattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [ref("Bucket")]}, "object": {"key": [{"prefix": "outbox/"}]}},
        },
        State="ENABLED",
        Targets=[{"Arn": arn("Queue"), "Id": "Queue"}],
    ),
    "QueuePolicy": resource(
        "AWS::SQS::QueuePolicy",
        Queues=[ref("Queue")],
        PolicyDocument=policy(
            allow("sqs:SendMessage", arn("Queue"), **EVENTS, Condition={"ArnEquals": {"aws:SourceArn": arn("Created")}})
        ),
    ),
    "HeardPolicy": resource(
        "AWS::SQS::QueuePolicy",
        Queues=[ref("Heard")],
        PolicyDocument=policy(
            allow("sqs:SendMessage", arn("Heard"), **EVENTS, Condition={"ArnEquals": {"aws:SourceArn": arn("Hear")}})
        ),
    ),
    "MayHear": resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=arn("Short"),
        Principal="events.amazonaws.com",
        SourceArn=arn("Hear"),
    ),
    "Bus": resource("AWS::Events::EventBus", Name="domain"),
    "Heard": resource("AWS::SQS::Queue"),
    "Hear": resource(
        "AWS::Events::Rule",
        EventBusName=ref("Bus"),
        EventPattern={"detail-type": ["ResidentRecorded"]},
        Targets=[{"Arn": arn("Heard"), "Id": "Heard"}, {"Arn": arn("Short"), "Id": "Short"}],
    ),
    "Followed": table(StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}),
    "Streamed": table(StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}),
    "Lost": resource("AWS::SQS::Queue"),
    "Follow": function(),
    "Stream": mapping(
        {"Fn::GetAtt": ["Followed", "StreamArn"]},
        "Follow",
        StartingPosition="TRIM_HORIZON",
        BatchSize=10,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn("Lost")}},
    ),
    "Indexed": table(
        names=("pk", "sk", "gsi1pk", "gsi1sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_provider",
                "KeySchema": [
                    {"AttributeName": "gsi1pk", "KeyType": "HASH"},
                    {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
    ),
}


def stack(folder: Path, resources: dict[str, Any] | None = None) -> Stack:
    """The small stack; its layer is the test's own libraries."""
    libraries = folder / "libraries"
    libraries.mkdir(exist_ok=True)
    if not (libraries / "python").exists():
        (libraries / "python").symlink_to(SITE)
    template = {"Resources": RESOURCES if resources is None else resources}
    return Stack("Small", template, {"function.zip": FUNCTION, "libraries.zip": libraries})


@dataclass
class Small:
    """The running small cloud."""

    cloud: Cloud

    def __getitem__(self, logical_id: str) -> str:
        """What Ref gives for a resource."""
        return next(made[logical_id] for made in self.cloud.created.values() if logical_id in made)

    def client(self, service: str) -> Any:
        return self.cloud.client(service)

    def calls(self, logical_id: str) -> list[dict[str, Any]]:
        """The calls of a function so far, in order: event, pid, path, left."""
        found = self.client("dynamodb").query(
            TableName=self["Calls"],
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": self[logical_id]}},
        )["Items"]
        return [
            {
                "event": json.loads(item["event"]["S"]),
                "pid": int(item["pid"]["N"]),
                "path": json.loads(item["path"]["S"]),
                "left": int(item["left"]["N"]),
            }
            for item in found
        ]

    def message(self, logical_id: str) -> dict[str, Any]:
        """The next message of a queue, which is deleted; fails if none comes within 20 seconds."""
        sqs = self.client("sqs")
        messages = sqs.receive_message(QueueUrl=self[logical_id], WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=self[logical_id], ReceiptHandle=messages[0]["ReceiptHandle"])
        body: dict[str, Any] = json.loads(messages[0]["Body"])
        return body


def eventually(look: Callable[[], T], seconds: float = 20.0) -> T:
    """Return the first true answer of `look`; fail after `seconds`."""
    deadline, never, pause = time.monotonic() + seconds, threading.Event(), 0.02
    while not (found := look()):
        assert time.monotonic() < deadline, "did not happen in time"
        never.wait(pause)
        pause = min(pause * 1.5, 0.2)  # looking takes the cores from what is waited for
    return found
