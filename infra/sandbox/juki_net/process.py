"""Starting the simulator beside a sandbox, and connecting the sandbox's deployments to it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from infra.sandbox.cloud import Cloud
from infra.sandbox.synthesis import ROOT


class JukiNetError(RuntimeError):
    """The simulator did not start, or did not take a municipality; the text says which."""


@contextmanager
def started(municipalities: Sequence[str], port: int = 0) -> Iterator[str]:
    """Run the simulator while the block runs, and give its URL. It ends with this process, however that ends."""
    expected = [word for code in municipalities for word in ("--expect", code)]
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.sandbox.juki_net", "--port", str(port), *expected, "--with-parent"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise JukiNetError("住基ネットのシミュレーターを起動できません。")
            yield url
        finally:
            process.terminate()


def connect(url: str, cloud: Cloud, outputs: Mapping[str, str]) -> None:
    """Connect a deployment that is ready; one without 引越しOSS has nothing to connect. Raises JukiNetError."""
    if "JukiBucket" not in outputs or "CsSecret" not in outputs:
        return
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=outputs["CsSecret"])["SecretString"]
    asked = {
        "codes": outputs["AcceptedMunicipalities"].split(","),
        "aws_endpoint": cloud.endpoint,
        "region": cloud.region,
        "bucket": outputs["JukiBucket"],
        "secret": secret,
    }
    call(url, "POST", "/municipalities", asked)


def call(url: str, method: str, path: str, body: Any = None) -> Any:
    """Make one request of the simulator and return the JSON it answers. Raises JukiNetError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, method=method)  # noqa: S310 - our own URL on loopback
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            return json.load(response)
    except OSError as error:
        raise JukiNetError(f"{method} {path}: {error}") from error
