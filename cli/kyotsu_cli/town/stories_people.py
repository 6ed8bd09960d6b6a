"""Stories about who somebody is: names, births, dates that nobody knows, people who left long ago."""

from __future__ import annotations

from datetime import datetime

from kyotsu_cli.town import acts, names
from kyotsu_cli.town.columns import Row
from kyotsu_cli.town.dice import Dice
from kyotsu_cli.town.names import full_width
from kyotsu_cli.town.people import Resident, foreign_items
from kyotsu_cli.town.scene import Scene

_STRANGER_GROUP = 500
"""So many people, by number, share one pool of a single name for their same-name strangers."""


def ordinary(scene: Scene) -> None:
    """Nothing but an ordinary past."""
    scene.settle_with_past()


def twins(scene: Scene) -> None:
    """Two children of one birth date."""
    first, second = scene.members[-2:]
    second.birth = first.birth
    second.register.prepare({"seinengappi": first.birth.isoformat()})
    name_apart(scene.dice, first, second)
    first.mark("twin")
    second.mark("twin")
    scene.settle_with_past()


def same_name(scene: Scene) -> None:
    """People of one name, sex and birth date in households that have nothing to do with each other."""
    who = scene.head
    dice = Dice.of(scene.registry.seed, "same name", who.index // _STRANGER_GROUP)
    birth = who.birth.replace(year=1970 + dice.below(20), month=dice.between(1, 12), day=dice.between(1, 28))
    name = names.surname(dice, "plain").with_given(names.given_name(dice, names.FEMALE, birth.year))
    who.birth, who.sex = birth, names.FEMALE
    who.register.prepare(_named(name) | {"seibetsu": names.FEMALE, "seinengappi": birth.isoformat()})
    who.mark("same_name_stranger")
    scene.settle_with_past()


def foreigners(scene: Scene) -> None:
    """Foreign residents whose names have roman letters only."""
    for who in scene.members:
        who.register.prepare(foreign_items(names.foreign_name(scene.dice, who.sex, kanji=False)))
    scene.mark("foreigner")
    scene.settle_with_past()


def foreigner_with_alias(scene: Scene) -> None:
    """A foreign resident whose name has characters, and who uses a 通称 since some years."""
    who, dice = scene.head, scene.dice
    who.register.prepare(foreign_items(names.foreign_name(dice, who.sex, kanji=True)))
    who.mark("foreigner", "foreigner_kanji", "alias")
    scene.settle()
    alias = names.surname(dice, "plain").with_given(names.given_name(dice, who.sex, who.birth.year))
    acts.amend_ex_officio(who, scene.past(), "57", {"tsusho": alias.written, "tsusho_furigana": alias.kana})


def variant_characters(scene: Scene) -> None:
    """A family written with a 異体字."""
    _rename_family(scene, "variant")
    scene.mark("variant_character")
    scene.settle_with_past()


def variation_selectors(scene: Scene) -> None:
    """A family written with a character and a variation selector."""
    _rename_family(scene, "selector")
    scene.mark("variation_selector")
    scene.settle_with_past()


def indefinite_birth(scene: Scene) -> None:
    """Somebody whose birth date is known to the year or month only."""
    who = scene.head
    text = scene.dice.pick(("年月日不詳", f"昭和{who.birth.year - 1925}年月日不詳", f"西暦{who.birth.year}年春頃"))
    who.register.prepare({"seinengappi_fushofuragu": "1", "seinengappi_fushohyoki": full_width(text)})
    who.mark("indefinite_birth_date")
    scene.settle_with_past()


def former_surname(scene: Scene) -> None:
    """Somebody who had the 旧氏 put beside the name."""
    who, old = scene.head, names.surname(scene.dice, "plain")
    scene.settle()
    acts.amend_ex_officio(who, scene.past(), "54", {"kyushi": old.written, "kyushi_furigana": old.kana})
    who.mark("former_surname")


def in_a_building(scene: Scene) -> None:
    """A household that moved into a flat with a long 方書."""
    scene.settle()
    at, home = scene.past(), scene.address(building=True)
    for who in scene.members:
        acts.relocate(who, at, home)
    scene.mark("building")


def gone(scene: Scene) -> None:
    """A household that moved out before the cut-off."""
    scene.settle()
    at, place = scene.past(), scene.elsewhere()
    for who in scene.members:
        acts.move_out(who, at, place)
    scene.mark("moved_out")


def dead(scene: Scene) -> None:
    """Somebody who died before the cut-off, on a day nobody knows."""
    scene.settle()
    at = scene.past()
    acts.die(scene.head, at, indefinite_days(at))
    scene.head.mark("dead", "indefinite_event_date")


def missing(scene: Scene) -> None:
    """Somebody declared missing before the cut-off."""
    scene.settle()
    acts.be_declared_missing(scene.head, scene.past())
    scene.head.mark("missing")


def removed(scene: Scene) -> None:
    """Somebody struck off ex officio before the cut-off."""
    scene.settle()
    acts.remove_ex_officio(scene.head, scene.past())
    scene.head.mark("otherwise_removed")


def retracted_long_ago(scene: Scene) -> None:
    """A 転居 entered by mistake and deleted before the cut-off: a deleted key in the full file."""
    scene.settle()
    acts.relocate(scene.head, scene.past(), scene.address())
    scene.head.register.retract(scene.past(), "02", latest_flag="0")
    scene.head.mark("deleted_key")


def indefinite_days(at: datetime) -> Row:
    """Return the columns of an 異動年月日 that is known to about ten days of that month."""
    era = f"令和{at.year - 2018}" if at.year > 2018 else f"平成{at.year - 1988}"
    text = full_width(f"{era}年{at.month}月1日頃から10日頃までの間")
    return {"idonengappi_fushofuragu": "1", "idonengappi_fushohyoki": text}


def name_apart(dice: Dice, first: Resident, second: Resident) -> None:
    """Give the second of two siblings another given name if they share one."""
    family, kana = (first.register.latest[item].split("　")[0] for item in ("shimei", "shimei_furigana"))
    while second.register.latest["shimei"] == first.register.latest["shimei"]:
        given = names.given_name(dice, second.sex, second.birth.year)
        second.register.prepare(_named(names.Name(family, kana).with_given(given)))


def _named(name: names.Name) -> Row:
    return {"shimei": name.written, "shimei_furigana": name.kana}


def _rename_family(scene: Scene, kind: str) -> None:
    family = names.surname(scene.dice, kind)
    for who in scene.members:
        given = names.given_name(scene.dice, who.sex, who.birth.year)
        who.register.prepare(_named(family.with_given(given)))
