"""The step functions of 引越しOSS, each with the rights of its steps alone."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.certificate_access import CertificateAccess
from infra.constructs.cs_access import CsAccess
from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import MovingAccess
from infra.constructs.protection_access import let_decide
from infra.constructs.search_access import SearchAccess
from infra.constructs.table import READ_KEY, only_partitions

TIMEOUT = Duration.minutes(2)


class MoveSteps(Construct):
    """The functions behind the placeholders of the machines' files, but DrawForm."""

    def __init__(self, scope: Construct, construct_id: str, *, access: MovingAccess, cs: CsAccess) -> None:
        super().__init__(scope, construct_id)
        self._access, self._cs = access, cs
        self.functions = {
            "AdvanceMoveOut": self._advance_move_out(),
            "AdvanceMoveIn": self._advance_move_in(),
            "AwaitSignal": self._await_signal(),
            "Reconcile": self._with_residents("Reconcile", "moving/reconcile"),
            "Match": self._match(),
            "PostMessages": self._post_messages(),
            "Distribute": self._distribute(),
        }

    def _advance_move_out(self) -> PythonFunction:
        access, stateful = self._access, self._access.stateful
        tables = {
            "PROTECTION_TABLE": stateful.protection.table.table_name,
            "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
            "RESTRAINT_OF_PROTECTED": access.platform.parameters.moving.restraint_of_protected,
            "APPLICATION_BUCKET": access.portal_bucket,
        }
        function = self._function("AdvanceMoveOut", "moving/advance_move_out", tables)
        let_decide(function, stateful, access.platform.parameters)
        access.let_show_status(function)
        return function

    def _advance_move_in(self) -> PythonFunction:
        tables = {"APPLICATION_BUCKET": self._access.portal_bucket}
        function = self._function("AdvanceMoveIn", "moving/advance_move_in", tables)
        self._access.let_show_status(function)
        return function

    def _await_signal(self) -> PythonFunction:
        function = self._function("AwaitSignal", "moving/await_signal", {})
        self._access.let_tell(function)
        return function

    def _match(self) -> PythonFunction:
        """Return the function that knows first that 転出証明書情報 of everybody is here."""
        certificates = CertificateAccess(self._access)
        function = self._with_residents("Match", "moving/match_residents", certificates.notices_environment())
        certificates.let_tell(function)
        return function

    def _with_residents(self, name: str, source: str, own: Mapping[str, str] | None = None) -> PythonFunction:
        """Return a function that finds residents by what was filed, opens them, and keeps papers."""
        stateful = self._access.stateful
        tables = {"CANDIDATES_TABLE": stateful.candidates.table.table_name, **self._residents()}
        function = self._function(name, source, {**tables, **self._access.papers_environment(), **(own or {})})
        self._access.let_keep_papers(function)
        SearchAccess(self._access.platform.parameters, stateful).let_find(function)
        self._let_open_residents(function)
        return function

    def _post_messages(self) -> PythonFunction:
        tables = {**self._cs.environment(), **self._residents(), **self._access.papers_environment()}
        function = self._function("PostMessages", "moving/post_messages", tables)
        self._access.let_keep_papers(function)
        self._cs.let_post(function)
        self._let_open_residents(function)
        return function

    def _distribute(self) -> PythonFunction:
        tables = {**self._access.papers_environment(), **self._access.handing_environment()}
        function = self._function("Distribute", "moving/distribute", tables)
        self._access.let_read_papers(function)
        self._access.let_hand(function)
        return function

    def _residents(self) -> dict[str, str]:
        stateful = self._access.stateful
        return {"RESIDENTS_TABLE": stateful.residents.table.table_name, **stateful.personal.environment()}

    def _let_open_residents(self, function: PythonFunction) -> None:
        let_open_residents(function, self._access)

    def _function(self, name: str, source: str, tables: Mapping[str, str]) -> PythonFunction:
        function = PythonFunction(
            self,
            name,
            platform=self._access.platform,
            source=source,
            timeout=TIMEOUT,
            memory_mib=512,
            environment={**self._access.environment(), **tables},
        )
        self._access.let_move(function)
        return function


def let_open_residents(function: PythonFunction, access: MovingAccess) -> None:
    """Let a function read residents with their 個人番号 and 住民票コード."""
    stateful, own = access.stateful, only_partitions(access.platform.parameters, "*")
    reads = ["dynamodb:BatchGetItem", "dynamodb:GetItem"]
    function.allow(reads, [stateful.residents.table.table_arn], **own)
    function.allow_key(stateful.keys.records, ["dynamodb"], READ_KEY)
    stateful.personal.let_compare(function)
    stateful.personal.let_open(function)
