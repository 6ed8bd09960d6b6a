"""Blocking keys: under which texts of the index a person stands, and which of them a query reads.

A key is a text of personal data; the table stores its keyed fingerprint only. Postings of one key are sorted by birth
date, so that a frequent name's list can be read from the year that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kyotsu.addressees.candidates.forms import AddressForm, Form, NameForm, Parts
from kyotsu.japanese import kana, romaji
from kyotsu.japanese.names import UNKNOWN

MOST_PER_PERSON = 64
"""No person stands under more keys, however many names and addresses they had: what is newer counts."""
# Kinds of keys, one letter each, so that no two kinds share a text.
_BIRTH, _KANJI, _SOUND, _FOREIGN, _PART, _GIVEN, _WORD, _ADDRESS = "bkslpgwa"
_DATE_KINDS = "ym"
_PIECE = 3
"""How much of a part a piece keeps: what follows may be mistyped."""
_USUAL_GIVEN = 2
_STREET = 2
_VOWELS = str.maketrans(dict.fromkeys("aiueo"))


class Read(NamedTuple):
    """One read of the index. `narrow`: how the birth dates to read begin, if the list is too long; empty: nobody
    knows."""

    key: str
    narrow: str = ""

    def __repr__(self) -> str:
        return f"Read({self.key[:1]}…)"


def of_person(form: Form) -> tuple[str, ...]:
    """Return the keys a person stands under, each once; those of the current name and address are always among them."""
    dates = tuple(_dates(form.birth))
    found = dict.fromkeys([_BIRTH + form.birth] if len(dates) == len(_DATE_KINDS) else ())
    now = slice(None, 1)
    history = slice(1, None)
    for which in (now, history):
        for address in form.addresses[which]:
            found |= dict.fromkeys(_addresses(address))
        for name in form.names[which]:
            found |= dict.fromkeys(_wholes(name))
            found |= dict.fromkeys(piece + date for piece in _pieces(name) for date in dates)
    return tuple(found)[:MOST_PER_PERSON]


def of_query(form: Form) -> tuple[Read, ...]:
    """Return what to read for a query, the rarest kinds first.

    Addresses come last: a list that is too long takes a read that is left, and where somebody lives must not decide
    which other lists are read whole (docs/decisions/0137).
    """
    year = form.birth[:4] if form.birth[:4].strip("0") else ""
    found: dict[str, Read] = {}
    for date in _asked_dates(form.birth):
        found[_BIRTH + date] = Read(_BIRTH + date)
    for name in form.names:
        for whole in _wholes(name):
            found[whole] = Read(whole, year)
    for name in form.names:
        for piece in _asked_pieces(name):
            for date in _dates(form.birth):
                found[piece + date] = Read(piece + date, year)
    for address in form.addresses:
        for key in _addresses(address):
            found[key] = Read(key, year)
    return tuple(found.values())


def is_of_address(key: str) -> bool:
    """Tell whether a key is of where somebody lives or lived."""
    return key.startswith(_ADDRESS)


def _dates(birth: str) -> Iterator[str]:
    """Yield year and month, and month and day, as far as both are known."""
    year, month, day = birth[:4], birth[4:6], birth[6:]
    if month.strip("0") and year.strip("0"):
        yield _DATE_KINDS[0] + year + month
    if month.strip("0") and day.strip("0"):
        yield _DATE_KINDS[1] + month + day


def _asked_dates(birth: str) -> Iterator[str]:
    """Yield a full birth date, and what it was before somebody swapped its month and day."""
    if len(list(_dates(birth))) < len(_DATE_KINDS):
        return
    yield birth
    month, day = birth[4:6], birth[6:]
    if day <= "12" and day != month:
        yield birth[:4] + day + month


def _wholes(name: NameForm) -> Iterator[str]:
    """Yield keys of a whole name, in which neither spaces nor the order of its parts count."""
    kanji = "".join(name.kanji)
    if kanji and UNKNOWN not in kanji:
        yield _KANJI + "".join(sorted(kanji))
    for reading in name.kana:
        if all(reading):
            yield _SOUND + "".join(sorted(kana.sound("".join(reading))))
    for words in _foreign(name):
        yield _FOREIGN + "".join(sorted("".join(words)))


def _foreign(name: NameForm) -> Iterator[Parts]:
    """Yield the consonants of every word of a name that is, or may be, a foreign one."""
    if name.latin:
        yield tuple(_consonants(word) for word in name.latin)
    elif not name.kanji:
        yield from (tuple(_consonants(romaji.latin_of(word)) for word in reading) for reading in name.kana)


def _consonants(word: str) -> str:
    heard = romaji.ear(word)
    return heard[:1] + heard[1:].translate(_VOWELS) if heard[:1] in "aiueo" else heard.translate(_VOWELS)


def _pieces(name: NameForm) -> Iterator[str]:
    """Yield a name's parts, shortened: the family name's kana, the given name's, and the given name's kanji.

    The given name's outlast a marriage, and no kana may be known on either side.
    """
    for reading in name.kana:
        yield from (_PART + part for part in _beginnings(reading) if part)
    if len(name.kanji) > 1:
        yield _GIVEN + "".join(name.kanji[1:])
        if not name.kana:
            yield _GIVEN + name.kanji[0]
    for words in _foreign(name):
        yield from (_WORD + word[:_PIECE] for word in words)


def _beginnings(reading: Parts) -> tuple[str, ...]:
    """Return how family and given name begin; of a name without a space, how it begins and ends."""
    whole = kana.sound("".join(reading))
    if len(reading) == 1:
        return whole[:_PIECE], whole[-_PIECE:]
    return kana.sound(reading[0])[:_PIECE], kana.sound("".join(reading[1:]))[:_PIECE]


def _asked_pieces(name: NameForm) -> Iterator[str]:
    """Yield the pieces to ask for: of the kana, else of the kanji, else of the foreign name's first and last word."""
    if name.kana and not (name.latin and not name.kanji):
        yield from (_PART + part for part in _beginnings(name.kana[0]) if part)
    elif name.kanji:
        whole = "".join(name.kanji)
        parts = (name.kanji[0], whole[len(name.kanji[0]) :]) if len(name.kanji) > 1 else (whole[-_USUAL_GIVEN:],)
        yield from (_GIVEN + part for part in parts if UNKNOWN not in part)
    elif name.latin:
        ends = dict.fromkeys((name.latin[0], name.latin[-1]))
        yield from (_WORD + _consonants(word)[:_PIECE] for word in ends)


def _addresses(address: AddressForm) -> Iterator[str]:
    """Yield the town with up to two numbers; a lone 番地 also without what follows it."""
    if address.town and address.numbers:
        first, *more = (str(number) for number in address.numbers[:_STREET])
        yield f"{_ADDRESS}{address.town}/{first}" + (f"-{more[0]}" if more else "")
        if more and address.street == 1:
            yield f"{_ADDRESS}{address.town}/{first}"
