"""What 団体内統合宛名 (032) is made of: its calls, its rows, and what follows the residents. Built once per worker."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.integrated.applying import IntegratedApplier
from kyotsu.integrated.beside import IssuedBeside
from kyotsu.integrated.calls import PURPOSE, Callers, IssueCall, ShowCall
from kyotsu.integrated.following import Following, Resident
from kyotsu.integrated.issuing import Issuing
from kyotsu.integrated.records import Category
from kyotsu.integrated.showing import Showing
from kyotsu.integrated.table import IntegratedTable
from kyotsu.integrated.telling import Teller
from kyotsu.residents import fold
from kyotsu.residents.reading import shown_category
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.runtime.settings import setting
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.catalogue import layout_columns, sealed_items
from kyotsu.wiring.numbers import accepted_municipalities, number_source
from kyotsu.wiring.protection import protection_decision
from kyotsu.wiring.registry import fingerprints
from kyotsu.wiring.sealing import deployed_sealing

INTEGRATED = "integrated"
"""The applier of 団体内統合宛名基本情報の更新, as the catalogue names it."""


@dataclass(frozen=True, slots=True)
class KnownCategories:
    """`kyotsu.integrated.store.ResidentCategories` by the heads of the residents."""

    residents: ResidentTable

    def of(self, numbers: Collection[str]) -> Mapping[str, Category]:
        """Return 住民区分 of those who are, or were, residents."""
        heads = self.residents.heads(numbers) if numbers else {}
        known = {number: head for number, head in heads.items() if head.entries}
        return {number: Category(head.revision, shown_category(head).category) for number, head in known.items()}


@dataclass(frozen=True, slots=True)
class FollowedResidents:
    """`kyotsu.integrated.following.Residents` by the versions of the residents, sealed values included."""

    residents: ResidentTable
    catalogue: Catalogue

    def resident(self, number: str) -> Resident:
        """Return a resident; one of sequence 0 if there never was one."""
        head = self.residents.heads([number])[number]
        entry = fold.current(head.entries)
        category = shown_category(head).category
        if entry is None:
            return Resident(head.revision, category, None)
        layout, values = self.residents.values(number, entry)
        items = {name: value for name, value in zip(self._columns(layout), values, strict=True) if value}
        if sealed_items(self.catalogue, layout):
            items |= self.residents.sealed_values(number, entry, self._columns)
        return Resident(head.revision, category, items)

    def reasons(self, number: str, after: str) -> frozenset[str]:
        """Return 異動事由 of a resident's versions with a 操作日時 after another one."""
        entries = self.residents.heads([number])[number].entries
        found = [self.residents.values(number, entry) for entry in entries if entry.operated_at > after]
        return frozenset(values[self._columns(layout).index("idojiyu")] for layout, values in found)

    def _columns(self, layout: str) -> Sequence[str]:
        return layout_columns(self.catalogue, layout)


@functools.cache
def integrated_issue_call() -> IssueCall:
    """Return 団体内統合宛名番号付番. Settings: those of `integrated_store`, `number_source` and `audit_trail`, and
    RESIDENTS_TABLE. Rights: `infra.constructs.integrated_access.let_issue`."""
    return IssueCall(_callers(), issuing(), audit_trail())


@functools.cache
def integrated_show_call() -> ShowCall:
    """Return 団体内統合宛名基本情報照会. Settings: those of `integrated_store`, `protection_decision` and
    `audit_trail`. Rights: `infra.constructs.integrated_access.let_show`."""
    return ShowCall(_callers(), Showing(integrated_store(), protection_decision(), _teller(), PURPOSE), audit_trail())


@functools.cache
def issued_beside() -> IssuedBeside:
    """Return what issues the 団体内統合宛名番号 beside a 住登外者宛名番号 (`addressees.issuance.AlsoIntegrated`)."""
    return IssuedBeside(issuing(), _handles_individual_numbers(), SystemClock())


@functools.cache
def issuing() -> Issuing:
    """Return what issues numbers."""
    return Issuing(integrated_store(), number_source(), _categories(), _teller())


@functools.cache
def integrated_applier() -> IntegratedApplier:
    """Return what applies rows of 032i001. Settings: those of `integrated_store`, and RESIDENTS_TABLE."""
    return IntegratedApplier(integrated_store(), _categories(), _teller(), _handles_individual_numbers())


@functools.cache
def following() -> Following:
    """Return what follows the residents. Settings: those of `integrated_store`, and RESIDENTS_TABLE."""
    catalogue, municipality = load_catalogue(layer_root()), setting("MUNICIPALITY")
    sealing = deployed_sealing(catalogue, municipality, setting("PERSONAL_KEY"), setting("FINGERPRINT_SECRET"))
    residents = ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), municipality, sealing)
    return Following(integrated_store(), FollowedResidents(residents, catalogue), _teller())


@functools.cache
def integrated_store() -> IntegratedTable:
    """Return integrated people. Settings: MUNICIPALITY, INTEGRATED_TABLE, PERSONAL_KEY, FINGERPRINT_SECRET."""
    municipality = setting("MUNICIPALITY")
    sealer = KmsSealer(clients.kms, setting("PERSONAL_KEY"), municipality)
    return IntegratedTable(clients.dynamodb(), setting("INTEGRATED_TABLE"), municipality, sealer)


def _callers() -> Callers:
    return Callers(accepted_municipalities(), _handles_individual_numbers())


def _handles_individual_numbers() -> Callable[[str], bool]:
    systems = load_catalogue(layer_root()).systems

    def handles(system: str) -> bool:
        found = systems.get(system.lower())
        return found is not None and found.individual_numbers

    return handles


def _categories() -> KnownCategories:
    return KnownCategories(ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), setting("MUNICIPALITY")))


def _teller() -> Teller:
    return Teller(fingerprints())
