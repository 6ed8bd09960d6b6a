"""The inside of a worker process: load one handler and answer one event per JSON line. Standard library only.

Started with `python -I -S`, so that nothing but the standard library, the function's folder and its layers is on the
path. Requests come on stdin, answers leave on a pipe of their own; stdout and stderr belong to the function's log.
End of file on stdin means that the sandbox is gone: the process ends at once, even in the middle of an event.
"""

import importlib
import importlib.util
import json
import os
import queue
import sys
import threading
import time
import traceback
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CLOCK = "KYOTSU_SANDBOX_CLOCK"
"""Names a file with the seconds by which functions are ahead of the machine's time."""
_MACHINE_TIME = "kyotsu.access"
"""Tokens are held against the machine's time by others, too."""


class Context:
    """Lambda's context object, as far as handlers use it."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.invoked_function_arn = request["arn"]
        self.aws_request_id = request["id"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + request["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before the worker is killed, never below 0."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def _error(error: BaseException) -> dict[str, Any]:
    stack = traceback.format_exception(type(error), error, error.__traceback__)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "requestId": "", "stackTrace": stack}


def _load(handler: str) -> Any:
    module, function = handler.rsplit(".", 1)
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def _move_clock(file: Path) -> None:
    """Have the product's clock look at `file` whenever it is asked. A function without it keeps the machine's time."""
    try:
        if importlib.util.find_spec("kyotsu.runtime.clock") is None:
            return
    except ModuleNotFoundError:
        return
    clock = importlib.import_module("kyotsu.runtime.clock").SystemClock
    machines = clock.now

    def now(self: Any) -> datetime:
        present: datetime = machines(self)
        asks = sys._getframe(1).f_globals.get("__name__", "")
        if f"{asks}.".startswith(f"{_MACHINE_TIME}."):
            return present
        try:
            return present + timedelta(seconds=int(file.read_text("ascii")))
        except FileNotFoundError:
            return present

    clock.now = now


def _read_requests(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def main(answer_fd: int, handler: str, *paths: str) -> None:
    """Serve `handler`, found on `paths`, until stdin ends; answers are written to the descriptor `answer_fd`."""
    sys.path[:0] = paths
    answers = os.fdopen(answer_fd, "w", encoding="utf-8")

    def answer(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    try:
        if CLOCK in os.environ:
            _move_clock(Path(os.environ[CLOCK]))
        function = _load(handler)
    except BaseException as error:  # noqa: BLE001  Lambda too reports whatever stops an import, and ends the process
        traceback.print_exc()
        answer({"error": _error(error)})
        sys.stderr.flush()
        os._exit(1)
    answer({"ready": True})
    while True:
        request = json.loads(requests.get())
        try:
            answer({"result": function(request["event"], Context(request))})
        except BaseException as error:  # noqa: BLE001  any exception of a handler is an answer of the function
            traceback.print_exc()
            answer({"error": _error(error)})
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], *sys.argv[3:])
