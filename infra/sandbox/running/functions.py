"""Every Lambda function of the sandbox: invoked by name, each in worker processes of its own."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.sandbox.running.worker import Answer, Function, Worker, WorkerGoneError


@dataclass
class _Pool:
    function: Function
    permits: threading.BoundedSemaphore
    idle: list[Worker] = field(default_factory=list)


class Functions:
    """Runs functions; a worker starts on first use and is kept, up to `concurrency` of them for each function."""

    def __init__(self, concurrency: int = 2) -> None:
        self.concurrency = concurrency
        self._pools: dict[str, _Pool] = {}
        self._lock = threading.Lock()
        self._all: set[Worker] = set()
        self._closed = False

    def add(self, function: Function) -> None:
        """Make `function` known; its worker starts when it is first invoked."""
        self._pools[function.name] = _Pool(function, threading.BoundedSemaphore(self.concurrency))

    def environment(self, name: str) -> Mapping[str, str]:
        """Return the environment that a function's workers have."""
        return self._pools[name].function.environment

    def invoke(self, name: str, event: Any) -> Answer:
        """Run the function with `event`, waiting for a free worker; its failure, timeout or death is in the answer."""
        pool = self._pools[name]
        request_id = str(uuid.uuid4())
        with pool.permits:
            try:
                worker = self._worker(pool)
            except _ImportFailedError as failed:
                return Answer(error=failed.error)
            try:
                answer = worker.invoke(request_id, event)
            except WorkerGoneError as gone:
                self._forget(worker)
                return Answer(error={"errorType": gone.error_type, "errorMessage": f"RequestId: {request_id} {gone}"})
            with self._lock:
                pool.idle.append(worker)
            return answer

    def close(self) -> None:
        """Kill every worker; nothing can be invoked afterwards."""
        with self._lock:
            self._closed = True
            idle = [worker for pool in self._pools.values() for worker in pool.idle]
        for worker in idle:
            self._forget(worker)
        for worker in list(self._all):
            worker.kill()  # in the middle of an event: its own thread closes it

    def _worker(self, pool: _Pool) -> Worker:
        with self._lock:
            if pool.idle:
                return pool.idle.pop()
            if self._closed:
                raise _ImportFailedError({"errorType": "Sandbox.Closed", "errorMessage": "The sandbox is stopping"})
            worker = Worker(pool.function)
            self._all.add(worker)
        try:
            error = worker.start()
        except WorkerGoneError as gone:
            error = {"errorType": gone.error_type, "errorMessage": str(gone)}
        if error is not None:
            self._forget(worker)
            raise _ImportFailedError(error)
        return worker

    def _forget(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.close()


class _ImportFailedError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["errorMessage"])
        self.error = error
