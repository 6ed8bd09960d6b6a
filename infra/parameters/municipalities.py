"""Municipalities that keep the records of more than one 市区町村コード."""

# 横浜市 and its 18 wards: an addressee keeps the number when moving between them.
_WARDS: dict[str, tuple[str, ...]] = {
    "141003": (
        *("141011", "141020", "141038", "141046", "141054", "141062", "141071", "141089", "141097"),
        *("141101", "141119", "141127", "141135", "141143", "141151", "141160", "141178", "141186"),
    ),
}


def accepted_by(municipality: str) -> tuple[str, ...]:
    """Return the 市区町村コード a municipality keeps: its own first, then those of its wards."""
    return (municipality, *_WARDS.get(municipality, ()))
