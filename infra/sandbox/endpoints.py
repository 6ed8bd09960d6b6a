"""`endpoints.json`: where clients find the sandbox and everything in it. Its names are a contract (design.md)."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.sandbox.access.linked import of_linked_system
from infra.sandbox.cloud import Cloud

_PROVIDER_BUCKET = re.compile(r"kyotsu-[a-z]+-[0-9]{6}-[0-9]{12}-(?P<system>[0-9a-z]{3})")
_HASH = re.compile(r"[0-9A-F]{8}$")  # what the CDK adds to a construct's path to make a logical id


def describe(
    cloud: Cloud, municipality: str, outputs: dict[str, Any], clients: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Any]:
    """Return the content of `endpoints.json` for a cloud that is ready, with the secrets of its API's clients."""
    by_type = {
        kind: {_HASH.sub("", logical_id): ref for logical_id, ref in made.items()}
        for kind, made in cloud.created.items()
    }
    matches = map(_PROVIDER_BUCKET.fullmatch, by_type.get("AWS::S3::Bucket", {}).values())
    buckets = {match["system"]: match[0] for match in matches if match}
    apis = {logical_id: cloud.apis.url(ref) for logical_id, ref in by_type.get("AWS::ApiGateway::RestApi", {}).items()}
    return {
        "aws_endpoint": cloud.endpoint,
        "region": cloud.region,
        "municipality": municipality,
        "buckets": buckets,
        "api_url": outputs.get("NumberingApiUrl"),
        "iam_api_url": outputs.get("NumberingIamApiUrl"),
        "apis": apis,
        "token_url": outputs.get("TokenUrl"),
        "juki_net_url": cloud.juki_net or None,
        "clients": dict(clients or {}),
        "credentials": {system: of_linked_system(cloud.access, system) for system in buckets},
        "tables": {
            name.removesuffix("Table").lower(): ref
            for name, ref in by_type.get("AWS::DynamoDB::GlobalTable", {}).items()
        },
        "queues": by_type.get("AWS::SQS::Queue", {}),
        "functions": by_type.get("AWS::Lambda::Function", {}),
        "state_machines": by_type.get("AWS::StepFunctions::StateMachine", {}),
        "event_bus": next(iter(by_type.get("AWS::Events::EventBus", {}).values()), None),
        "outputs": outputs,
    }


@contextmanager
def published(paths: Sequence[Path], content: dict[str, Any]) -> Iterator[None]:
    """Have `content` in each of `paths` while the block runs."""
    for path in paths:
        _write(path, content)
    try:
        yield
    finally:
        withdraw(paths)


def withdraw(paths: Sequence[Path]) -> None:
    """Remove each of `paths`, so that nobody takes a sandbox for running."""
    for path in paths:
        path.unlink(missing_ok=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON so that a reader finds either the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
    unfinished.replace(path)
