"""The deployment a command talks to: a sandbox, or a municipality's stacks on AWS."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from kyotsu.addressees.applying import RegistryApplier
from kyotsu.addressees.link_table import LinkTable
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.table import RegistryTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.audit import AuditTrail
from kyotsu.contracts.protection import ProtectionDecision
from kyotsu.linkage.admission import Admission
from kyotsu.linkage.table import ReceiptTable
from kyotsu.linkage.undo_table import UndoTable
from kyotsu.protection.deciding import StoredProtection
from kyotsu.protection.gate import RecordGate
from kyotsu.protection.rows import protection_applier
from kyotsu.protection.table import ProtectionHeads
from kyotsu.residents.applier import ResidentApplier
from kyotsu.residents.reading import ResidentReader
from kyotsu.residents.sealing import Sealing
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime.audit.seeing import Seeing
from kyotsu.runtime.audit.verifying import Verifying
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.failures import FailureTable
from kyotsu.runtime.objects import S3Objects
from kyotsu.wiring.adapters import LinkageObjects
from kyotsu.wiring.appliers import ADDRESSEES, PROTECTION, RESIDENTS
from kyotsu.wiring.audit import operators_trail, seeing, verifying
from kyotsu.wiring.catalogue import effect_rules, layout_columns, withheld_items
from kyotsu.wiring.protection import Entitlement, KnownUndos
from kyotsu.wiring.sealing import deployed_sealing
from kyotsu.wiring.trial import Source
from kyotsu_cli.failure import CommandError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ENDPOINTS = "KYOTSU_ENDPOINTS"
STACKS = ("Stateful", "Access", "Numbering", "Linkage", "Delivery", "Moving", "Watch")


@dataclass(frozen=True)
class Deployment:
    """Where everything of one deployment is. `outputs` are those of its stacks."""

    municipality: str
    outputs: Mapping[str, str]

    @property
    def receipts(self) -> ReceiptTable:
        """Receipts of files."""
        return ReceiptTable(self.outputs["LinkageTable"], self.municipality)

    @property
    def failures(self) -> FailureTable:
        """Why messages of queues failed."""
        return FailureTable(self.outputs["LinkageTable"], self.municipality)

    @property
    def sealing(self) -> Sealing:
        """What tells rows apart and seals them; only who may use the deployment's keys gets anywhere with it."""
        keys = (self.outputs["PersonalKey"], self.outputs["FingerprintSecret"])
        return deployed_sealing(catalogue(), self.municipality, *keys)

    @property
    def residents(self) -> ResidentReader:
        """Records of residents."""
        table = ResidentTable(boto3.client("dynamodb"), self.outputs["ResidentsTable"], self.municipality)
        loaded = catalogue()
        return ResidentReader(table, lambda layout: layout_columns(loaded, layout))

    @property
    def shown(self) -> RecordGate:
        """Records of residents as their readers may see them: the only way to somebody's eyes."""
        return RecordGate(self.residents, self.protection, withheld_items(catalogue(), RESIDENTS))

    @property
    def audit(self) -> AuditTrail:
        """Where every access of an operator to somebody's data is told before it happens."""
        return operators_trail(boto3.client("s3"), self.municipality, self.outputs)

    @property
    def seeing(self) -> Seeing:
        """Who touched somebody's data."""
        return seeing(boto3.client("s3"), self.municipality, self.outputs)

    @property
    def verifying(self) -> Verifying:
        """Whether the audit trail is whole."""
        return verifying(boto3.client("s3"), self.municipality, self.outputs)

    @property
    def admission(self) -> Admission:
        """The rules by which files come in."""
        accepted = frozenset(self.outputs["AcceptedMunicipalities"].split(","))
        prefix = self.outputs["BucketPrefix"]
        return Admission(
            catalogue(), self.municipality, accepted, prefix, frozenset({RESIDENTS, PROTECTION, ADDRESSEES})
        )

    @property
    def source(self) -> Source:
        """What trials read."""
        client, fingerprints = boto3.client("dynamodb"), self.sealing.fingerprints
        table = ResidentTable(client, self.outputs["ResidentsTable"], self.municipality)
        protected = ResidentTable(client, self.outputs["ProtectionTable"], self.municipality)
        applier = ResidentApplier(table, effect_rules(catalogue(), RESIDENTS), fingerprints)
        own = protection_applier(protected, fingerprints)
        return Source(table, applier, protected, own, self.receipts, SystemClock(), self._registry_applier(client))

    def _registry_applier(self, client: DynamoDBClient) -> RegistryApplier:
        sealing, outputs = self.sealing, self.outputs
        tables = (outputs["AddresseesTable"], outputs["ResidentsTable"], self.municipality)
        store = RegistryTable(client, *tables, sealer=sealing.sealer, fingerprints=sealing.fingerprints, opens=False)
        return RegistryApplier(
            store=store,
            fingerprints=sealing.fingerprints,
            ranges=msgspec.json.decode(outputs["NumberRanges"], type=Ranges),
            clock=SystemClock(),
            residents_keep_numbers=outputs["ResidentsKeepNumbers"] == "true",
            handles_individual_numbers=lambda system: catalogue().systems[system.lower()].individual_numbers,
        )

    @property
    def protection(self) -> ProtectionDecision:
        """Who may not see everything of whom."""
        client = boto3.client("dynamodb")
        heads = ProtectionHeads(client, self.outputs["ProtectionTable"], self.municipality)
        links = LinkTable(client, self.outputs["AddresseesTable"], self.municipality)
        return StoredProtection(heads, KnownUndos(self.undos), links, Entitlement(catalogue()))

    @property
    def undos(self) -> UndoTable:
        """Undos of files."""
        return UndoTable(self.outputs["LinkageTable"], self.municipality)

    @property
    def objects(self) -> LinkageObjects:
        """Files of the providers."""
        return LinkageObjects(S3Objects(boto3.client("s3")), self.outputs["WorkBucket"])

    def bucket(self, system: str) -> str:
        """Return the name of a system's bucket."""
        return self.outputs["BucketPrefix"] + system.lower()


