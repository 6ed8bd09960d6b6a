"""Settings and rights of the functions behind the numbering APIs."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import PythonFunction
from infra.constructs.table import only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack

_READ, _WRITE = ["Decrypt", "DescribeKey"], ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
REGISTRY_CHANGES = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
REGISTRY_READS = ("dynamodb:BatchGetItem", "dynamodb:Query")


@dataclass(frozen=True)
class NumberingAccess:
    """What functions of the numbering APIs may be let do, in one deployment."""

    parameters: Parameters
    stateful: StatefulStack
    issuer: str
    """As in `iss` of the tokens that are shown to the APIs."""

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.numbering`, `.integrated` and `.http`."""
        parameters, stateful, numbering = self.parameters, self.stateful, self.parameters.numbering
        return {
            "MUNICIPALITY": parameters.municipality,
            "ACCEPTED_MUNICIPALITIES": ",".join(parameters.accepted_municipalities),
            "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
            "INTEGRATED_TABLE": stateful.integrated.table.table_name,
            "LINKAGE_TABLE": stateful.linkage.table.table_name,
            "PROTECTION_TABLE": stateful.protection.table.table_name,
            "RESIDENTS_TABLE": stateful.residents.table.table_name,
            "NUMBER_RANGES": msgspec.json.encode(numbering.ranges).decode(),
            "SERIAL_BLOCK": str(numbering.serial_block),
            "LEASE_SECONDS": str(numbering.lease_seconds),
            "RESIDENT_NUMBERS": str(numbering.resident_numbers).lower(),
            "INTEGRATED_WITH_ISSUE": str(numbering.integrated_with_issue).lower(),
            **stateful.personal.environment(),
            **AuditAccess(stateful).environment(),
            **self._token_settings(),
        }

    def _token_settings(self) -> dict[str, str]:
        tokens = self.parameters.tokens
        return {
            "ACCESS_TABLE": self.stateful.access.table.table_name,
            "SIGNING_KEYS": ",".join(self.stateful.signing.arns),
            "ISSUER": self.issuer,
            "LEEWAY_SECONDS": str(tokens.leeway_seconds),
            "REVOCATION_SECONDS": str(tokens.revocation_seconds),
        }

    def let_check_tokens(self, function: PythonFunction) -> None:
        """Let a function check tokens, and ask what became of them and of their clients."""
        own = only_partitions(self.parameters, "CLIENT#*", "TOKEN#*")
        function.allow(["dynamodb:GetItem"], [self.stateful.access.table.table_arn], **own)
        function.allow_key(self.stateful.keys.access, ["dynamodb"], _READ)
        self.stateful.signing.let_check(function)

    def let_change_registry(self, function: PythonFunction) -> None:
        """Let a function do what changes of the registry need, with the 個人番号 of the business that sends it."""
        stateful, own = self.stateful, only_partitions(self.parameters, "*")
        function.allow(REGISTRY_CHANGES, [stateful.addressees.table.table_arn], **own)
        function.allow(["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **own)
        function.allow_key(stateful.keys.records, ["dynamodb"], _WRITE)
        stateful.personal.let_seal(function)
        stateful.personal.let_open(function)

    def let_read_registry(self, function: PythonFunction) -> None:
        """Let a function show records and their history; 個人番号 only of the business that asks."""
        stateful, own = self.stateful, only_partitions(self.parameters, "*")
        function.allow(REGISTRY_READS, [stateful.addressees.table.table_arn], **own)
        function.allow(["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **own)
        function.allow_key(stateful.keys.records, ["dynamodb"], _READ)
        stateful.personal.let_open(function)
