"""One household on the town's time line: its people, its home, its clock, and an ordinary past."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kyotsu_cli.town import acts, names, places
from kyotsu_cli.town.columns import Row
from kyotsu_cli.town.dice import Dice
from kyotsu_cli.town.moments import JST, Clock, office_time
from kyotsu_cli.town.people import Registry, Resident, Shape, new_resident

_EARLIEST = date(2008, 1, 1)
_SETTLING_DAYS = 6400
"""Households settled between 2008-01-01 and 2025-07-10."""


class Scene:
    """What a story works with. `period` is the period after the cut-off in which the story goes on."""

    def __init__(self, registry: Registry, dice: Dice, shape: Shape, period: int) -> None:
        self.registry, self.dice, self.period = registry, dice, period
        self.household: Row = {
            "setaibango": registry.households.issue(),
            **places.address(dice, registry.here),
        }
        family = names.surname(dice)
        self.members = [new_resident(registry, dice, role, family, self.household) for role in shape]
        self.settled = _EARLIEST + timedelta(days=dice.below(_SETTLING_DAYS))
        self.clock = Clock(dice, datetime(2008, 1, 1, tzinfo=JST))
        if self.household["jusho_katagaki"]:
            self.mark("building")

    @property
    def head(self) -> Resident:
        """The head of the household."""
        return self.members[0]

    def mark(self, *kinds: str) -> None:
        """Note for every member in what way they are special."""
        for who in self.members:
            who.mark(*kinds)

    def settle(self, *residents: Resident) -> None:
        """Record people (all if none is named) as living here since years ago."""
        for who in residents or self.members:
            self._settle(who)

    def settle_with_past(self) -> None:
        """Record everybody, with the ordinary events of the years since."""
        self.settle()
        if self.dice.chance(0.35):
            at, home = self.clock.past(), self.address()
            for who in self.members:
                acts.relocate(who, at, home)
        for who in self.members:
            if self.dice.chance(0.12):
                who.mark("sub_number")
                acts.touch_up(who, self.clock.past(), {"sosashaid": "OP000099"})
        if self.dice.chance(0.08):
            acts.amend_ex_officio(self.head, self.clock.past(), "44", {})

    def elsewhere(self) -> tuple[str, str]:
        """Return code and text of a place in another municipality."""
        return places.elsewhere(self.dice, self.registry.here)

    def abroad(self) -> tuple[str, str]:
        """Return the empty code and the text of a place abroad."""
        return places.abroad(self.dice)

    def address(self, *, building: bool | None = None) -> Row:
        """Return the 住所 columns of another dwelling in the municipality."""
        return places.address(self.dice, self.registry.here, building=building)

    def start(self) -> datetime:
        """Return the moment of the story's first event after the cut-off."""
        return self.clock.start(self.period)

    def tick(self) -> datetime:
        """Return the moment of the next event, one to six days later."""
        return self.clock.tick()

    def past(self) -> datetime:
        """Return the moment of the next event that is still before the cut-off."""
        return self.clock.past()

    def _settle(self, who: Resident) -> None:
        born_here = who.birth > self.settled
        day = max(who.birth, self.settled)
        at = office_time(day + timedelta(days=self.dice.between(1, 10)), self.dice)
        if born_here:
            acts.be_born(who, at, {})
        else:
            foreign = who.register.latest["juminshubetsu"] == "2"
            acts.move_in(who, at, self.abroad() if foreign else self.elsewhere(), {}, day=day)
        self.clock.now = max(self.clock.now, at)
