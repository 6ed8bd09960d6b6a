"""Integrated people, and what applies rows of files to them. Built once per worker."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kyotsu.integrated.applying import IntegratedApplier
from kyotsu.integrated.records import Category
from kyotsu.integrated.table import IntegratedTable
from kyotsu.integrated.telling import Teller
from kyotsu.residents.reading import shown_category
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.runtime.settings import setting
from kyotsu.wiring.registry import fingerprints, handles_individual_numbers


@dataclass(frozen=True, slots=True)
class KnownCategories:
    """`kyotsu.integrated.store.ResidentCategories` by the heads of the residents."""

    residents: ResidentTable

    def of(self, numbers: Collection[str]) -> Mapping[str, Category]:
        """Return 住民区分 of those who are, or were, residents."""
        heads = self.residents.heads(numbers) if numbers else {}
        known = {number: head for number, head in heads.items() if head.entries}
        return {number: Category(head.revision, shown_category(head).category) for number, head in known.items()}


@functools.cache
def integrated_applier() -> IntegratedApplier:
    """Return what applies rows of 032i001. Settings: those of `integrated_store`, and RESIDENTS_TABLE."""
    return IntegratedApplier(integrated_store(), known_categories(), teller(), handles_individual_numbers)


@functools.cache
def integrated_store() -> IntegratedTable:
    """Return integrated people. Settings: MUNICIPALITY, INTEGRATED_TABLE, PERSONAL_KEY, FINGERPRINT_SECRET."""
    municipality = setting("MUNICIPALITY")
    sealer = KmsSealer(clients.kms, setting("PERSONAL_KEY"), municipality)
    return IntegratedTable(clients.dynamodb(), setting("INTEGRATED_TABLE"), municipality, sealer)


def known_categories() -> KnownCategories:
    """Return what the residents say of numbers."""
    return KnownCategories(ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), setting("MUNICIPALITY")))


def teller() -> Teller:
    """Return what makes comparable what systems tell."""
    return Teller(fingerprints())
