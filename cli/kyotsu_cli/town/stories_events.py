"""Stories about what happens after the cut-off, at the counter and by 戸籍 notice: branches 01 to 08."""

from __future__ import annotations

from datetime import timedelta

from kyotsu_cli.town import acts, names
from kyotsu_cli.town.people import HEAD, foreign_items, relation, relation_of
from kyotsu_cli.town.scene import Scene
from kyotsu_cli.town.stories_people import indefinite_days, name_apart

_BLANK_NAME = {"shimei": "", "shimei_furigana": ""}


def arrive(scene: Scene) -> None:
    """A household moves in from another municipality."""
    at, place = scene.start(), scene.elsewhere()
    for who in scene.members:
        acts.move_in(who, at, place, {})


def arrive_from_abroad(scene: Scene) -> None:
    """A foreign household moves in from abroad."""
    at, place = scene.start(), scene.abroad()
    for who in scene.members:
        who.register.prepare(foreign_items(names.foreign_name(scene.dice, who.sex, kanji=scene.dice.chance(0.5))))
        acts.move_in(who, at, place, {})
    scene.mark("foreigner")


def relocate(scene: Scene) -> None:
    """A household moves within the municipality."""
    scene.settle_with_past()
    at, home = scene.start(), scene.address()
    for who in scene.members:
        acts.relocate(who, at, home)


def leave(scene: Scene) -> None:
    """A household moves out, and the file comes when it has left."""
    scene.settle_with_past()
    at, place = scene.start(), scene.elsewhere()
    for who in scene.members:
        acts.move_out(who, at, place)
    scene.mark("moved_out")


def leave_the_country(scene: Scene) -> None:
    """A household moves abroad."""
    scene.settle()
    at, place = scene.start(), scene.abroad()
    for who in scene.members:
        acts.move_out(who, at, place)
    scene.mark("moved_out")


def plan_to_leave(scene: Scene) -> None:
    """A household announces that it will move out, and the day has not come: 転出予定者, still 住登者."""
    scene.settle()
    at, place = scene.start(), scene.elsewhere()
    for who in scene.members:
        acts.move_out(who, at, place, planned=at.date() + timedelta(days=20))
    scene.mark("planned_move_out")


def plan_and_leave(scene: Scene) -> None:
    """A household announces that it will move out, and does; the second row has the same key or one of its own."""
    scene.settle()
    at, place, same_key = scene.start(), scene.elsewhere(), scene.dice.chance(0.5)
    leaves = scene.tick()
    for who in scene.members:
        acts.move_out(who, at, place, planned=leaves.date())
        acts.carry_out_departure(who, leaves, same_key=same_key)
    scene.mark("planned_move_out", "moved_out")


def planned_before(scene: Scene) -> None:
    """Announced before the cut-off (住登者 in the full file), gone after it."""
    scene.settle()
    at, place = scene.past(), scene.elsewhere()
    leaves = scene.start()
    for who in scene.members:
        acts.move_out(who, at, place, planned=leaves.date())
        acts.carry_out_departure(who, leaves, same_key=False)
    scene.mark("planned_move_out", "moved_out")


def come_back(scene: Scene) -> None:
    """A household that had left moves in again and keeps its 宛名番号; the 世帯番号 is a new one."""
    scene.settle()
    left, away = scene.past(), scene.elsewhere()
    back = scene.start()
    again = {**scene.address(), "setaibango": scene.registry.households.issue()}
    for who in scene.members:
        acts.move_out(who, left, away)
        acts.move_in(who, back, away, again)
    scene.mark("returned")


def split_household(scene: Scene) -> None:
    """One member gets a household of their own at the same address (世帯分離)."""
    scene.settle()
    who = scene.members[-1]
    changes = {"setaibango": scene.registry.households.issue(), **relation_of(HEAD)}
    acts.change_household(who, scene.start(), "50", changes)
    who.mark("split_household")


def merge_households(scene: Scene) -> None:
    """Somebody who had a household of their own at this address joins the others again (世帯合併)."""
    scene.settle()
    who = scene.members[-1]
    together = {item: who.register.latest[item] for item in ("setaibango", *relation(()))}
    apart = {"setaibango": scene.registry.households.issue(), **relation_of(HEAD)}
    acts.change_household(who, scene.past(), "50", apart)
    acts.change_household(who, scene.start(), "51", together)
    who.mark("merged_household")


