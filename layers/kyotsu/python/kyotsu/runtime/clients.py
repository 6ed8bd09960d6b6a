"""AWS clients, one of each per process."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from kyotsu.runtime.bulk_json import write_and_read_fast

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_iam import IAMClient
    from types_boto3_kms import KMSClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient
    from types_boto3_stepfunctions import SFNClient

CONNECTIONS = 16
"""Connections a client keeps; as many threads can work at once."""
SECONDS, ATTEMPTS = "CALL_SECONDS", "CALL_ATTEMPTS"
"""Settings of functions that somebody waits for: how long AWS may be silent, and how often a call is tried at all."""
_SECONDS, _ATTEMPTS = 30, 6
"""Without these settings. Whoever was invoked by a queue or a stream has the time."""


def longest(seconds: float, attempts: int) -> float:
    """Return after how many seconds a call ends at the latest if AWS is silent, pauses between attempts included."""
    return attempts * seconds + sum(1 << attempt for attempt in range(attempts - 1))


def _config(*, parameter_validation: bool = True) -> Config:
    seconds = float(os.environ.get(SECONDS, _SECONDS))
    return Config(
        parameter_validation=parameter_validation,
        retries={"mode": "standard", "total_max_attempts": int(os.environ.get(ATTEMPTS, _ATTEMPTS))},
        connect_timeout=min(5, seconds),
        read_timeout=seconds,
        max_pool_connections=CONNECTIONS,
    )


@functools.cache
def dynamodb() -> DynamoDBClient:
    """Return the DynamoDB client. It does not check parameters: the hot path builds its requests itself."""
    return write_and_read_fast(boto3.client("dynamodb", config=_config(parameter_validation=False)))


@functools.cache
def s3() -> S3Client:
    """Return the S3 client."""
    return boto3.client("s3", config=_config())


@functools.cache
def sqs() -> SQSClient:
    """Return the SQS client."""
    return boto3.client("sqs", config=_config())


@functools.cache
def events() -> EventBridgeClient:
    """Return the EventBridge client."""
    return boto3.client("events", config=_config())


@functools.cache
def iam() -> IAMClient:
    """Return the IAM client."""
    return boto3.client("iam", config=_config())


@functools.cache
def kms() -> KMSClient:
    """Return the KMS client."""
    return boto3.client("kms", config=_config())


@functools.cache
def secrets() -> SecretsManagerClient:
    """Return the Secrets Manager client."""
    return boto3.client("secretsmanager", config=_config())


@functools.cache
def states() -> SFNClient:
    """Return the Step Functions client."""
    return boto3.client("stepfunctions", config=_config())
