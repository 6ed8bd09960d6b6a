"""Having a file taken back by the deployment's own function, for as long as it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from kyotsu_cli.failure import CommandError, Exit

INVOCATION_SECONDS = 900
_EXITS = {"E1201": Exit.NOT_FOUND}


def take_back(function: str, receipt_id: str, by: str, reason: str, progress: Callable[[], object]) -> dict[str, Any]:
    """Return the answer to the undo of a file; `progress` is told each time the function has to be asked again.

    Raises CommandError with the function's sentence if it refuses.
    """
    # The function goes on from its own ledger: whoever asks again after a lost connection changes nothing.
    config = Config(read_timeout=INVOCATION_SECONDS, retries={"mode": "standard", "total_max_attempts": 3})
    client = boto3.client("lambda", config=config)
    payload = json.dumps({"receipt_id": receipt_id, "by": by, "reason": reason}).encode()
    while True:
        response = client.invoke(FunctionName=function, Payload=payload)
        result: dict[str, Any] = json.loads(response["Payload"].read())
        if "FunctionError" in response:
            raise CommandError(f"取消に失敗しました（{result.get('errorType')}）。同じコマンドで続きから再開できます。")
        if "refused" in result:
            raise refused(result["refused"]["code"], result["refused"]["message"])
        if "undo" in result:
            answer: dict[str, Any] = result["undo"]
            return answer
        progress()


def refused(code: str, message: str) -> CommandError:
    """Return the error of an undo that is refused."""
    return CommandError(f"{code} {message}", _EXITS.get(code, Exit.NOT_ACCEPTED))


def operator() -> str:
    """Return the ARN of whoever runs the command."""
    return str(boto3.client("sts").get_caller_identity()["Arn"])
