"""Notifications: what is offered to a recipient, or withdrawn, and notices are told on a topic of its own."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.function import Platform
from infra.constructs.queues import DeadLetters, let_rule_send
from infra.stacks.stateful import StatefulStack


class NotifyRecipients(Construct):
    """A topic for each recipient, which its own roles may subscribe to; the bus alone decides what goes where."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        stateful: StatefulStack,
        recipients: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        self.topics = {recipient: self._topic(recipient) for recipient in recipients}

    def _topic(self, recipient: str) -> sns.Topic:
        topic = sns.Topic(
            self,
            f"Topic{recipient}",
            master_key=self._stateful.keys.messages,
            enforce_ssl=True,
            display_name=f"Kyotsu deliveries {recipient}",
        )
        rule = events.CfnRule(
            self,
            f"Offered{recipient}",
            description=f"Something was offered to {recipient}, or withdrawn",
            event_bus_name=self._stateful.bus.event_bus_name,
            event_pattern={
                "source": ["kyotsu"],
                "detail-type": ["DeliveryOffered", "DeliveryWithdrawn", "NoticeOffered"],
                "detail": {"recipient": [recipient]},
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=topic.topic_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.undelivered.queue.queue_arn),
                )
            ],
        )
        let_rule_send(self.undelivered.queue, rule.attr_arn)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )
        self._let_subscribe(recipient, topic)
        return topic

    def _let_subscribe(self, recipient: str, topic: sns.Topic) -> None:
        linked = {system.lower(): found for system, found in self._platform.parameters.linked.items()}
        roles = linked[recipient].role_arns if recipient in linked else ()
        if roles:
            topic.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ArnPrincipal(arn) for arn in roles],
                    actions=["sns:Subscribe"],
                    resources=[topic.topic_arn],
                    conditions={"StringEquals": {"sns:Protocol": ["https", "sqs"]}},
                )
            )
