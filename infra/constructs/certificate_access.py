"""Rights around 転出証明書情報: of the call that shows it to 住民記録, and of the step that tells it is here."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Stack

from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import CASES, MovingAccess
from infra.constructs.table import READ_KEY, only_partitions
from kyotsu.moving.announcing import RECIPIENT

SHOW_CERTIFICATE = "moving/show_certificate"


@dataclass(frozen=True)
class CertificateAccess:
    """Certificates of a deployment."""

    moving: MovingAccess

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving_certificates.certificate_call` beside those of the APIs."""
        stateful = self.moving.stateful
        return {"MOVING_TABLE": stateful.moving.table.table_name, **self.moving.papers_environment()}

    def let_show(self, function: PythonFunction) -> None:
        """Let a function read cases and their papers, and note that it did; it changes nothing."""
        stateful = self.moving.stateful
        own = only_partitions(self.moving.platform.parameters, CASES)
        function.allow(["dynamodb:GetItem"], [stateful.moving.table.table_arn], **own)
        function.allow_key(stateful.keys.records, ["dynamodb"], READ_KEY)
        self.moving.let_read_papers(function)
        AuditAccess(stateful).let_record(function, SHOW_CERTIFICATE)

    def let_tell(self, function: PythonFunction) -> None:
        """Let a function put notices into the bucket of 住民記録 and tell of them."""
        stateful = self.moving.stateful
        name = f"{self.moving.platform.parameters.bucket_prefix}{RECIPIENT}"
        bucket = [f"arn:{Stack.of(stateful).partition}:s3:::{name}"]
        function.allow_objects(["s3:PutObject"], bucket, "notices/")
        function.allow_key(stateful.keys.exchange, ["s3"], ["GenerateDataKey"])
        function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])

    def notices_environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.moving_certificates.certificate_notices`."""
        prefix = self.moving.platform.parameters.bucket_prefix
        return {
            "RESIDENT_RECORDS_BUCKET": f"{prefix}{RECIPIENT}",
            "EVENT_BUS": self.moving.stateful.bus.event_bus_name,
        }
