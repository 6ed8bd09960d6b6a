"""People of the registry as candidates: the items of an addressee record, and of its earlier versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kyotsu.addressees.candidates.people import Name, NameKind, Person

_ADDRESS = ("jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki")
Items = Mapping[str, str]
"""Values of `items.PERSON`, by romaji name; of a resident also 旧氏."""


def person(number: str, current: Items, earlier: Iterable[Items] = ()) -> Person:
    """Return a record's person: what it says now, and what its earlier versions said, the newest of them first."""
    names = dict.fromkeys(_names(current))
    addresses = {address_of(current): None}
    for items in earlier:
        known = {(name.kanji, name.kana, name.latin) for name in names}
        names |= {
            old: None
            for name in _names(items)
            if (name.kanji, name.kana, name.latin) not in known
            for old in [Name(name.kanji, name.kana, name.latin, NameKind.EARLIER)]
        }
        if address := address_of(items):
            addresses[address] = None
    return Person(
        id=number,
        names=tuple(names),
        birth=current.get("seinengappi", ""),
        sex=current.get("seibetsu", ""),
        addresses=tuple(addresses),
    )


def address_of(items: Items) -> str:
    """Return the address as one text; that of somebody abroad, if there is no other one; empty: none."""
    domestic = "".join(items.get(name, "") for name in _ADDRESS)
    building = items.get("jusho_katagaki", "")
    if domestic:
        return f"{domestic}\u3000{building}" if building else domestic
    return items.get("jusho_kokugaijusho", "")


def _names(items: Items) -> Iterator[Name]:
    """Yield 氏名 in all its writings, then 通称."""
    kanji = items.get("shimei_gaikokujinkanji", "") or _whole(items, "shimei", "uji_nihonjin", "na_nihonjin")
    kana = _whole(items, "shimei_furigana", "uji_nihonjin_furigana", "na_nihonjin_furigana")
    latin = items.get("shimei_gaikokujinromaji", "")
    if kanji or kana or latin:
        yield Name(kanji, kana, latin)
    if items.get("tsusho") or items.get("tsusho_furigana"):
        yield Name(items.get("tsusho", ""), items.get("tsusho_furigana", ""), kind=NameKind.TSUSHO)
    if items.get("kyushi"):
        # A resident's 旧氏 is a family name alone, which goes with the given name of now.
        former = (_with_given(items, "kyushi", "shimei"), _with_given(items, "kyushi_furigana", "shimei_furigana"))
        yield Name(*former, kind=NameKind.EARLIER)


def _with_given(items: Items, family: str, whole: str) -> str:
    given = items.get(whole, "").replace("\u3000", " ").partition(" ")[2]
    return f"{items[family]}\u3000{given}" if items.get(family) and given else ""


def _whole(items: Items, whole: str, family: str, given: str) -> str:
    """Return a name whose parts are told apart, if they are."""
    if items.get(family) and items.get(given):
        return f"{items[family]}\u3000{items[given]}"
    return items.get(whole, "") or items.get(family, "") or items.get(given, "")
