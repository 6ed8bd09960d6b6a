"""Starting the sandbox as a process of its own on a small assembly."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.integration.sandbox.small_cloud import FUNCTION, RESOURCES, SITE

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def write_assembly(folder: Path, resources: dict[str, Any] = RESOURCES) -> Path:
    """Write the small cloud as the CDK would, and return its folder."""
    folder.mkdir()
    (folder / "libraries").mkdir()
    (folder / "libraries" / "python").symlink_to(SITE)
    files = {
        name: {"source": {"path": str(path)}, "destinations": {"here": {"objectKey": f"{name}.zip"}}}
        for name, path in (("function", FUNCTION), ("libraries", folder / "libraries"))
    }
    (folder / "assets.json").write_text(json.dumps({"files": files}), "utf-8")
    (folder / "small.json").write_text(json.dumps({"Resources": resources}), "utf-8")
    artifacts = {
        "Assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
        "Small": {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "small.json"},
            "dependencies": ["Assets"],
        },
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), "utf-8")
    return folder


@contextmanager
def started(assembly: Path, state_dir: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `python -m infra.sandbox`; it is killed at the end of the block if it still runs."""
    command = [sys.executable, "-m", "infra.sandbox", "--assembly", str(assembly), "--state-dir", str(state_dir)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--api-port", "0", *options],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def endpoints(path: Path) -> dict[str, Any]:
    """The content of an endpoints.json, as soon as it is there."""
    eventually(path.exists, 60)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def eventually(look: Callable[[], T], seconds: float = 20.0) -> T:
    """Return the first true answer of `look`; fail after `seconds`."""
    deadline, never, pause = time.monotonic() + seconds, threading.Event(), 0.02
    while not (found := look()):
        assert time.monotonic() < deadline, "did not happen in time"
        never.wait(pause)
        pause = min(pause * 1.5, 0.2)  # looking takes the cores from what is waited for
    return found


def alive(pid: int) -> bool:
    """Whether a process exists and is more than a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