def change_head(scene: Scene) -> None:
    """The head dies, on a day nobody knows exactly, and the next in the household becomes the head."""
    scene.settle_with_past()
    at = scene.start()
    acts.die(scene.head, at, indefinite_days(at))
    scene.head.mark("dead", "indefinite_event_date")
    later = scene.tick()
    for place, who in enumerate(scene.members[1:]):
        acts.change_household(who, later, "53" if place == 0 else "52", relation_of(HEAD) if place == 0 else {})


def have_twins(scene: Scene) -> None:
    """Two children are born on one day; one of them gets its name only later (氏名空欄, then 追完)."""
    *parents, first, second = scene.members
    scene.settle(*parents)
    at = scene.start()
    for who in (first, second):
        who.birth = at.date() - timedelta(days=5)
        who.register.prepare({"seinengappi": who.birth.isoformat()})
        who.mark("born", "twin")
    name_apart(scene.dice, first, second)
    latest = second.register.latest
    name = {"shimei": latest["shimei"], "shimei_furigana": latest["shimei_furigana"]}
    acts.be_born(first, at, {})
    acts.be_born(second, at, _BLANK_NAME)
    acts.change_family_register(second, scene.tick(), name)


def have_child(scene: Scene) -> None:
    """A child is born."""
    *parents, child = scene.members
    scene.settle(*parents)
    at = scene.start()
    child.birth = at.date() - timedelta(days=scene.dice.between(1, 13))
    child.register.prepare({"seinengappi": child.birth.isoformat()})
    acts.be_born(child, at, {})
    child.mark("born")


def die(scene: Scene) -> None:
    """Somebody dies; the date is corrected in the same key afterwards."""
    scene.settle_with_past()
    at = scene.start()
    acts.die(scene.head, at, {})
    scene.head.mark("dead", "overridden_key")
    day = at.date() - timedelta(days=1)
    scene.head.register.correct(scene.tick(), "06", {"idonengappi": day.isoformat()})


def be_declared_missing(scene: Scene) -> None:
    """A court declares somebody missing: 枝番 06 with the 異動事由 of a removal ex officio."""
    scene.settle()
    acts.be_declared_missing(scene.head, scene.start())
    scene.head.mark("missing")


def naturalise(scene: Scene) -> None:
    """帰化: the 増 row comes a few seconds after the 減 row."""
    _become_japanese(scene, timedelta(seconds=7))
    scene.head.mark("naturalised")


def acquire_nationality(scene: Scene) -> None:
    """国籍取得: both rows at one moment, told apart by their history numbers alone."""
    _become_japanese(scene, timedelta())
    scene.head.mark("nationality_acquired")


def lose_nationality(scene: Scene) -> None:
    """国籍喪失: the 減 row as a Japanese, the 増 row as a foreign resident."""
    who = scene.head
    scene.settle()
    minus = scene.start()
    items = foreign_items(names.foreign_name(scene.dice, who.sex, kanji=False))
    acts.change_nationality(who, minus, minus + timedelta(minutes=3), items, lost=True)
    who.mark("nationality_lost")


def marry(scene: Scene) -> None:
    """Somebody takes another surname by marriage (08), then has the 旧氏 recorded (11)."""
    who, dice = scene.head, scene.dice
    scene.settle()
    latest = who.register.latest
    old, given = (latest[item].split("　") for item in ("shimei", "shimei_furigana"))
    new = names.surname(dice, "plain")
    changes = {"shimei": f"{new.written}　{old[1]}", "shimei_furigana": f"{new.kana}　{given[1]}"}
    acts.change_family_register(who, scene.start(), {**changes, **relation(("02",))})
    acts.amend_ex_officio(who, scene.tick(), "54", {"kyushi": old[0], "kyushi_furigana": given[0]})
    who.mark("former_surname")


def _become_japanese(scene: Scene, delay: timedelta) -> None:
    who, dice = scene.head, scene.dice
    who.register.prepare(foreign_items(names.foreign_name(dice, who.sex, kanji=True)))
    scene.settle()
    minus = scene.start()
    name = names.surname(dice, "plain").with_given(names.given_name(dice, who.sex, who.birth.year))
    changes = {
        "juminshubetsu": "1",
        "shimei": name.written,
        "shimei_furigana": name.kana,
        "shimei_gaikokujinromaji": "",
        "shimei_gaikokujinkanji": "",
    }
    acts.change_nationality(who, minus, minus + delay, changes, lost=False)
