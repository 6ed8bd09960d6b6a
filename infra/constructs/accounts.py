"""By the clock: digests of the audit trail, and statements of completeness."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.constructs.alarms import each_hour, each_minute
from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.schedule import Schedule
from infra.constructs.table import TABLE_KEY
from infra.stacks.stateful import StatefulStack

DIGEST, STATE = "audit/digest_day", "linkage/state_completeness"
TIMEOUT = Duration.minutes(15)


class DigestDay(Construct):
    """`functions/audit/digest_day`, its clock, and alarms about the trail."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        auditing, audit = platform.parameters.auditing, AuditAccess(stateful)
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=DIGEST,
            timeout=TIMEOUT,
            memory_mib=1024,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "GRACE_MINUTES": str(auditing.digest_grace),
                **audit.environment(),
            },
        )
        audit.let_read(self.function, "records/", "digests/")
        audit.let_add(self.function, "digests/")
        audit.let_find(self.function)
        self.clock = Schedule(
            self,
            "Clock",
            platform=platform,
            stateful=stateful,
            function=self.function,
            minutes=auditing.digest_every,
        )
        made = each_hour("Kyotsu", "AuditDigestsMade", "Sum", service=DIGEST)
        platform.alarms.raise_when_silent(
            self, "DigestMissing", made, hours=26, says="監査証跡の日次ダイジェストが作られていません。"
        )
        problems = each_minute("Kyotsu", "AuditProblems", "Sum", service=DIGEST)
        platform.alarms.raise_when(
            self, "AuditTrailBroken", problems, at_least=1, says="監査証跡に、欠けまたは改変があります。"
        )


class StateCompleteness(Construct):
    """`functions/linkage/state_completeness`, its clock, and alarms about statements."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        auditing = platform.parameters.auditing
        self.function = self._function()
        self._let_it_work()
        self.clock = Schedule(
            self,
            "Clock",
            platform=platform,
            stateful=stateful,
            function=self.function,
            minutes=auditing.digest_every,
        )
        made = each_hour("Kyotsu", "StatementsMade", "Sum", service=STATE)
        hours = 26 + 24 * auditing.open_days
        platform.alarms.raise_when_silent(
            self, "StatementMissing", made, hours=hours, says="完全性証明が作られていません。"
        )
        unfinished = each_minute("Kyotsu", "StatementsOpen", "Sum", service=STATE)
        platform.alarms.raise_when(
            self, "StatementOpen", unfinished, at_least=1, says="期限までに回答のないファイルがあります。"
        )

    def _function(self) -> PythonFunction:
        parameters, stateful = self._platform.parameters, self._stateful
        return PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source=STATE,
            timeout=TIMEOUT,
            memory_mib=1024,
            environment={
                "MUNICIPALITY": parameters.municipality,
                "BUCKET_PREFIX": parameters.bucket_prefix,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                "AUDIT_BUCKET": stateful.audit.bucket.bucket_name,
                "GRACE_MINUTES": str(parameters.auditing.digest_grace),
                "OPEN_DAYS": str(parameters.auditing.open_days),
            },
        )

    def _let_it_work(self) -> None:
        stateful, function, audit = self._stateful, self.function, AuditAccess(self._stateful)
        audit.let_read(function, "completeness/")
        audit.let_add(function, "completeness/")
        linkage = stateful.linkage.table.table_arn
        function.allow(["dynamodb:GetItem", "dynamodb:Query"], [linkage])
        function.allow(["dynamodb:Query"], [f"{linkage}/index/by_provider"])
        function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)
        partition = Stack.of(self).partition
        buckets = [f"arn:{partition}:s3:::{name}" for name in stateful.provider_bucket_names]
        function.allow_objects(["s3:PutObject"], buckets, "answers/completeness/")
        function.allow_key(stateful.keys.exchange, ["s3"], ["GenerateDataKey"])