def connect() -> Deployment:
    """Return the sandbox whose file KYOTSU_ENDPOINTS names or, without it, the deployment on AWS that
    KYOTSU_STAGE and KYOTSU_MUNICIPALITY name. Raises CommandError if it can't be found."""
    path = os.environ.get(ENDPOINTS)
    return _sandbox(Path(path)) if path else _aws()


def catalogue_root() -> Path:
    """Return the folder of the catalogue: that of the repository, else the one deployed beside the package."""
    repository = Path(__file__).resolve().parents[2] / "catalogue"
    return repository if repository.is_dir() else layer_root()


def catalogue() -> Catalogue:
    """Return the catalogue."""
    return load_catalogue(catalogue_root())


def _sandbox(path: Path) -> Deployment:
    try:
        endpoints: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CommandError(
            f"{path} がありません。kyotsu sandbox up が起動し終わっているか、{ENDPOINTS} が正しいか確認してください。"
        ) from None
    # This process talks to this deployment only, and every AWS client in it reads its environment.
    os.environ.update(
        AWS_ENDPOINT_URL=endpoints["aws_endpoint"],
        AWS_DEFAULT_REGION=endpoints["region"],
        AWS_REGION=endpoints["region"],
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - the sandbox's operator, known to everybody
    )
    return Deployment(endpoints["municipality"], endpoints["outputs"])


def _aws() -> Deployment:
    stage, municipality = os.environ.get("KYOTSU_STAGE"), os.environ.get("KYOTSU_MUNICIPALITY")
    if not stage or not municipality:
        raise CommandError(
            f"接続先がありません。サンドボックスなら {ENDPOINTS}、AWSなら KYOTSU_STAGE と KYOTSU_MUNICIPALITY を"
            "環境変数に設定してください。"
        )
    outputs: dict[str, str] = {}
    try:
        client = boto3.client("cloudformation")
        for stack in STACKS:
            name = f"Kyotsu-{stage}-{municipality}-{stack}"
            described = client.describe_stacks(StackName=name)["Stacks"][0]
            outputs |= {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWSの {stage}／{municipality} に接続できません：{error}") from error
    return Deployment(municipality, outputs)
