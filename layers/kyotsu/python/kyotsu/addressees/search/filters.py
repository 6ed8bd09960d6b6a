"""一致方法: which of the people found agree as exactly as was asked.

Nobody is found by it who would not be found without it: it only leaves people out (docs/decisions/0137).

| item | exact | partial |
|---|---|---|
| 氏名 | the same but for width, case, spaces and variation selectors | is contained |
| 氏名_フリガナ | the same but for width, spaces, and hiragana for katakana | is contained |
| 生年月日 | the same date | the same as far as both know it |
| 性別 | the same | the same |
| 住所 | the same town and numbers, in any notation, without the building's name | the known one begins so |

Every name counts (氏名 in all its writings, 通称, earlier ones), and every address.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping

from kyotsu.addressees.candidates import comparing_addresses, comparing_births
from kyotsu.addressees.candidates.forms import AddressForm, Form
from kyotsu.addressees.candidates.levels import Birth, Place
from kyotsu.addressees.candidates.people import Person, Query
from kyotsu.addressees.search.items import ADDRESS, BIRTH, EXACT, KANA, NAME, SEX
from kyotsu.japanese import kana, names

_KNOWN_ALIKE = frozenset({Birth.SAME, Birth.YEAR_MONTH, Birth.YEAR, Birth.PARTLY})
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


def passes(methods: Mapping[str, str], asked: Query, asked_form: Form, known: Person, known_form: Form) -> bool:
    """Tell whether somebody agrees in every item as exactly as was asked."""
    rules: Mapping[str, Callable[[bool], bool]] = {
        NAME.romaji: lambda exact: _text_agrees(asked.name, _written(known), _plain, exact=exact),
        KANA.romaji: lambda exact: _text_agrees(asked.kana, (name.kana for name in known.names), _reading, exact=exact),
        BIRTH.romaji: lambda exact: _birth_agrees(asked, asked_form, known, known_form, exact=exact),
        SEX.romaji: lambda _: asked.sex == known.sex,
        ADDRESS.romaji: lambda exact: any(
            _address_agrees(asked_form.addresses[0], address, exact=exact) for address in known_form.addresses
        ),
    }
    return all(rules[name](method == EXACT) for name, method in methods.items())


def _written(known: Person) -> Iterable[str]:
    return (text for name in known.names for text in (name.kanji, name.latin))


def _text_agrees(asked: str, known: Iterable[str], folded: Callable[[str], str], *, exact: bool) -> bool:
    wanted = folded(asked)
    found = (folded(text) for text in known if text)
    return any(text == wanted if exact else wanted in text for text in found) if wanted else False


def _plain(text: str) -> str:
    return "".join(names.parts_of(unicodedata.normalize("NFKC", text.translate(_SELECTORS)).casefold()))


def _reading(text: str) -> str:
    return "".join(names.parts_of(kana.katakana(text)))


def _birth_agrees(asked: Query, asked_form: Form, known: Person, known_form: Form, *, exact: bool) -> bool:
    if exact:
        return asked.birth == known.birth
    return comparing_births.compare(asked_form.birth, known_form.birth) in _KNOWN_ALIKE


def _address_agrees(asked: AddressForm, known: AddressForm, *, exact: bool) -> bool:
    level = comparing_addresses.compare(asked, known)
    if exact:
        same = (asked.town, asked.numbers) == (known.town, known.numbers)
        return same and (level is Place.SAME or (not asked.numbers and asked.place == known.place))
    if asked.numbers:
        begins = known.numbers[: len(asked.numbers)] == asked.numbers
        return begins and level in (Place.SAME, Place.STREET, Place.PART)
    # A municipality alone is no town to whom nothing follows it: the two are one text here.
    wanted, whole = asked.place + asked.town, known.place + known.town
    return bool(wanted) and (whole.startswith(wanted) or (not asked.place and known.town.startswith(wanted)))
