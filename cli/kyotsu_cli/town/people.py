"""The people of one household before anything happens to them: who they are and where they live."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from kyotsu_cli.town import names, places
from kyotsu_cli.town.columns import Row
from kyotsu_cli.town.dice import Dice, Weighted
from kyotsu_cli.town.moments import LAST_ENTRY
from kyotsu_cli.town.numbering import Serials, individual_number, resident_record_code
from kyotsu_cli.town.register import Register

HEAD, YOUNG, ELDER, MAN, WOMAN = "head", "young head", "elder head", "man at the head", "woman at the head"
WIFE, HUSBAND, CHILD, MOTHER, NEPHEW, LODGER = "wife", "husband", "child", "mother", "nephew", "lodger"
Shape = tuple[str, ...]

SHAPES: Weighted[Shape] = Weighted(
    [
        ((HEAD,), 12),
        ((YOUNG,), 14),
        ((ELDER,), 14),
        ((MAN, WIFE), 15),
        ((WOMAN, HUSBAND), 5),
        ((MAN, WIFE, CHILD), 14),
        ((MAN, WIFE, CHILD, CHILD), 12),
        ((WOMAN, CHILD), 7),
        ((MAN, WIFE, CHILD, MOTHER), 3),
        ((WOMAN, NEPHEW), 1),
        ((HEAD, LODGER), 2),
    ]
)
_RELATIONS = {HUSBAND: ("11",), WIFE: ("12",), MOTHER: ("52",), CHILD: ("20",), NEPHEW: ("71", "20"), LODGER: ("99",)}
_SEXES = {MAN: names.MALE, HUSBAND: names.MALE, WOMAN: names.FEMALE, WIFE: names.FEMALE, MOTHER: names.FEMALE}
_AGES = {
    HEAD: (38, 58),
    YOUNG: (19, 37),
    ELDER: (65, 98),
    MAN: (38, 58),
    WOMAN: (38, 58),
    WIFE: (37, 57),
    HUSBAND: (37, 57),
    CHILD: (1, 17),
    MOTHER: (78, 98),
    NEPHEW: (1, 17),
    LODGER: (20, 60),
}


@dataclass(slots=True)
class Resident:
    """A person of the town: the record, and in what way the person is special."""

    index: int
    number: str
    role: str
    sex: str
    birth: date
    register: Register
    kinds: list[str] = field(default_factory=list)

    def mark(self, *kinds: str) -> None:
        """Note the ways in which this person is special, once each."""
        self.kinds.extend(kind for kind in kinds if kind not in self.kinds)


@dataclass(slots=True)
class Registry:
    """What the whole town shares: the municipality, the seed and the running numbers."""

    seed: int
    here: places.Municipality
    people: int = 0
    addressees: Serials = field(default_factory=lambda: Serials(1_000_001))
    households: Serials = field(default_factory=lambda: Serials(50_000_001))


def relation(codes: tuple[str, ...]) -> Row:
    """Return the four 続柄コード columns of a chain of relations to the head of the household."""
    padded = (*codes, "", "", "", "")
    return {f"tsuzukigarakodo{place}": padded[place - 1] for place in (1, 2, 3, 4)}


def relation_of(role: str) -> Row:
    """Return the 続柄コード columns of a role."""
    return relation(_RELATIONS.get(role, ("02",)))


def birth_day(dice: Dice, role: str) -> date:
    """Return a birth date that fits the role, before the end of 2025."""
    low, high = _AGES[role]
    return LAST_ENTRY - timedelta(days=dice.between(low * 365, high * 365 + 364))


def new_resident(
    registry: Registry, dice: Dice, role: str, family: names.Name, household: Row, birth: date | None = None
) -> Resident:
    """Return the next person of the town, a Japanese resident with nothing recorded yet."""
    sex = _SEXES.get(role) or dice.pick((names.MALE, names.FEMALE))
    born = birth or birth_day(dice, role)
    name = (names.surname(dice) if role == LODGER else family).with_given(names.given_name(dice, sex, born.year))
    index, registry.people = registry.people, registry.people + 1
    number = registry.addressees.issue()
    base: Row = {
        "shikuchosonkodo": registry.here.code,
        "atenabango": number,
        "kojinbango": individual_number(registry.seed, index),
        "juminhyokodo": resident_record_code(registry.seed, index),
        "juminshubetsu": "1",
        "idonengappi_fushofuragu": "0",
        "shimei": name.written,
        "shimei_furigana": name.kana,
        "seibetsu": sex,
        "seinengappi": born.isoformat(),
        "seinengappi_fushofuragu": "0",
        "sosashaid": f"OP{dice.between(1, 40):06d}",
        "sakujofuragu": "0",
        **relation_of(role),
        **household,
    }
    return Resident(index, number, role, sex, born, Register(base, resends=dice.chance(0.85)))


def foreign_items(name: names.ForeignName) -> Row:
    """Return the columns of a foreign resident's name."""
    return {
        "juminshubetsu": "2",
        "shimei": name.kanji or name.roman,
        "shimei_gaikokujinromaji": name.roman,
        "shimei_gaikokujinkanji": name.kanji,
        "shimei_furigana": name.kana,
    }
