"""Forms: a person or a query with every text folded, which is all that scoring reads and all that a posting holds."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query
from kyotsu.japanese import addresses, dates, kana, names, romaji
from kyotsu.japanese.names import Script

MOST_NAMES = MOST_ADDRESSES = 10
"""What a form holds of a long history: the newest, so that a posting stays below a kilobyte."""
Parts = tuple[str, ...]
"""A name's parts, usually 氏 and 名; one if nobody knows where it parts."""


class _Private(msgspec.Struct, frozen=True, array_like=True):
    """Never shows its values."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class NameForm(_Private, frozen=True):
    """A name, folded."""

    kanji: Parts = ()
    kana: tuple[Parts, ...] = ()
    """Every reading known, in `kana.spelling`; a part that is not known is empty."""
    latin: Parts = ()
    """In capitals."""
    kind: NameKind = NameKind.CURRENT


class AddressForm(_Private, frozen=True):
    """An address, taken apart as `addresses.Address` is, without the building's name."""

    place: str
    town: str
    numbers: tuple[int, ...]
    street: int
    """How many of the numbers are the street's for certain."""


class Form(_Private, frozen=True):
    """A person or a query, folded."""

    names: tuple[NameForm, ...] = ()
    birth: str = ""
    """YYYYMMDD with zeros for what is unknown; empty: unknown."""
    sex: str = ""
    addresses: tuple[AddressForm, ...] = ()
    """The current one first; `place` and all else empty if there is none."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Form)


def pack(form: Form) -> bytes:
    """Return a form as bytes for a posting, about 150 of them."""
    return _encoder.encode(form)


def unpack(packed: bytes) -> Form:
    """Return the form that was packed."""
    return _decoder.decode(packed)


def of_person(person: Person) -> Form:
    """Return the form of somebody on the register."""
    known = [form for form in map(_name_form, person.names) if form.kanji or form.kana or form.latin]
    return Form(
        names=tuple(known[:MOST_NAMES]),
        birth=_birth(person.birth),
        sex=person.sex if person.sex in {"1", "2"} else "",
        addresses=tuple(_address(text) for text in person.addresses[:MOST_ADDRESSES]),
    )


def of_query(query: Query) -> Form:
    """Return the form of a query. Fields in each other's place are told by their script."""
    return Form(
        names=(_name_form(Name(query.name, query.kana)),),
        birth=_birth(query.birth),
        sex=query.sex if query.sex in {"1", "2"} else "",
        addresses=(_address(query.address),),
    )


def _name_form(name: Name) -> NameForm:
    """Sort the texts of a name by what they are written in, not by the field they stand in."""
    kanji: Parts = ()
    latin: Parts = ()
    readings: dict[Parts, None] = {}
    for text in (name.kanji, name.kana, name.latin):
        script, parts = names.script_of(text), names.parts_of(text)
        if not parts:
            continue
        if script is Script.KANA:
            readings[_kana(parts)] = None
        elif script is Script.LATIN:
            latin = latin or _words(parts)
        elif not kanji:
            kanji = tuple(names.folded(part) for part in parts)
    if latin and not readings and (reading := _japanese(latin)):
        readings[reading] = None
    if kanji and not readings and (reading := _partly_read(kanji)):
        readings[reading] = None
    return NameForm(kanji, tuple(readings), latin, name.kind)


def _partly_read(kanji: Parts) -> Parts | None:
    """Return the reading of a name of which a part is written in kana (田中　はなこ); empty, where nobody tells it."""
    found = tuple(kana.spelling(part) if kana.is_kana(part) else "" for part in kanji)
    return found if len(found) > 1 and any(found) else None


def _words(parts: Parts) -> Parts:
    """Return Latin words in capitals; initials are dropped, if there is a word: they would agree with half the town."""
    words = [names.folded(part).upper().strip(".") for part in parts]
    return tuple(word for word in words if len(word) > 1) or tuple(word for word in words if word)


def _kana(parts: Iterable[str]) -> Parts:
    return tuple(kana.spelling(part) for part in parts)


def _japanese(latin: Parts) -> Parts | None:
    """Return Latin parts in kana, if all of them are Japanese words."""
    words = [romaji.kana_of(part) for part in latin]
    return _kana(word for word in words if word) if all(words) else None


def _birth(text: str) -> str:
    digits = text.replace("-", "").replace("/", "")
    if not (len(digits) == 8 and digits.isascii() and digits.isdigit()):
        digits = dates.written_date(text)
    return digits if digits.strip("0") else ""


def _address(text: str) -> AddressForm:
    parsed = addresses.parse(text)
    return AddressForm(parsed.place, parsed.town, parsed.numbers, len(parsed.street))
