"""`functions/access/publish_keys` keeps the public documents up to date, by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.public_documents import PublicDocuments
from infra.constructs.schedule import Schedule
from infra.constructs.token_server import TokenServer
from infra.stacks.stateful import StatefulStack


class PublishKeys(Construct):
    """The function and its clock."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        stateful: StatefulStack,
        server: TokenServer,
        documents: PublicDocuments,
    ) -> None:
        super().__init__(scope, construct_id)
        bucket = documents.bucket
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="access/publish_keys",
            timeout=Duration.minutes(1),
            memory_mib=512,
            environment={**server.environment(), "PUBLIC_BUCKET": bucket.bucket_name},
        )
        stateful.signing.let_check(self.function)
        self.function.allow_objects(["s3:GetObject", "s3:PutObject"], [bucket.bucket_arn], ".well-known/")
        # Without it S3 answers "access denied" where a document is not there yet.
        self.function.allow(["s3:ListBucket"], [bucket.bucket_arn])
        self.clock = Schedule(
            self,
            "Clock",
            platform=platform,
            stateful=stateful,
            function=self.function,
            minutes=platform.parameters.tokens.publish_minutes,
        )
