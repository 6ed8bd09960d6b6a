"""An event source mapping as its template describes it."""

from collections.abc import Mapping as Properties
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Mapping:
    """What feeds `function`: the queue or stream at `source`, in batches, and what happens when a batch fails.

    `retries` is the number of tries after the first one (streams; None = for ever), `on_failure` a queue's ARN.
    """

    name: str
    function: str
    source: str
    batch_size: int
    reports_failures: bool
    concurrency: int | None = None
    bisects: bool = False
    retries: int | None = None
    on_failure: str | None = None
    latest: bool = False

    HANDLED: ClassVar[frozenset[str]] = frozenset(
        {
            "BatchSize",
            "BisectBatchOnFunctionError",
            "DestinationConfig",
            "Enabled",
            "EventSourceArn",
            "FunctionName",
            "FunctionResponseTypes",
            "MaximumRetryAttempts",
            "ScalingConfig",
            "StartingPosition",
        }
    )
    IGNORED: ClassVar[Properties[str, str]] = {
        "MaximumBatchingWindowInSeconds": "the sandbox sends what it has at once",
        "MaximumRecordAgeInSeconds": "records don't grow old within the life of a sandbox",
        "ParallelizationFactor": "one batch of a stream at a time keeps every order AWS may show",
        "Tags": "nothing in the sandbox reads tags",
        "KmsKeyArn": "data at rest is in memory here",
        "MetricsConfig": "the sandbox writes no metrics",
    }

    @classmethod
    def from_properties(cls, name: str, function: str, properties: Properties[str, Any]) -> "Mapping":
        """Read the resolved properties of an AWS::Lambda::EventSourceMapping."""
        source = properties["EventSourceArn"]
        retries = int(properties.get("MaximumRetryAttempts", -1))
        return cls(
            name=name,
            function=function,
            source=source,
            batch_size=int(properties.get("BatchSize", 10 if ":sqs:" in source else 100)),
            reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            concurrency=properties.get("ScalingConfig", {}).get("MaximumConcurrency"),
            bisects=bool(properties.get("BisectBatchOnFunctionError")),
            retries=None if retries < 0 else retries,
            on_failure=properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
            latest=properties.get("StartingPosition") == "LATEST",
        )
