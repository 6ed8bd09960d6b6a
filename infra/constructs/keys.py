"""Customer-managed keys, one for each group of principals that may use it."""

from __future__ import annotations

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.parameters.types import Parameters


class Keys(Construct):
    """The keys of one deployment; who may use one of them gains nothing on the others.

    `exchange`: provider buckets, so that linked systems never hold a right on the key of the records.
    `records`: tables and the work bucket. `messages`: queues, topics and the event bus, which AWS services write to.
    `logs`: log groups. `personal`: data keys of 個人番号 and 住民票コード. `fingerprints`: the secret that rows are
    told apart with. `access`: clients, their secrets and what they revoked. `audit`: who saw whose data.
    `papers`: papers of moving cases, at rest and by their data keys. `juki`: what the communication server brings.
    """

    def __init__(self, scope: Construct, construct_id: str, *, parameters: Parameters) -> None:
        super().__init__(scope, construct_id)
        self._parameters = parameters
        self.exchange = self._key("Exchange", "Files that linked systems and Kyotsu exchange")
        self.records = self._key("Records", "Records of residents, receipts and work in progress")
        self.messages = self._key("Messages", "Queues, topics and the event bus")
        self.logs = self._key("Logs", "Log groups of functions")
        self.personal = self._key("Personal", "Data keys of individual numbers and resident record codes")
        self.fingerprints = self._key("Fingerprints", "The key of fingerprints of rows and numbers")
        self.access = self._key("Access", "Clients of the token server, their secrets and revocations")
        self.audit = self._key("Audit", "The audit trail and the statements of completeness")
        self.papers = self._key("Papers", "Papers of moving cases, and the data keys that are destroyed with them")
        self.juki = self._key("Juki", "What the communication server brings")
        self._let_services_send_messages()
        self._let_logs_be_written()

    def _key(self, name: str, description: str) -> kms.Key:
        return kms.Key(
            self,
            name,
            description=f"{self._parameters.name}: {description}",
            enable_key_rotation=True,
            pending_window=Duration.days(30 if self._parameters.protected else 7),
            removal_policy=self._parameters.removal_policy,
        )

    def _let_services_send_messages(self) -> None:
        sources = {
            # Rules get their names from their stack; the exact rule stands in each queue's own policy.
            "events": self._ours("events", "rule/"),
            "cloudwatch": self._ours("cloudwatch", "alarm:"),
        }
        for service, source in sources.items():
            self.messages.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=["*"],  # in a key's own policy: this key
                    conditions={
                        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                        "ArnLike": {"aws:SourceArn": source},
                    },
                )
            )

    def _let_logs_be_written(self) -> None:
        region = self._parameters.region
        self.logs.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
                actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                resources=["*"],  # in a key's own policy: this key
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": self._ours("logs", "log-group:")}},
            )
        )

    def _ours(self, service: str, kind: str) -> str:
        """Return the ARNs of a service's resources that belong to this deployment's stacks."""
        stack = Stack.of(self)
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{kind}{self._parameters.name}-*"
