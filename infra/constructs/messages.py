"""Where events and alarms go."""

from __future__ import annotations

from typing import cast

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.parameters.types import Parameters


class AlarmTopic(Construct):
    """The topic operators subscribe to; only alarms of this account publish to it."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True, display_name="Kyotsu alarms")
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )


class DomainEvents(Construct):
    """The bus of domain events (`ResidentRecorded`, `ResidentCategoryChanged`, `FileAnswered`)."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey, parameters: Parameters) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(self, "Bus", kms_key=key, description=f"{parameters.name}: domain events")
        self.bus.apply_removal_policy(parameters.removal_policy)
        self._let_rules_send_messages(key, parameters.name)

    def _let_rules_send_messages(self, key: kms.IKey, prefix: str) -> None:
        """Let our rules of this bus, whose ARNs hold its name, deliver to queues encrypted with `key`."""
        # The name as text: a reference would make the key need the bus, which needs the key.
        name = cast("events.CfnEventBus", self.bus.node.default_child).name
        rules = Stack.of(self).format_arn(service="events", resource="rule", resource_name=f"{name}/{prefix}-*")
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],  # in a key's own policy: this key
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": rules},
                },
            )
        )
