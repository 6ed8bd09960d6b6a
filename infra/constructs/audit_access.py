"""What functions may do with the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from infra.constructs.audit_store import AuditStore
from infra.constructs.function import PythonFunction
from infra.constructs.table import TABLE_KEY
from infra.stacks.stateful import StatefulStack


@dataclass(frozen=True)
class AuditAccess:
    """The audit trail of a deployment."""

    stateful: StatefulStack

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.audit`; MUNICIPALITY is every function's own."""
        audit = self._audit
        return {
            "AUDIT_BUCKET": audit.bucket.bucket_name,
            "AUDIT_TABLE": audit.table.table_name,
            "AUDIT_DAYS": str(audit.kept_days),
        }

    def let_record(self, function: PythonFunction, source: str) -> None:
        """Let a function add to the trail, under its own name alone. `source` is its folder below `functions/`.

        It reads back nothing but whether one access to certain people, both of which it must know, is recorded.
        """
        audit = self._audit
        name = source.replace("/", "-")  # as in kyotsu.wiring.audit.source_of
        function.allow_objects(["s3:PutObject"], [self.stateful.audit_arn], f"records/{name}/")
        function.allow_key(audit.key, ["s3"], ["GenerateDataKey"])
        self.let_find(function)

    def let_find(self, function: PythonFunction) -> None:
        """Let a function note where records stand, and ask whether one is noted whose people it knows."""
        function.allow(["dynamodb:GetItem", "dynamodb:PutItem"], [self._audit.table.table_arn])
        function.allow_key(self._audit.key, ["dynamodb"], TABLE_KEY)

    def let_read(self, function: PythonFunction, *folders: str) -> None:
        """Let a function list and read what stands below folders."""
        audit = self._audit
        for folder in folders:
            function.allow_objects(["s3:GetObject"], [self.stateful.audit_arn], folder)
        below = [f"{folder}*" for folder in folders]
        function.allow(["s3:ListBucket"], [self.stateful.audit_arn], StringLike={"s3:prefix": below})
        function.allow_key(audit.key, ["s3"], ["Decrypt"])

    def let_add(self, function: PythonFunction, folder: str) -> None:
        """Let a function add documents below a folder (`digests/`)."""
        function.allow_objects(["s3:PutObject"], [self.stateful.audit_arn], folder)
        function.allow_key(self._audit.key, ["s3"], ["GenerateDataKey"])

    @property
    def _audit(self) -> AuditStore:
        return self.stateful.audit
