"""Settings and rights of the functions behind the numbering APIs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import PythonFunction
from infra.constructs.integrated_access import IntegratedAccess
from infra.constructs.protection_access import let_decide
from infra.constructs.registry_access import CLERKS, COUNTERS, DONES, NO_NUMBER, POSTINGS
from infra.constructs.search_access import SearchAccess
from infra.constructs.table import READ_KEY, TABLE_KEY, only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack

ISSUE, SHOW = "addressees/issue_number", "addressees/show_history"
_FOR_NO_API = (CLERKS, POSTINGS, COUNTERS)
"""Partitions of the registry that no API reads."""


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
            "RESIDENTS_KEEP_NUMBERS": str(numbering.residents_keep_numbers).lower(),
            "RESIDENT_NUMBERS": str(numbering.resident_numbers).lower(),
            "INTEGRATED_WITH_ISSUE": str(numbering.integrated_with_issue).lower(),
            **stateful.personal.environment(),
            **AuditAccess(stateful).environment(),
            **SearchAccess(parameters, stateful).environment(),
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
        own = self._own("CLIENT#*", "TOKEN#*")
        function.allow(["dynamodb:GetItem"], [self.stateful.access.table.table_arn], **own)
        function.allow_key(self.stateful.keys.access, ["dynamodb"], READ_KEY)
        self.stateful.signing.let_check(function)

    def let_issue(self, function: PythonFunction) -> None:
        """Let a function issue numbers: look at them, and write all that a change is made of."""
        self._let_change(function)
        self._let_touch(function, "UpdateItem", but=(CLERKS, DONES, POSTINGS))

    def let_issue_both(self, function: PythonFunction) -> None:
        """Let a function issue numbers and what the parameters add: integrated ones (1.1.3), a search before it."""
        self.let_issue(function)
        if self.parameters.numbering.integrated_with_issue:
            IntegratedAccess(self.parameters, self.stateful).let_issue_beside(function)
        if self.parameters.numbering.search_before_issue:
            SearchAccess(self.parameters, self.stateful).let_name_searches(function, ISSUE)

    def let_obtain(self, function: PythonFunction) -> None:
        """Let a function note that numbers of residents were obtained. There is nobody's data in that."""
        self._let_look(function, but=_FOR_NO_API, key=TABLE_KEY)
        self._let_touch(function, "UpdateItem", but=(CLERKS, DONES, POSTINGS))
        addressees = [self.stateful.addressees.table.table_arn]
        function.allow(["dynamodb:PutItem"], addressees, **only_partitions(self.parameters, DONES))
        self.stateful.personal.let_compare(function)

    def let_edit(self, function: PythonFunction) -> None:
        """Let a function change records; what it decides on includes their history."""
        self._let_change(function)
        self._let_touch(function, "Query", "UpdateItem", but=NO_NUMBER)

    def let_show(self, function: PythonFunction) -> None:
        """Let a function show records and their history as their reader may see them, and note that it did."""
        stateful, audit = self.stateful, AuditAccess(self.stateful)
        self._let_look(function, but=NO_NUMBER, key=READ_KEY)
        self._let_touch(function, "Query", but=NO_NUMBER)
        stateful.personal.let_open(function)
        let_decide(function, stateful, self.parameters)
        audit.let_record(function, SHOW)

    def _let_change(self, function: PythonFunction) -> None:
        """Let a function write what every change of a record is made of, but for the record itself."""
        self._let_look(function, but=_FOR_NO_API, key=TABLE_KEY)
        self._let_touch(function, "ConditionCheckItem", "DeleteItem", "PutItem", but=(CLERKS, COUNTERS))
        self.stateful.personal.let_seal(function)

    def _let_look(self, function: PythonFunction, but: Sequence[str], key: Sequence[str]) -> None:
        stateful = self.stateful
        function.allow_key(stateful.keys.records, ["dynamodb"], key)
        function.allow(["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **self._own("*"))
        self._let_touch(function, "BatchGetItem", but=but)

    def _let_touch(self, function: PythonFunction, *actions: str, but: Sequence[str]) -> None:
        """Let a function touch the registry, but for some of its partitions."""
        table, own = [self.stateful.addressees.table.table_arn], only_partitions(self.parameters, "*", but=but)
        function.allow([f"dynamodb:{action}" for action in actions], table, **own)

    def _own(self, *patterns: str) -> dict[str, dict[str, object]]:
        return only_partitions(self.parameters, *patterns)
