"""The product's own stacks in a sandbox, once for all flows. Each test sends files of its own people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from kyotsu_cli.demo import sandbox as process
from tests.flows import command
from tests.flows.sandbox_process import eventually

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
PATH = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
"""Also without `make`: our own commands come first, and Node stands there where the machine has none."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox, as its clients see it."""

    path: Path
    endpoints: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a command that talks to this sandbox, with any SDK."""
        return os.environ | {
            "PATH": PATH,
            "KYOTSU_ENDPOINTS": str(self.path),
            "AWS_ENDPOINT_URL": self.endpoints["aws_endpoint"],
            "AWS_REGION": self.endpoints["region"],
            "AWS_DEFAULT_REGION": self.endpoints["region"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            endpoint_url=self.endpoints["aws_endpoint"],
            region_name=self.endpoints["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @property
    def bucket(self) -> str:
        """The bucket of 住民基本台帳."""
        return str(self.endpoints["buckets"]["001"])

    def put(self, name: str, body: bytes, **options: Any) -> str:
        """Put a file into its place in the outbox; return its version id."""
        key = f"outbox/{'-'.join(name.split('_')[:2])}/{name}"
        return str(self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, **options)["VersionId"])

    def answer(self, name: str, version_id: str | None = None) -> dict[str, Any]:
        """Return the answer to a file (of a version), as soon as it is there."""
        s3: S3Client = self.client("s3")

        def look() -> dict[str, Any] | None:
            key = f"answers/{name.removesuffix('.csv')}.json"
            try:
                found: dict[str, Any] = json.loads(s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            except s3.exceptions.NoSuchKey:
                return None
            return found if version_id in (None, found["version_id"]) else None

        return eventually(look, 60) or {}

    def listen(self, name: str, pattern: dict[str, Any]) -> str:
        """Return the URL of a new queue that gets the domain events of a pattern from now on."""
        sqs, events = self.client("sqs"), self.client("events")
        url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = self.endpoints["outputs"]["EventBus"]
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": queue}])
        return url

    def kyotsu(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the `kyotsu` command against this sandbox."""
        return command.run(arguments, self.environment, stdin)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Run the product's stacks on this machine."""
    with process.running(tmp_path_factory.mktemp("sandbox"), "141003") as path:
        yield Sandbox(path, json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Install the locked JavaScript packages, unless they are there."""
    folder = ROOT / "node_modules"
    installed = folder / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (ROOT / "package-lock.json").stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=ROOT, env=os.environ | {"PATH": PATH}, check=True
        )
    return folder
