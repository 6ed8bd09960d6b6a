"""What a function fed by a queue does with a failed message. Built on the first failure of a worker."""

from __future__ import annotations

import functools

from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.failures import FailureTable
from kyotsu.runtime.retries import Backoff, Retries
from kyotsu.runtime.settings import setting


@functools.cache
def retries() -> Retries:
    """Return the retries of the queue that feeds this function."""
    backoff = Backoff(
        int(setting("RETRY_ATTEMPTS")), float(setting("RETRY_FIRST_SECONDS")), float(setting("RETRY_FACTOR"))
    )
    failures = FailureTable(setting("LINKAGE_TABLE"), setting("MUNICIPALITY"))
    return Retries(clients.sqs(), setting("SOURCE_QUEUE"), backoff, failures, SystemClock())
