"""Which household lives which story: first each story a fixed number of times, then by weight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from kyotsu_cli.town import stories_events as events
from kyotsu_cli.town import stories_office as office
from kyotsu_cli.town import stories_people as people
from kyotsu_cli.town.dice import Dice, Weighted
from kyotsu_cli.town.moments import PERIODS
from kyotsu_cli.town.people import CHILD, ELDER, HEAD, MAN, SHAPES, WIFE, WOMAN, YOUNG, Registry, Shape
from kyotsu_cli.town.scene import Scene


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to a household of a shape (None: any), how often among 1,000, and in how many scripted ones."""

    act: Callable[[Scene], None]
    shape: Shape | None
    weight: int
    scripted: int = 1


ORDINARY = Story(people.ordinary, None, 657, 0)
STORIES: tuple[Story, ...] = (
    ORDINARY,
    Story(events.arrive, None, 24, 2),
    Story(events.arrive_from_abroad, (MAN, WIFE), 8),
    Story(events.relocate, None, 24, 2),
    Story(events.leave, None, 20),
    Story(events.leave_the_country, (HEAD,), 4),
    Story(events.plan_to_leave, (YOUNG,), 3),
    Story(events.plan_and_leave, (MAN, WIFE), 6, 2),
    Story(events.planned_before, (YOUNG,), 2),
    Story(events.come_back, (WOMAN, CHILD), 6),
    Story(events.split_household, (WOMAN, CHILD), 4, 2),
    Story(events.merge_households, (WOMAN, CHILD), 2),
    Story(events.change_head, (MAN, WIFE), 5, 2),
    Story(events.have_twins, (MAN, WIFE, CHILD, CHILD), 2),
    Story(events.have_child, (MAN, WIFE, CHILD), 10),
    Story(events.die, (ELDER,), 14),
    Story(events.be_declared_missing, (HEAD,), 1, 2),
    Story(events.naturalise, (YOUNG,), 2, 2),
    Story(events.acquire_nationality, (YOUNG,), 1, 2),
    Story(events.lose_nationality, (HEAD,), 1, 2),
    Story(events.marry, (YOUNG,), 8, 2),
    Story(office.enter_nameless, (HEAD,), 1, 2),
    Story(office.enter_again, (HEAD,), 2, 2),
    Story(office.remove, (HEAD,), 3, 2),
    Story(office.cancel_arrival, (HEAD,), 2),
    Story(office.cancel_return, (HEAD,), 1),
    Story(office.cancel_departure, (HEAD,), 3, 2),
    Story(office.cancel_relocation, (HEAD,), 1),
    Story(office.drop_alias, (HEAD,), 1),
    Story(office.rewrite, (HEAD,), 3, 2),
    Story(office.change_numbers, (HEAD,), 2),
    Story(office.touch_up, (HEAD,), 4, 2),
    Story(office.retract_departure, (HEAD,), 1, 2),
    Story(office.retract_and_restore, (ELDER,), 1, 2),
    Story(office.retract_everything, (HEAD,), 1),
    Story(office.mistake_death_for_departure, (ELDER,), 1),
    Story(people.twins, (MAN, WIFE, CHILD, CHILD), 8),
    Story(people.same_name, (HEAD,), 6, 3),
    Story(people.foreigners, (MAN, WIFE), 12),
    Story(people.foreigner_with_alias, (HEAD,), 8, 2),
    Story(people.variant_characters, None, 30),
    Story(people.variation_selectors, (MAN, WIFE), 12, 2),
    Story(people.indefinite_birth, (ELDER,), 4, 2),
    Story(people.former_surname, (WOMAN,), 6),
    Story(people.in_a_building, (YOUNG,), 20),
    Story(people.gone, None, 40),
    Story(people.dead, (ELDER,), 18),
    Story(people.missing, (HEAD,), 1),
    Story(people.removed, (HEAD,), 3),
    Story(people.retracted_long_ago, (HEAD,), 1),
)
SCRIPT: tuple[tuple[Story, int], ...] = tuple(
    (story, (place + turn) % PERIODS)
    for turn in range(4)
    for place, story in enumerate(STORIES)
    if turn < story.scripted
)
"""The first households: every story, and the period in which it goes on; repeated ones fall into other periods."""


@cache
def _by_weight() -> Weighted[Story]:
    return Weighted((story, story.weight) for story in STORIES)


def play(registry: Registry, household: int, room: int) -> Scene:
    """Let the household of this index live its story and return it; it has at most `room` members."""
    dice = Dice.of(registry.seed, "household", household)
    if household < len(SCRIPT):
        story, period = SCRIPT[household]
    else:
        story, period = _by_weight().draw(dice), dice.below(PERIODS)
    shape = story.shape or SHAPES.draw(dice)
    if len(shape) > room:
        story, shape = ORDINARY, (HEAD,)
    scene = Scene(registry, dice, shape, period)
    story.act(scene)
    return scene
