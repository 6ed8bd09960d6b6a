"""Which records of a batch failed, read from a function's answer as Lambda reads it."""

from collections.abc import Sequence
from typing import Any

from infra.sandbox.running.worker import Answer


def failed_identifiers(answer: Answer, identifiers: Sequence[str], *, reports: bool) -> set[str]:
    """Return those of `identifiers` that failed.

    All of them, if the function raised, or named an unknown or empty identifier; otherwise those it named, if its
    mapping has ReportBatchItemFailures (AWS Lambda Developer Guide, "Reporting batch item failures").
    """
    if answer.error is not None:
        return set(identifiers)
    if not reports or not isinstance(answer.result, dict):
        return set()
    failures: Any = answer.result.get("batchItemFailures")
    named = [failure.get("itemIdentifier") for failure in failures or []]
    if any(not name or name not in identifiers for name in named):
        return set(identifiers)
    return set(named)
