"""Metrics of our own, as fields of a log line: CloudWatch counts them itself (embedded metric format)."""

from __future__ import annotations

from typing import Any

from kyotsu.contracts.ports import Clock

NAMESPACE = "Kyotsu"
FILES_RECEIVED = "FilesReceived"
"""Files that were not rejected, by municipality, provider and interface: all of them names that the catalogue knows."""


def counted(clock: Clock, name: str, **dimensions: str) -> dict[str, Any]:
    """Return the extra fields that make a log line count 1 for a metric with exactly these dimensions."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    milliseconds = int(clock.now().timestamp() * 1000)
    return {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}, name: 1, **dimensions}
