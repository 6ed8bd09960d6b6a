"""What follows the residents for 団体内統合宛名. Built once per worker."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.integrated.following import Following, Resident
from kyotsu.residents import fold
from kyotsu.residents.reading import shown_category
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting
from kyotsu.wiring.catalogue import layout_columns, sealed_items
from kyotsu.wiring.integrated_people import integrated_store, teller
from kyotsu.wiring.sealing import deployed_sealing


@dataclass(frozen=True, slots=True)
class FollowedResidents:
    """`kyotsu.integrated.following.Residents` by the versions of the residents, sealed values included."""

    residents: ResidentTable
    catalogue: Catalogue

    def resident(self, number: str, *, opened: bool = True) -> Resident:
        """Return a resident; one of sequence 0 if there never was one. Sealed values only if it is to be `opened`."""
        head = self.residents.heads([number])[number]
        entry = fold.current(head.entries)
        category = shown_category(head).category
        if entry is None:
            return Resident(head.revision, category, None)
        layout, values = self.residents.values(number, entry)
        items = {name: value for name, value in zip(self._columns(layout), values, strict=True) if value}
        if opened and sealed_items(self.catalogue, layout):
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
def following() -> Following:
    """Return what follows the residents. Settings: those of `integrated_store`, and RESIDENTS_TABLE."""
    catalogue, municipality = load_catalogue(layer_root()), setting("MUNICIPALITY")
    sealing = deployed_sealing(catalogue, municipality, setting("PERSONAL_KEY"), setting("FINGERPRINT_SECRET"))
    residents = ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), municipality, sealing)
    return Following(integrated_store(), FollowedResidents(residents, catalogue), teller())
