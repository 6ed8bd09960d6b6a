"""Alarms that reach the operators, each with a page that says what to do."""

from __future__ import annotations

import re
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

RUNBOOKS = "docs/runbooks"


def runbook(construct_id: str) -> str:
    """Return the page about an alarm, named after its id: `FunctionFailed` is docs/runbooks/function-failed.md."""
    return f"{RUNBOOKS}/{re.sub('(?<=[a-z])(?=[A-Z])', '-', construct_id).lower()}.md"


class Alarms:
    """Makes alarms that notify one topic, when they are raised and when they are over."""

    def __init__(self, topic: sns.ITopic) -> None:
        self._action = actions.SnsAction(topic)

    def raise_when(
        self,
        scope: Construct,
        construct_id: str,
        metric: cloudwatch.Metric,
        *,
        at_least: float,
        says: str,
        minutes: int = 1,
    ) -> None:
        """Raise an alarm when the metric's value of each of so many `minutes` in a row is at least a threshold.

        The metric must be one that AWS emits each minute while there is something to measure, so that no data means
        nothing wrong. `says` is read by operators, in Japanese; the alarm's page is named after `construct_id`.
        """
        self._alarm(
            scope,
            construct_id,
            says,
            metric=metric,
            threshold=at_least,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def raise_when_silent(
        self, scope: Construct, construct_id: str, metric: cloudwatch.Metric, *, hours: int, says: str
    ) -> None:
        """Raise an alarm when nothing was counted for so many hours (1 to 168, the most CloudWatch looks back).

        The metric must have a period of one hour. Nobody counts what does not come, so that no data is the alarm.
        """
        self._alarm(
            scope,
            construct_id,
            says,
            metric=metric,
            threshold=1,
            evaluation_periods=hours,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )

    def _alarm(self, scope: Construct, construct_id: str, says: str, **properties: Any) -> None:
        description = f"{says}（手順：{runbook(construct_id)}）"
        alarm = cloudwatch.Alarm(scope, construct_id, alarm_description=description, **properties)
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)


def each_minute(namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    """Return a metric of AWS by its namespace and name, as one value per minute."""
    return _metric(namespace, name, statistic, Duration.minutes(1), dimensions)


def each_hour(namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    """Return a metric as one value per hour."""
    return _metric(namespace, name, statistic, Duration.hours(1), dimensions)


def each(minutes: int, namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    """Return a metric as one value per so many minutes, for what is measured less often than each minute."""
    return _metric(namespace, name, statistic, Duration.minutes(minutes), dimensions)


def _metric(
    namespace: str, name: str, statistic: str, period: Duration, dimensions: dict[str, str]
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, statistic=statistic, dimensions_map=dimensions, period=period
    )
