"""What rows of 支援措置対象者情報 mean to the append-only set (facts-resident-records.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kyotsu.contracts.rows import FileContext
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese.dates import is_date
from kyotsu.japanese.text import is_digits
from kyotsu.residents.applier import ResidentStore, VersionApplier
from kyotsu.residents.effects import Remark, number_remarks
from kyotsu.residents.versions import KeyItems

_CODE = 6
_DATE = 10**8


def place_and_start(municipality: str, start: str) -> int:
    """Return 市区町村コード and 支援措置開始年月日 as one number, so that they are one part of a key.

    Raises ValueError for what is no code or no date.
    """
    if len(municipality) != _CODE or not is_digits(municipality) or not is_date(start):
        raise ValueError("neither a code nor a date")
    return int(municipality + start.replace("-", ""))


def place_of(sub: int) -> int:
    """Return the 市区町村コード within what `place_and_start` made, as a number."""
    return sub // _DATE


KEY = KeyItems("rirekibango", ("shikuchosonkodo", "shiensochikaishinengappi"), place_and_start)


@dataclass(frozen=True, slots=True)
class SupportMeasures:
    """The `RowMeaning` of 支援措置対象者情報: every row brings its 支援措置区分, whatever its mode and branch."""

    items: tuple[str, ...] = ("atenabango", "shiensochikubun")
    key: KeyItems = KEY

    def effect(self, items: Mapping[str, str]) -> tuple[str | None, list[Remark]]:
        """Return the 支援措置区分 of a row."""
        return items["shiensochikubun"], []

    def remarks(self, items: Mapping[str, str]) -> list[Remark]:
        """Return what is remarkable about whom a row names: a wrong number protects somebody else."""
        return number_remarks(items["atenabango"])


def protection_applier(store: ResidentStore, fingerprints: Fingerprints) -> VersionApplier:
    """Return the `RowApplier` of 支援措置対象者情報 over a set of its own."""

    def meaning(_: FileContext) -> SupportMeasures:
        return SupportMeasures()

    return VersionApplier(store, meaning, fingerprints)
