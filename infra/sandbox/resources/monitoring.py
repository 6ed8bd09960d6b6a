"""Log groups and alarms. They exist so that a client finds them; the sandbox writes no metrics."""

from typing import Any

from infra.sandbox.deployment import Kind, Place
from infra.sandbox.intrinsics import Created

_ALARM = frozenset(
    {
        "AlarmName",
        "AlarmDescription",
        "ActionsEnabled",
        "AlarmActions",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluationPeriods",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "MetricName",
        "Metrics",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Threshold",
        "TreatMissingData",
        "Unit",
    }
)


def log_group(place: Place, properties: dict[str, Any]) -> Created:
    """Make a log group with its retention."""
    logs = place.cloud.client("logs")
    name = properties.get("LogGroupName", place.physical_name(512))
    logs.create_log_group(logGroupName=name)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(logGroupName=name, retentionInDays=properties["RetentionInDays"])
    return Created(name, {"Arn": f"arn:aws:logs:{place.cloud.region}:{place.cloud.account}:log-group:{name}:*"})


def alarm(place: Place, properties: dict[str, Any]) -> Created:
    """Make an alarm; the template's property names are those of the API."""
    name = properties.get("AlarmName", place.physical_name(255))
    place.cloud.client("cloudwatch").put_metric_alarm(**(properties | {"AlarmName": name}))
    return Created(name, {"Arn": f"arn:aws:cloudwatch:{place.cloud.region}:{place.cloud.account}:alarm:{name}"})


_TAGS = {"Tags": "nothing in the sandbox reads tags"}

KINDS = {
    "AWS::Logs::LogGroup": Kind(
        log_group,
        frozenset({"LogGroupName", "RetentionInDays"}),
        _TAGS | {"KmsKeyId": "data at rest is in memory here", "LogGroupClass": "only a matter of price"},
    ),
    "AWS::CloudWatch::Alarm": Kind(alarm, _ALARM, _TAGS),
}
