"""What the functions of 引越しOSS are told, and the rights that more than one of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from aws_cdk import Stack

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.personal import PAPERS
from infra.constructs.table import FAILURES, TABLE_KEY, only_partitions
from infra.stacks.stateful import StatefulStack

CASES, PEOPLE = "CASE#*", "PERSON#*"
"""Partitions of the `Moving` table: a case with its inbox and history; where people are noted."""
HANDED = "HANDED#*"
"""Counters of the files that cases are handed out in."""
UNSTARTED, DUE, UNTOLD, ERASE = "UNSTARTED", "DUE", "UNTOLD", "ERASE"
"""Partitions of its indexes."""
MOVE_OUT, MOVE_IN = "move_out", "move_in"
"""The machines, as in the names of their files."""
_DAY = 24 * 60 * 60
_STEP_SECONDS = 15 * 60
_WAITS = ("acknowledgement", "approval", "decision", "news", "notice", "release")


@dataclass(frozen=True)
class MovingAccess:
    """Cases, their papers and their machines."""

    platform: Platform
    stateful: StatefulStack

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving`, but those of papers, fingerprints and starting."""
        parameters, stateful = self.platform.parameters, self.stateful
        return {
            "MUNICIPALITY": parameters.municipality,
            "MOVING_TABLE": stateful.moving.table.table_name,
            "MOVING_RULES": msgspec.json.encode(parameters.moving.rules).decode(),
            "LINKAGE_TABLE": stateful.linkage.table.table_name,
        }

    def let_move(self, function: PythonFunction, *, notes: bool = False) -> None:
        """Let a function read and write cases, their inboxes and histories; if it `notes`, people's cases as well."""
        table, parameters = [self.stateful.moving.table.table_arn], self.platform.parameters
        own = only_partitions(parameters, CASES, *([PEOPLE] if notes else []))
        updates = ["dynamodb:UpdateItem"] if notes else []
        function.allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", *updates], table, **own)
        function.allow_key(self.stateful.keys.records, ["dynamodb"], TABLE_KEY)

    def let_forget(self, function: PythonFunction) -> None:
        """Let a function take people's cases out of where they are noted."""
        table, own = self.stateful.moving.table.table_arn, only_partitions(self.platform.parameters, PEOPLE)
        function.allow(["dynamodb:DeleteItem"], [table], **own)
        noted = only_partitions(self.platform.parameters, CASES)
        function.allow(["dynamodb:UpdateItem"], [table], **noted)

    def let_list(self, function: PythonFunction, index: str, *partitions: str) -> None:
        """Let a function list cases by an index: these of its partitions (`DUE`, `KIND#*` …)."""
        own = only_partitions(self.platform.parameters, *partitions)
        function.allow(["dynamodb:Query"], [f"{self.stateful.moving.table.table_arn}/index/{index}"], **own)

    def let_keep_papers(self, function: PythonFunction) -> dict[str, str]:
        """Let a function read and write papers; return the settings it needs for it."""
        own, files = self._papers_of_cases()
        function.allow(
            ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem"],
            [self.stateful.papers.table.table_arn],
            **own,
        )
        function.allow_objects(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [self._paper_bucket], files)
        # Without it S3 answers "access denied" where an object was destroyed.
        function.allow(["s3:ListBucket"], [self._paper_bucket], StringLike={"s3:prefix": f"{files}*"})
        function.allow_key(self.stateful.keys.papers, ["dynamodb"], TABLE_KEY)
        function.allow_key(self.stateful.keys.papers, ["s3"], ["Decrypt", "GenerateDataKey"])
        self._let_use_data_keys(function, ["kms:Decrypt", "kms:GenerateDataKey"])
        return self.papers_environment()

    def let_read_papers(self, function: PythonFunction) -> dict[str, str]:
        """Let a function read papers; return the settings it needs for it."""
        own, files = self._papers_of_cases()
        function.allow(["dynamodb:BatchGetItem"], [self.stateful.papers.table.table_arn], **own)
        function.allow_objects(["s3:GetObject"], [self._paper_bucket], files)
        function.allow(["s3:ListBucket"], [self._paper_bucket], StringLike={"s3:prefix": f"{files}*"})
        function.allow_key(self.stateful.keys.papers, ["dynamodb", "s3"], ["Decrypt", "DescribeKey"])
        self._let_use_data_keys(function, ["kms:Decrypt"])
        return self.papers_environment()

    def let_destroy_papers(self, function: PythonFunction) -> dict[str, str]:
        """Let a function destroy papers, which it can't read; return the settings it needs for it."""
        own, files = self._papers_of_cases()
        function.allow(
            ["dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            [self.stateful.papers.table.table_arn],
            **own,
        )
        function.allow_objects(["s3:DeleteObject"], [self._paper_bucket], files)
        function.allow(["s3:ListBucket"], [self._paper_bucket], StringLike={"s3:prefix": f"{files}*"})
        function.allow_key(self.stateful.keys.papers, ["dynamodb"], TABLE_KEY)
        return self.papers_environment()

    def papers_environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving.papers`."""
        return {
            "PAPERS_TABLE": self.stateful.papers.table.table_name,
            "PAPER_BUCKET": self.stateful.paper_files.bucket.bucket_name,
            "PAPER_KEY": self.stateful.keys.papers.key_arn,
        }

    def let_start(self, function: PythonFunction) -> dict[str, str]:
        """Let a function start machines; return the settings it needs for it."""
        function.allow(["states:StartExecution"], [self.machine_arn(name) for name in (MOVE_OUT, MOVE_IN)])
        return self.machines_environment()

    def let_find_failed(self, function: PythonFunction) -> None:
        """Let a function list executions and look at them."""
        function.allow(["states:ListExecutions"], [self.machine_arn(name) for name in (MOVE_OUT, MOVE_IN)])
        executions = [self._executions_of(name) for name in (MOVE_OUT, MOVE_IN)]
        function.allow(["states:DescribeExecution"], executions)
        for arn in executions:
            acknowledge_wildcard(function.role, arn, "Executions have the ids of cases in their names.")

    def let_tell(self, function: PythonFunction) -> None:
        """Let a function hand signals to the machines that wait."""
        function.allow(["states:SendTaskSuccess"], [self.machine_arn(name) for name in (MOVE_OUT, MOVE_IN)])

    @property
    def portal_bucket(self) -> str:
        """Name of the bucket that documents of マイナポータル come to."""
        parameters = self.platform.parameters
        return f"{parameters.bucket_prefix}{parameters.moving.portal_system}"

    def let_show_status(self, function: PythonFunction) -> None:
        """Let a function show applicants how their cases stand."""
        bucket = [f"arn:{Stack.of(self.stateful).partition}:s3:::{self.portal_bucket}"]
        function.allow_objects(["s3:GetObject", "s3:PutObject"], bucket, "status/")
        # Without it S3 answers "access denied" where nothing is shown yet.
        function.allow(["s3:ListBucket"], bucket, StringLike={"s3:prefix": "status/*"})
        function.allow_key(self.stateful.keys.exchange, ["s3"], ["Decrypt", "GenerateDataKey"])

    def handing_environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving_handing`, but those of cases."""
        return {"APPLICATION_BUCKET": self.portal_bucket}

    def let_hand(self, function: PythonFunction) -> None:
        """Let a function hand cases' files out, by the outbox of the portal's system."""
        counters = only_partitions(self.platform.parameters, HANDED)
        table = [self.stateful.moving.table.table_arn]
        function.allow(["dynamodb:GetItem", "dynamodb:PutItem"], table, **counters)
        bucket = [f"arn:{Stack.of(self.stateful).partition}:s3:::{self.portal_bucket}"]
        function.allow_objects(["s3:PutObject"], bucket, "outbox/029o*")
        function.allow_key(self.stateful.keys.exchange, ["s3"], ["GenerateDataKey"])

    def let_note_failures(self, function: PythonFunction) -> None:
        """Let a function note why a message of its queue failed."""
        own = only_partitions(self.platform.parameters, FAILURES)
        function.allow(["dynamodb:PutItem"], [self.stateful.linkage.table.table_arn], **own)

    def machines_environment(self) -> dict[str, str]:
        """Return the settings by which a machine is started."""
        seconds = self.platform.parameters.moving.case_days * _DAY
        timeouts = {**dict.fromkeys(_WAITS, seconds), "step": _STEP_SECONDS}
        return {
            "MOVE_OUT_MACHINE": self.machine_arn(MOVE_OUT),
            "MOVE_IN_MACHINE": self.machine_arn(MOVE_IN),
            "MOVING_TIMEOUTS": msgspec.json.encode(timeouts).decode(),
        }

    def machine_name(self, name: str) -> str:
        """Return the physical name of a machine: its own functions, which it refers to, have to know it."""
        return f"{self.platform.parameters.name}-{name}"

    def machine_arn(self, name: str) -> str:
        """Return the ARN of a machine."""
        return self._arn("stateMachine", self.machine_name(name))

    def _executions_of(self, name: str) -> str:
        return self._arn("execution", f"{self.machine_name(name)}:*")

    def _arn(self, kind: str, name: str) -> str:
        stack = Stack.of(self.stateful)
        return f"arn:{stack.partition}:states:{stack.region}:{stack.account}:{kind}:{name}"

    def _let_use_data_keys(self, function: PythonFunction, actions: Sequence[str]) -> None:
        context = {"municipality": self.platform.parameters.municipality, "purpose": PAPERS}
        bound = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
        function.allow(actions, [self.stateful.keys.papers.key_arn], StringEquals=bound)

    def _papers_of_cases(self) -> tuple[dict[str, dict[str, object]], str]:
        parameters = self.platform.parameters
        return only_partitions(parameters, CASES), f"{parameters.municipality}/"

    @property
    def _paper_bucket(self) -> str:
        return self.stateful.paper_arn
