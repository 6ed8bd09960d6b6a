"""市町村CS: the outbox's queue, the functions that send, receive and sweep, and the secret they show to the CS."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.bundling import ROOT
from infra.constructs.announcing import work_queue
from infra.constructs.cs_access import CsAccess
from infra.constructs.moving_access import MovingAccess
from infra.constructs.nag import acknowledge
from infra.constructs.receive_message import ReceiveMessage
from infra.constructs.send_message import TIMEOUT, SendMessage
from infra.constructs.sweep_messages import SweepMessages
from infra.parameters.errors import ParameterError
from kyotsu.moving.cs.characters import TABLE, of_file


def check_characters(table: Path) -> None:
    """Raise ParameterError if a deployment's own table of characters can't be read."""
    try:
        of_file(table)
    except ValueError as error:
        raise ParameterError(f"{table.name}: {error}") from None


class CsGateway(Construct):
    """Everything between cases and the CS; `access.let_post` lets other functions put messages into the outbox."""

    def __init__(self, scope: Construct, construct_id: str, *, moving: MovingAccess) -> None:
        super().__init__(scope, construct_id)
        self._moving = moving
        check_characters(ROOT / "catalogue" / TABLE)
        self.lanes = work_queue(
            self,
            "CsLanes",
            platform=moving.platform,
            stateful=moving.stateful,
            function_timeout=TIMEOUT,
            ordered=True,
        )
        self.access = CsAccess(moving, self.lanes)
        self.secret = self._secret()
        self.send = SendMessage(self, "Send", access=self.access, secret=self.secret)
        self.receive = ReceiveMessage(self, "Receive", access=self.access)
        self.sweep = SweepMessages(self, "Sweep", access=self.access)
        self._let_adapter_bring()

    def outputs(self) -> dict[str, str]:
        """Return what operators and the sandbox need to know."""
        receive = self.receive
        return {
            "CsLanesQueue": self.lanes.queue.queue_url,
            "CsSecret": self.secret.secret_arn,
            "ReceiveMessageDeadLetters": receive.queue.dead_letters.queue.queue_url,
            "ReceiveMessageFunction": receive.function.function.function_name,
            "ReceiveMessageQueue": receive.queue.queue.queue_url,
            "SendMessageDeadLetters": self.lanes.dead_letters.queue.queue_url,
            "SendMessageFunction": self.send.function.function.function_name,
            "SweepMessagesFunction": self.sweep.function.function.function_name,
            "SweepMessagesUnstarted": self.sweep.clock.unstarted.queue.queue_url,
            "UndeliveredMessages": receive.undelivered.queue.queue_url,
        }

    def _secret(self) -> secretsmanager.Secret:
        parameters = self._moving.platform.parameters
        secret = secretsmanager.Secret(
            self,
            "Secret",
            description=f"{parameters.name}: what Kyotsu shows to the adapter beside the CS",
            encryption_key=self._moving.stateful.keys.juki,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=parameters.removal_policy,
        )
        acknowledge(secret, "SMG4", "The adapter beside the CS must learn a new value first; operators change both.")
        return secret

    def _let_adapter_bring(self) -> None:
        """Let the adapter put objects into the bucket, where its roles are known."""
        stateful, roles = self._moving.stateful, self._moving.platform.parameters.cs.adapter_roles
        if not roles:
            return
        principals = [iam.ArnPrincipal(arn) for arn in roles]
        bucket = stateful.juki.bucket
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=principals, actions=["s3:PutObject"], resources=[f"{bucket.bucket_arn}/received/*"]
            )
        )
        stateful.keys.juki.add_to_resource_policy(
            iam.PolicyStatement(
                principals=principals,
                actions=["kms:GenerateDataKey"],
                resources=["*"],  # in a key's own policy: this key
                conditions={
                    "StringEquals": {"kms:ViaService": f"s3.{self._moving.platform.parameters.region}.amazonaws.com"}
                },
            )
        )
