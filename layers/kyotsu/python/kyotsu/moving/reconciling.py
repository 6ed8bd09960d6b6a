"""突合 (整合性確認): what was filed beside what the resident records say, per person and item.

Nothing is corrected here and nobody is guessed: a difference is listed, and a clerk decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import msgspec

from kyotsu.japanese import addresses, kana, names
from kyotsu.moving.documents import Application, MovingPerson

RESIDENT = "1"
"""住民区分 住登者."""


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    """A resident as stored now."""

    number: str
    """宛名番号."""
    category: str | None
    """住民区分."""
    items: Mapping[str, str] = field(repr=False)
    """The current record by romaji name, with 個人番号 where the reader has a right to it."""


class ResidentFinder(Protocol):
    """Finds residents of this municipality."""

    def find(self, person: MovingPerson, individual_number: str) -> Sequence[ResidentRecord]:
        """Return residents who may be this person: all of the same birth date and a like name, and whoever has this
        個人番号 among them ("": not known). Reads see every earlier write of the records."""
        ...


class Item(StrEnum):
    """What is compared."""

    PERSON = "person"
    NAME = "name"
    KANA = "name_kana"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ADDRESS = "previous_address"
    INDIVIDUAL_NUMBER = "individual_number"
    STANDING = "standing"


class Finding(StrEnum):
    """What is wrong with an item."""

    NOTATION = "notation"
    """Another way of writing the same: told, and no difference."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """該当者なし: nobody of the records is this person."""
    SEVERAL = "several"
    """複数該当."""
    NO_RESIDENT = "no_resident"
    """住登者でない: left, died or was removed."""
    TWICE = "twice"
    """The same resident stands for two people of one application."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One item of one person. 個人番号 are never told, only that they differ."""

    position: int
    item: str
    finding: str
    filed: str = ""
    recorded: str = ""


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """What PaperKind.DIFFERENCES holds."""

    revision: int
    items: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation found."""

    numbers: Mapping[int, str]
    """宛名番号 by position, of those who were found for certain."""
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether everybody was found and nothing but notation differs."""
        return all(each.finding == Finding.NOTATION for each in self.differences)


def reconcile(application: Application, individual_numbers: Mapping[int, str], finder: ResidentFinder) -> Reconciled:
    """Hold everybody of an application against the records."""
    numbers: dict[int, str] = {}
    found: list[Difference] = []
    for person in application.people:
        individual_number = individual_numbers.get(person.position, "")
        record, wrong = _identify(person, individual_number, finder.find(person, individual_number))
        if record is None:
            found.append(_difference(person, Item.PERSON, wrong))
            continue
        if record.number in numbers.values():
            found.append(_difference(person, Item.PERSON, Finding.TWICE))
            continue
        numbers[person.position] = record.number
        found += _compared(application, person, individual_number, record)
    return Reconciled(numbers, tuple(found))


def _identify(
    person: MovingPerson, individual_number: str, records: Sequence[ResidentRecord]
) -> tuple[ResidentRecord | None, Finding]:
    """Return the one record that is this person, or why there is none.

    個人番号 decides where both sides have it; otherwise birth date, sex and a name written alike must leave one.
    """
    if individual_number:
        same = [record for record in records if record.items.get("kojinbango") == individual_number]
        if same:
            return _only(same)
        records = [record for record in records if not record.items.get("kojinbango")]
    alike = [record for record in records if _may_be(person, record.items)]
    standing = [record for record in alike if record.category == RESIDENT]
    return _only(standing or alike)


def _only(records: Sequence[ResidentRecord]) -> tuple[ResidentRecord | None, Finding]:
    if len(records) == 1:
        return records[0], Finding.DIFFERENT
    return None, Finding.SEVERAL if records else Finding.UNKNOWN


def _may_be(person: MovingPerson, items: Mapping[str, str]) -> bool:
    if person.birth_date != items.get("seinengappi", ""):
        return False
    if "0" not in (person.sex or "0", items.get("seibetsu") or "0") and person.sex != items.get("seibetsu"):
        return False
    return any(_alike(one, other, names.folded) for one in _names(person) for other in _known_names(items)) or _alike(
        person.name_kana, items.get("shimei_furigana", ""), kana.spelling
    )


def _names(person: MovingPerson) -> tuple[str, ...]:
    return tuple(filter(None, (person.name, person.roman_name, person.common_name)))


def _known_names(items: Mapping[str, str]) -> tuple[str, ...]:
    columns = ("shimei", "shimei_gaikokujinkanji", "shimei_gaikokujinromaji", "tsusho")
    return tuple(filter(None, map(items.get, columns)))


def _compared(
    application: Application, person: MovingPerson, individual_number: str, record: ResidentRecord
) -> Iterator[Difference]:
    items = record.items
    if record.category != RESIDENT:
        yield _difference(person, Item.STANDING, Finding.NO_RESIDENT)
    if individual_number and items.get("kojinbango") and individual_number != items["kojinbango"]:
        yield _difference(person, Item.INDIVIDUAL_NUMBER, Finding.DIFFERENT)
    filed_name = person.name or person.roman_name or person.common_name
    known_name = next((name for name in _known_names(items) if _alike(filed_name, name, names.folded)), "")
    yield from _item(person, Item.NAME, filed_name, known_name or next(iter(_known_names(items)), ""), names.folded)
    if person.name_kana and items.get("shimei_furigana"):
        yield from _item(person, Item.KANA, person.name_kana, items["shimei_furigana"], kana.spelling)
    yield from _item(person, Item.BIRTH_DATE, person.birth_date, items.get("seinengappi", ""), str)
    if person.sex and items.get("seibetsu"):
        yield from _item(person, Item.SEX, person.sex, items["seibetsu"], str)
    yield from _item(person, Item.ADDRESS, application.previous_address.text, address_of(items), _address)


def _item(
    person: MovingPerson, item: Item, filed: str, recorded: str, fold: Callable[[str], str]
) -> Iterator[Difference]:
    if filed == recorded:
        return
    finding = Finding.NOTATION if _alike(filed, recorded, fold) else Finding.DIFFERENT
    yield _difference(person, item, finding, filed, recorded)


def _difference(person: MovingPerson, item: Item, finding: Finding, filed: str = "", recorded: str = "") -> Difference:
    return Difference(position=person.position, item=item, finding=finding, filed=filed, recorded=recorded)


def _alike(one: str, other: str, fold: Callable[[str], str]) -> bool:
    return bool(one) and bool(other) and fold(_plain(one)) == fold(_plain(other))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _address(text: str) -> str:
    """Return what an address says wherever it names prefecture and building: town and numbers, in one notation."""
    parsed = addresses.parse(text)
    return f"{parsed.place}/{parsed.town}/{'-'.join(map(str, parsed.numbers))}"


def address_of(items: Mapping[str, str]) -> str:
    """Return the address of a resident record on one line."""
    place = "".join(
        items.get(f"jusho_{part}", "") for part in ("todofuken", "shikugunchosonmei", "choaza", "banchigohyoki")
    )
    return "　".join(filter(None, (place, items.get("jusho_katagaki", ""))))
