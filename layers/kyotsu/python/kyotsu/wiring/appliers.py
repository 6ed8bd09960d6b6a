"""Appliers of rows by the names that the catalogue has for them, each made when its first file comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kyotsu.contracts.ports import RowApplier
from kyotsu.contracts.protection import APPLIER

RESIDENTS = "residents"
PROTECTION = APPLIER
ADDRESSEES = "addressees"
"""住登外者宛名基本情報の更新."""
INTEGRATED = "integrated"
"""団体内統合宛名基本情報の更新."""
PASSING = "passing"
"""Rows that are checked and handed on, and kept by nobody here."""


class Appliers(Mapping[str, RowApplier]):
    """Appliers that are made when they are first asked for: most workers never need most of them."""

    def __init__(self, makers: Mapping[str, Callable[[], RowApplier]]) -> None:
        self._makers = makers
        self._made: dict[str, RowApplier] = {}

    def __getitem__(self, name: str) -> RowApplier:
        """Return an applier; raises KeyError."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
