"""What must survive: files, records, keys, and where events and alarms go."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aws_cdk import Duration, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.audit_store import AuditStore
from infra.constructs.buckets import AccessLogBucket, EncryptedBucket, ForgettingBucket, ProviderBucket
from infra.constructs.keys import Keys
from infra.constructs.linked_access import let_linked_systems
from infra.constructs.messages import AlarmTopic, DomainEvents
from infra.constructs.outputs import publish
from infra.constructs.personal import PersonalData
from infra.constructs.signing import SigningKeys
from infra.constructs.table import RecordTable, index
from infra.parameters.types import Parameters
from infra.retention import kept_files
from infra.systems import catalogue

WORK_DAYS = Duration.days(7)
_CASE_LISTS = tuple(
    index(name, f"gsi{number}pk", f"gsi{number}sk")
    for number, name in enumerate(("by_kind", "by_day", "by_erase", "by_visit"), 1)
)
_FORGETS = "Papers are destroyed with their keys; a table that can be restored would bring both back (ADR 0142)."


class StatefulStack(Stack):
    """Keys, provider buckets, work bucket, tables, event bus and alarm topic of one municipality and stage."""

    def __init__(self, scope: Construct, *, parameters: Parameters, systems: Sequence[str]) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Stateful",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: files, records and keys",
        )
        self._parameters = parameters
        self.keys = Keys(self, "Keys", parameters=parameters)
        self.personal = PersonalData(self, "Personal", keys=self.keys, parameters=parameters)
        self.access_logs = AccessLogBucket(self, "AccessLogs", parameters=parameters)
        providers = {system: self._provider_bucket(system) for system in systems}
        self.provider_bucket_names = [provider.name for provider in providers.values()]
        let_linked_systems(
            self,
            buckets={system: provider.bucket for system, provider in providers.items()},
            key=self.keys.exchange,
            parameters=parameters,
            catalogue=catalogue(),
        )
        self.work = self._work_bucket()
        self.work_arn = self.export_value(self.work.bucket.bucket_arn)
        self.residents = RecordTable(self, "Residents", key=self.keys.records, parameters=parameters, stream=True)
        # A table of its own: whoever asks who is protected reads it, and no record of anybody.
        self.protection = RecordTable(self, "Protection", key=self.keys.records, parameters=parameters)
        self.addressees = RecordTable(self, "Addressees", key=self.keys.records, parameters=parameters, stream=True)
        # Apart from the registry: whoever reads it may relate addressee numbers to each other.
        self.integrated = RecordTable(self, "Integrated", key=self.keys.records, parameters=parameters, stream=True)
        # Made from the registry and the residents; a table of its own, so that who searches reads no record of anybody.
        self.candidates = RecordTable(
            self, "Candidates", key=self.keys.records, parameters=parameters, expires_at="expires_at"
        )
        self.linkage = RecordTable(
            self,
            "Linkage",
            key=self.keys.records,
            parameters=parameters,
            expires_at="expires_at",
            indexes=(index("by_provider", "gsi1pk", "gsi1sk"),),
        )
        self._make_moving()
        self.access = RecordTable(self, "Access", key=self.keys.access, parameters=parameters, expires_at="expires_at")
        self.audit = AuditStore(self, "Audit", key=self.keys.audit, access_logs=self.access_logs, parameters=parameters)
        self.audit_arn = self.export_value(self.audit.bucket.bucket_arn)
        self.signing = SigningKeys(self, "Signing", parameters=parameters)
        self.bus = DomainEvents(self, "DomainEvents", key=self.keys.messages, parameters=parameters).bus
        self.alarm_topic = AlarmTopic(self, "Alarms", key=self.keys.messages).topic
        self._publish_outputs()

    def _make_moving(self) -> None:
        """Cases of 引越しOSS, which last, and their papers, which must be forgotten."""
        parameters, records = self._parameters, self.keys.records
        self.moving = RecordTable(self, "Moving", key=records, parameters=parameters, indexes=_CASE_LISTS)
        self.papers = RecordTable(self, "Papers", key=self.keys.papers, parameters=parameters, forgets=_FORGETS)
        self.paper_files = ForgettingBucket(
            self,
            "PaperFiles",
            key=self.keys.papers,
            access_logs=self.access_logs,
            parameters=parameters,
            days=parameters.moving.papers_days,
        )
        self.paper_arn = self.export_value(self.paper_files.bucket.bucket_arn)
        self.juki = ForgettingBucket(
            self,
            "Juki",
            key=self.keys.juki,
            access_logs=self.access_logs,
            parameters=parameters,
            days=parameters.moving.juki_days,
        )
        self.juki_arn = self.export_value(self.juki.bucket.bucket_arn)
        self.juki.announce()

    def _provider_bucket(self, system: str) -> ProviderBucket:
        return ProviderBucket(
            self,
            f"Provider{system}",
            system=system,
            key=self.keys.exchange,
            access_logs=self.access_logs,
            parameters=self._parameters,
        )

    def _work_bucket(self) -> EncryptedBucket:
        # What was refused of a file is needed for as long as the file itself can be offered anew.
        longest = Duration.days(max(kept.days for kept in kept_files()))
        rules = [
            s3.LifecycleRule(
                id=f"{folder}-is-done",
                prefix=f"{folder}/",
                expiration=kept_for,
                noncurrent_version_expiration=Duration.days(1),
            )
            for folder, kept_for in (("errors", longest), ("missing", WORK_DAYS))
        ]
        return EncryptedBucket(
            self,
            "Work",
            key=self.keys.records,
            access_logs=self.access_logs,
            parameters=self._parameters,
            lifecycle_rules=tuple(rules),
        )

    def _publish_outputs(self) -> None:
        publish(
            self,
            {
                "AcceptedMunicipalities": ",".join(self._parameters.accepted_municipalities),
                "AccessLogBucket": self.access_logs.bucket.bucket_name,
                "AccessTable": self.access.table.table_name,
                "AuditBucket": self.audit.bucket.bucket_name,
                "AuditDays": str(self.audit.kept_days),
                "AuditTable": self.audit.table.table_name,
                "AddresseesTable": self.addressees.table.table_name,
                "AlarmTopic": self.alarm_topic.topic_arn,
                "CandidatesTable": self.candidates.table.table_name,
                "BucketPrefix": self._parameters.bucket_prefix,
                "ClientKey": self.keys.access.key_arn,
                "ClientSecretPrefix": self._parameters.client_secret_prefix,
                "EventBus": self.bus.event_bus_name,
                "ExchangeKey": self.keys.exchange.key_arn,
                "FingerprintSecret": self.personal.secret_arn,
                "IntegratedTable": self.integrated.table.table_name,
                "JukiBucket": self.juki.bucket.bucket_name,
                "LinkageTable": self.linkage.table.table_name,
                # What `kyotsu addressee import` must know of numbers that are issued here.
                "NumberRanges": msgspec.json.encode(self._parameters.numbering.ranges).decode(),
                "MovingRules": msgspec.json.encode(self._parameters.moving.rules).decode(),
                "MovingTable": self.moving.table.table_name,
                "PaperBucket": self.paper_files.bucket.bucket_name,
                "PaperKey": self.keys.papers.key_arn,
                "PapersTable": self.papers.table.table_name,
                "PersonalKey": self.keys.personal.key_arn,
                "ProtectionTable": self.protection.table.table_name,
                # What `kyotsu linkage preview` must know of deletions.
                "ResidentsKeepNumbers": str(self._parameters.numbering.residents_keep_numbers).lower(),
                "ResidentsTable": self.residents.table.table_name,
                "WorkBucket": self.work.bucket.bucket_name,
            },
        )
