"""Taking a file of 支援措置対象者情報 back."""

from __future__ import annotations

from kyotsu.residents.applier import Head
from kyotsu.residents.retracting import ResidentRetractor, RetractionStore


def protection_retractor(store: RetractionStore) -> ResidentRetractor:
    """Return the `RowRetractor` of 支援措置対象者情報; it never counts a change of 住民区分."""
    return ResidentRetractor(store, _no_category)


def _no_category(_: Head) -> None:
    return None
