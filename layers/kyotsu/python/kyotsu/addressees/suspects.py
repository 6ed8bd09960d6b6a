"""Suspected repeats: the same person registered twice, told by name, birth date, sex and address alone.

Found by a keyed fingerprint of them, so that no key of an item says who somebody is. It never blocks an issue: unnamed
twins are two people, and so may be two with all of it alike. A clerk decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from kyotsu.addressees.records import AddresseeRecord
from kyotsu.contracts.sealing import Fingerprints

PURPOSE = "suspected-repeat"
_NAMES = ("shimei", "shimei_gaikokujinkanji", "shimei_gaikokujinromaji", "tsusho")
"""The first that is set names the person."""
_ADDRESS = (
    "jusho_shikuchosonkodo",
    "jusho_choazakodo",
    "jusho_todofuken",
    "jusho_shikugunchosonmei",
    "jusho_choaza",
    "jusho_banchigohyoki",
    "jusho_katagaki",
    "jusho_kokumeikodo",
    "jusho_kokugaijusho",
)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BETWEEN = re.compile(r"\s+")


def fingerprint(record: AddresseeRecord, fingerprints: Fingerprints) -> bytes | None:
    """Return the fingerprint of who a record is about; None without a name or a whole birth date.

    Two records have the same one if name, birth date, sex and address are written alike, but for width, case, spaces
    and variation selectors. What neither has is alike, too.
    """
    person = record.person
    name = next((folded(person[item]) for item in _NAMES if folded(person.get(item, ""))), None)
    if name is None or "seinengappi" not in person or person.get("seinengappi_fushofuragu") == "1":
        return None
    return fingerprints.of(
        PURPOSE, "\x1f".join((name, person["seinengappi"], person.get("seibetsu", ""), *_at(person)))
    )


def folded(text: str) -> str:
    """Return a text without what one system writes and another doesn't: width, case, spaces, variation selectors."""
    plain = unicodedata.normalize("NFKC", _SELECTORS.sub("", text)).casefold()
    return _BETWEEN.sub("", plain)


def _at(person: Mapping[str, str]) -> list[str]:
    return [folded(person.get(item, "")) for item in _ADDRESS]
