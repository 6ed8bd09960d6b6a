"""The registry of 住登外者 and what belongs to it, for operators with rights to its tables and keys."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import boto3
import msgspec

from kyotsu.addressees.basis_table import BasisTable
from kyotsu.addressees.categories import PersonCategories
from kyotsu.addressees.clerks_list_table import ClerksListTable
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import REGISTRY
from kyotsu.addressees.standing_table import StandingTable
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.audit import Access, Deed
from kyotsu.contracts.protection import OPERATOR, Reader
from kyotsu.integrated.conflict_table import ConflictTable
from kyotsu.integrated.table import IntegratedTable
from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.undoing import operator
from kyotsu_cli.viewing import OPERATION, UNRECORDED

_BUSINESS, INTEGRATED = "031", "032"
"""住登外者宛名番号管理 and 団体内統合宛名番号管理, for which operators read and change."""
REGISTERED_BY = REGISTRY
"""As whom operators look and link: the registry's own clerks."""


@dataclass(frozen=True)
class Registry:
    """The registry of one deployment."""

    deployment: Deployment

    @functools.cached_property
    def table(self) -> RegistryTable:
        """Records, history and links."""
        sealing, outputs = self.deployment.sealing, self.deployment.outputs
        return RegistryTable(
            boto3.client("dynamodb"),
            outputs["AddresseesTable"],
            outputs["ResidentsTable"],
            self.deployment.municipality,
            sealer=sealing.sealer,
            fingerprints=sealing.fingerprints,
        )

    @functools.cached_property
    def integrated(self) -> IntegratedTable:
        """Integrated people."""
        outputs, municipality = self.deployment.outputs, self.deployment.municipality
        return IntegratedTable(
            boto3.client("dynamodb"), outputs["IntegratedTable"], municipality, self.deployment.sealing.sealer
        )

    @property
    def conflicts(self) -> ConflictTable:
        """Whom a 宛名番号 and a 個人番号 told apart."""
        outputs = self.deployment.outputs
        return ConflictTable(boto3.client("dynamodb"), outputs["IntegratedTable"], self.deployment.municipality)

    @property
    def clerks(self) -> ClerksListTable:
        """What a clerk must look at."""
        return ClerksListTable(boto3.client("dynamodb"), self._name, self.deployment.municipality)

    @property
    def bases(self) -> BasisTable:
        """Legal bases of keeping protection data."""
        return BasisTable(boto3.client("dynamodb"), self._name, self.deployment.municipality)

    @property
    def standings(self) -> StandingTable:
        """Whose a record is, and nothing of the person."""
        return StandingTable(boto3.client("dynamodb"), self._name, self.deployment.municipality)

    @property
    def categories(self) -> PersonCategories:
        """住民区分 by the residents and the registry together."""
        return PersonCategories(self.deployment.residents, self.standings.many, self.table.history)

    @property
    def ranges(self) -> Ranges:
        """Serials of each kind of number."""
        return msgspec.json.decode(self.deployment.outputs["NumberRanges"], type=Ranges)

    @property
    def reader(self) -> Reader:
        """Who looks: whoever runs the common functions."""
        return Reader(OPERATOR, OPERATION)

    @property
    def _name(self) -> str:
        return self.deployment.outputs["AddresseesTable"]

    def tell(
        self, subject: str, numbers: Sequence[str], deed: Deed, access_id: str = "", *, business: str = _BUSINESS
    ) -> None:
        """Record in the audit trail what is about to be done; raises CommandError if it can't be recorded.

        `access_id`: the same for a repeat, so that it is told once.
        """
        access = Access(
            access_id=access_id or str(uuid.uuid4()),
            at=utc_now().astimezone(JST).isoformat(timespec="milliseconds"),
            actor=f"{OPERATOR}:{operator()}",
            business=business,
            purpose=OPERATION,
            deed=deed,
            subject=subject,
        )
        try:
            self.deployment.audit.record(access, numbers)
        except UNRECORDED as error:
            raise CommandError(f"監査証跡に記録できないため、続けません（{type(error).__name__}）。") from error


def unregistered(number: str) -> CommandError:
    """Return the error of a number that no record stands under."""
    return CommandError(f"宛名番号 {number} の住登外者の記録はありません。", Exit.NOT_FOUND)
