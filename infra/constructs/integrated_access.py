"""Rights on integrated people: who may find, write and show whom, and open 個人番号."""

from __future__ import annotations

from dataclasses import dataclass

from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import PythonFunction
from infra.constructs.protection_access import let_decide
from infra.constructs.table import TABLE_KEY, only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.serial_table import SERIALS

_FIND, _WRITE = ["dynamodb:BatchGetItem"], ["dynamodb:DeleteItem", "dynamodb:PutItem"]
ISSUE, SHOW = "integrated/issue_number", "integrated/show_person"
"""Folders of the functions behind the two calls, below `functions/`."""


@dataclass(frozen=True)
class IntegratedAccess:
    """The `Integrated` table of a deployment, and what its functions need beside it."""

    parameters: Parameters
    stateful: StatefulStack

    def let_write(self, function: PythonFunction) -> None:
        """Let a function find and write integrated people; it seals 個人番号 and opens none."""
        table, own = [self.stateful.integrated.table.table_arn], only_partitions(self.parameters, "*")
        function.allow([*_FIND, *_WRITE], table, **own)
        function.allow(_FIND, [self.stateful.residents.table.table_arn], **own)
        function.allow_key(self.stateful.keys.records, ["dynamodb"], TABLE_KEY)
        self.stateful.personal.let_seal(function)

    def let_issue_beside(self, function: PythonFunction) -> None:
        """Let a function give people numbers."""
        self.let_write(function)
        serials = only_partitions(self.parameters, f"{SERIALS}#*")
        function.allow(["dynamodb:UpdateItem"], [self.stateful.addressees.table.table_arn], **serials)

    def let_issue(self, function: PythonFunction) -> None:
        """Let a function give people numbers, and note whom."""
        self.let_issue_beside(function)
        AuditAccess(self.stateful).let_record(function, ISSUE)

    def let_show(self, function: PythonFunction) -> None:
        """Let a function show people, 個人番号 included, as the protection of people allows, and note whom."""
        stateful, own = self.stateful, only_partitions(self.parameters, "*")
        function.allow([*_FIND, "dynamodb:GetItem"], [stateful.integrated.table.table_arn], **own)
        stateful.personal.let_compare(function)
        stateful.personal.let_open(function)
        let_decide(function, stateful, self.parameters)
        AuditAccess(stateful).let_record(function, SHOW)

    def let_follow(self, function: PythonFunction) -> None:
        """Let a function read residents, their 個人番号 included, and bring them to integrated people."""
        stateful, own = self.stateful, only_partitions(self.parameters, "*")
        self.let_write(function)
        function.allow(["dynamodb:GetItem"], [stateful.residents.table.table_arn], **own)
        stateful.personal.let_open(function)
