"""Runs the null DynamoDB beside a measurement, and makes this process's clients talk to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from kyotsu.residents.applier import ResidentApplier
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.wiring.catalogue import effect_rules
from kyotsu.wiring.functions import collect_rarely
from tests.fakes.deployment import CATALOGUE, Deployment
from tests.fakes.sealing import FINGERPRINTS, local_sealing


@contextmanager
def null_dynamodb() -> Iterator[None]:
    """Run the server until the end of the block."""
    command = [sys.executable, "-m", "tests.bench.null_dynamodb"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        os.environ.update(
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{int(process.stdout.readline())}",
            AWS_ACCESS_KEY_ID="bench",
            AWS_SECRET_ACCESS_KEY="bench",
            AWS_DEFAULT_REGION="ap-northeast-1",
        )
        try:
            yield
        finally:
            process.terminate()


def client() -> Any:
    """Return the product's own DynamoDB client."""
    return clients.dynamodb()


def boto_client() -> Any:
    """Return a DynamoDB client of botocore as it is, but for parameter validation."""
    config = Config(parameter_validation=False, max_pool_connections=16, retries={"mode": "standard"})
    return boto3.client("dynamodb", config=config)


def forget() -> None:
    """Empty the null DynamoDB."""
    boto_client().delete_table(TableName="Residents")


def deployment(dynamodb: Any) -> Deployment:
    """Return a deployment whose residents are in the null DynamoDB, sealed as in production; files are in memory."""
    collect_rarely()
    made = Deployment(small_chunks=1_000_000)
    made.objects.block_bytes = 1024 * 1024
    table = ResidentTable(dynamodb, "Residents", "141003", local_sealing())
    made.reception.appliers["residents"] = ResidentApplier(  # type: ignore[index] # a dict, in this process
        table, effect_rules(CATALOGUE, "residents"), FINGERPRINTS
    )
    return made
