"""Sending to the CS: lanes that were woken reach `functions/cs/send_message`, one worker at a time on each."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.announcing import feed
from infra.constructs.cs_access import CsAccess
from infra.constructs.function import PythonFunction

SOURCE = "cs/send_message"
TIMEOUT = Duration.minutes(3)
"""Shorter than the lease of a try (`kyotsu.moving.cs.gateway.LEASE`): who outlives it could still be sending."""


class SendMessage(Construct):
    """The function that alone speaks to the CS. It reads bodies of messages, and no other table of people."""

    def __init__(self, scope: Construct, construct_id: str, *, access: CsAccess, secret: secretsmanager.Secret) -> None:
        super().__init__(scope, construct_id)
        moving = access.moving
        parameters, stateful = moving.platform.parameters, moving.stateful
        self.function = PythonFunction(
            self,
            "Function",
            platform=moving.platform,
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                **access.environment(),
                **moving.papers_environment(),
                **access.lanes.retry_environment(),
                "CS_URL": parameters.cs.url or "",
                "CS_SECRET": secret.secret_arn,
            },
        )
        function = self.function
        access.let_move(function)
        moving.let_read_papers(function)
        moving.let_note_failures(function)
        function.allow(["secretsmanager:GetSecretValue"], [secret.secret_arn])
        function.allow_key(stateful.keys.juki, ["secretsmanager"], ["Decrypt"])
        says = "CSへの送信処理が失敗しました。再試行します。"
        feed(self, function, access.lanes, stateful=stateful, concurrency=parameters.cs.concurrency, says=says)
