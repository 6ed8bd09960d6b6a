"""Functions that run by the clock."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import DeadLetters, let_rule_send
from infra.stacks.stateful import StatefulStack


class Schedule(Construct):
    """Runs a function every so many minutes; runs that could not be started are kept and alarmed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        stateful: StatefulStack,
        function: PythonFunction,
        minutes: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.unstarted = DeadLetters(self, "Unstarted", key=stateful.keys.messages, alarms=platform.alarms)
        dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=self.unstarted.queue.queue_arn)
        rule = events.CfnRule(
            self,
            "Rule",
            description=f"Every {minutes} minutes",
            schedule_expression=f"rate({minutes} minute{'s' if minutes > 1 else ''})",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Function", arn=function.function.function_arn, dead_letter_config=dead_letters
                )
            ],
        )
        let_rule_send(self.unstarted.queue, rule.attr_arn)
        lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=function.function.function_arn,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )
