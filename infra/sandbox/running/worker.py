"""One process that runs one Lambda function, spoken to over a pipe."""

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_START_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """A function's result, or its error as Lambda shapes it (errorType, errorMessage, …). One of the two is None."""

    result: Any = None
    error: dict[str, Any] | None = None


@dataclass(frozen=True)
class Function:
    """A function as its template describes it; `paths` are its folder and its layers' python folders."""

    name: str
    arn: str
    handler: str
    paths: tuple[Path, ...]
    environment: dict[str, str]
    timeout_seconds: float
    log: Path
    bytecode: Path


class WorkerGoneError(Exception):
    """The worker process ended or was killed in the middle of an event; the text and `error_type` say why."""

    def __init__(self, error_type: str, text: str) -> None:
        super().__init__(text)
        self.error_type = error_type


class Worker:
    """A started process. Use from one thread at a time; after WorkerGoneError it can't be used again."""

    def __init__(self, function: Function) -> None:
        self._function = function
        answers, their_end = os.pipe()
        with function.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-X", "utf8", "-X", f"pycache_prefix={function.bytecode}", _BOOTSTRAP,
                 str(their_end), function.handler, *map(str, function.paths)],
                process_group=0,  # Ctrl-C is for the sandbox alone
                stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=[their_end],
                env=function.environment, cwd=function.paths[0],
            )  # fmt: skip
        os.close(their_end)
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers: IO[bytes] = os.fdopen(answers, "rb", buffering=0)
        self._buffer = b""

    def start(self) -> dict[str, Any] | None:
        """Wait until the handler is imported; return None, or the error that stopped the import."""
        answer = self._read(time.monotonic() + _START_TIMEOUT_SECONDS)
        error: dict[str, Any] | None = answer.get("error")
        return error

    def invoke(self, request_id: str, event: Any) -> Answer:
        """Send one event and return the function's answer. Raises WorkerGoneError on its timeout or death."""
        timeout = self._function.timeout_seconds
        request = {"id": request_id, "arn": self._function.arn, "timeout": timeout, "event": event}
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        except BrokenPipeError as error:
            raise self._gone() from error
        answer = self._read(time.monotonic() + timeout)
        return Answer(result=answer.get("result"), error=answer.get("error"))

    def kill(self) -> None:
        """Kill the process, from any thread; whoever waits for its answer gets WorkerGoneError."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill the process and close its pipes."""
        self.kill()
        self._answers.close()
        with suppress(BrokenPipeError):  # what the killed process did not read
            self._requests.close()

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self.kill()
                raise WorkerGoneError(
                    "Sandbox.Timedout", f"Task timed out after {self._function.timeout_seconds:.2f} seconds"
                )
            chunk = self._answers.read(1 << 16)
            if not chunk:
                raise self._gone()
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _gone(self) -> WorkerGoneError:
        return WorkerGoneError("Runtime.ExitError", f"Runtime exited with code {self._process.wait()}")
