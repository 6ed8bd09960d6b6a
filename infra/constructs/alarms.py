"""Alarms that reach the operators."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct


class Alarms:
    """Makes alarms that notify one topic, when they are raised and when they are over.

    Every metric here is one that AWS emits each minute while there is something to measure, so that no data
    means nothing wrong.
    """

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
        """Raise an alarm when the metric's value of each of so many `minutes` in a row is at least a threshold."""
        alarm = cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            threshold=at_least,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=says,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)


def each_minute(namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    """Return a metric of AWS by its namespace and name, as one value per minute."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        statistic=statistic,
        dimensions_map=dimensions,
        period=Duration.minutes(1),
    )
