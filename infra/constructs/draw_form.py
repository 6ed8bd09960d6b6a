"""転入届: the step function `functions/moving/draw_form`, with the layer that only it has."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.layers import FormsLayer
from infra.constructs.table import TABLE_KEY, only_partitions
from infra.stacks.stateful import StatefulStack
from kyotsu.runtime.sealing import PAPERS, encryption_context

SOURCE = "moving/draw_form"
TIMEOUT = Duration.minutes(1)
MEMORY_MIB = 1024
"""A form takes 100 MiB, 160 with IPAmj Mincho; more memory is more processor: engine and fonts take 0.5 s of a core."""
CASES = "CASE#*"


class DrawForm(Construct):
    """The function. Of a case it may write nothing but the case itself, its history and the paper `form`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack, layers: Layers
    ) -> None:
        super().__init__(scope, construct_id)
        self._parameters, self._stateful = platform.parameters, stateful
        forms = FormsLayer(self, "Layer", built=layers).layer
        self.function = PythonFunction(
            self,
            "Function",
            platform=replace(platform, layers=[*platform.layers, forms]),
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "MOVING_TABLE": stateful.moving.table.table_name,
                "PAPERS_TABLE": stateful.papers.table.table_name,
                "PAPER_BUCKET": stateful.paper_files.bucket.bucket_name,
                "PAPER_KEY": stateful.keys.papers.key_arn,
            },
        )
        self._let_write_cases()
        self._let_keep_papers()

    def _let_write_cases(self) -> None:
        stateful, own = self._stateful, only_partitions(self._parameters, CASES)
        # PutItem: the case and its line of history, in one transaction.
        self.function.allow(["dynamodb:GetItem", "dynamodb:PutItem"], [stateful.moving.table.table_arn], **own)
        self.function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)

    def _let_keep_papers(self) -> None:
        stateful, function, parameters = self._stateful, self.function, self._parameters
        own, bucket = only_partitions(parameters, CASES), [stateful.paper_arn]
        actions = ["BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem"]
        function.allow([f"dynamodb:{action}" for action in actions], [stateful.papers.table.table_arn], **own)
        function.allow_objects(["s3:GetObject"], bucket, f"{parameters.municipality}/")
        function.allow_objects(["s3:DeleteObject", "s3:PutObject"], bucket, f"{parameters.municipality}/*/form")
        # Without it S3 answers "access denied" where an object was destroyed.
        function.allow(["s3:ListBucket"], bucket, StringLike={"s3:prefix": f"{parameters.municipality}/*"})
        function.allow_key(stateful.keys.papers, ["dynamodb", "s3"], TABLE_KEY)
        # The case's data key was made with the first paper: there is nothing to draw from without one.
        context = encryption_context(parameters.municipality, PAPERS)
        conditions = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
        function.allow(["kms:Decrypt"], [stateful.keys.papers.key_arn], StringEquals=conditions)
