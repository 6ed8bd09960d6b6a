"""Rights of the search of candidates, and of an issue that has to name a search."""

from __future__ import annotations

from dataclasses import dataclass

from infra.constructs.audit_access import AuditAccess
from infra.constructs.function import PythonFunction
from infra.constructs.protection_access import let_decide
from infra.constructs.registry_access import NO_NUMBER
from infra.constructs.table import READ_KEY, TABLE_KEY, only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.frequencies_table import PARTITION as FREQUENCIES
from kyotsu.addressees.search.note_table import SEARCHES

SEARCH = "addressees/search_candidates"
_LISTS, _NOTES = tuple(f"{scope}#*" for scope in Scope), f"{SEARCHES}#*"
"""Partitions of the `Candidates` table: postings of each scope, notes of searches."""


@dataclass(frozen=True)
class SearchAccess:
    """The index of a deployment, and what a search shows of the people found."""

    parameters: Parameters
    stateful: StatefulStack

    def environment(self) -> dict[str, str]:
        """Return the settings of `kyotsu.wiring.searching` beside those of the numbering APIs."""
        numbering = self.parameters.numbering
        return {
            "CANDIDATES_TABLE": self.stateful.candidates.table.table_name,
            "SEARCH_BEFORE_ISSUE": str(numbering.search_before_issue).lower(),
            "SEARCH_SECONDS": str(numbering.search_seconds),
        }

    def let_search(self, function: PythonFunction) -> None:
        """Let a function search the index, read who was found as the protection of people allows, and note whom."""
        stateful, parameters = self.stateful, self.parameters
        self._let_touch(function, "Query", *_LISTS)
        self._let_touch(function, "GetItem", FREQUENCIES)
        people = only_partitions(parameters, "*", but=NO_NUMBER)
        function.allow(["dynamodb:BatchGetItem"], [stateful.addressees.table.table_arn], **people)
        function.allow(
            ["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **only_partitions(parameters, "*")
        )
        function.allow_key(stateful.keys.records, ["dynamodb"], READ_KEY)
        stateful.personal.let_compare(function)
        let_decide(function, stateful, parameters)
        AuditAccess(stateful).let_record(function, SEARCH)
        if parameters.numbering.search_before_issue:
            self._let_touch(function, "PutItem", _NOTES)
            function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)

    def let_find(self, function: PythonFunction) -> None:
        """Let a function search the index, and read nobody."""
        self._let_touch(function, "Query", *_LISTS)
        self._let_touch(function, "GetItem", FREQUENCIES)
        function.allow_key(self.stateful.keys.records, ["dynamodb"], READ_KEY)
        self.stateful.personal.let_compare(function)

    def let_name_searches(self, function: PythonFunction, source: str) -> None:
        """Let a function look at the search that an issue names, and note whom of it was picked."""
        self._let_touch(function, "GetItem", _NOTES)
        AuditAccess(self.stateful).let_record(function, source)

    def _let_touch(self, function: PythonFunction, action: str, *partitions: str) -> None:
        own = only_partitions(self.parameters, *partitions)
        function.allow([f"dynamodb:{action}"], [self.stateful.candidates.table.table_arn], **own)
