"""The script: every story is told, weights mean what they say, a household keeps its story wherever it stands."""

from __future__ import annotations

from collections import Counter

from kyotsu_cli.town.moments import PERIODS
from kyotsu_cli.town.people import Registry
from kyotsu_cli.town.places import find_municipality
from kyotsu_cli.town.script import ORDINARY, SCRIPT, STORIES, play
from tests.unit.town.reading import Town


def test_weights_are_parts_of_a_thousand() -> None:
    assert sum(story.weight for story in STORIES) == 1000


def test_every_story_is_scripted_and_repeats_in_another_period() -> None:
    told = Counter(story for story, _ in SCRIPT)
    assert told == Counter({story: story.scripted for story in STORIES if story is not ORDINARY})
    assert len(set(SCRIPT)) == len(SCRIPT)
    assert {period for _, period in SCRIPT} == set(range(PERIODS))


def test_every_reason_a_branch_knows_is_used(town: Town) -> None:
    reasons: dict[str, set[str]] = {}
    for sent in (sent for rows in town.files.values() for sent in rows if sent.row["saishinfuragu"] == "1"):
        reasons.setdefault(sent.branch, set()).add(sent.row["idojiyu"])
    assert reasons["01"] >= {"01", "02"}
    assert reasons["03"] >= {"21", "22"}
    assert reasons["04"] >= {"50", "51", "53"}
    assert reasons["06"] == {"23", "26"}
    assert reasons["07"] >= {"04", "05"}
    assert reasons["09"] >= {"06", "09"}
    assert reasons["10"] == {"26", "28"}
    assert reasons["11"] >= {"07", "42", "45", "48", "54", "58", "59"}


def test_a_story_has_room_on_the_time_line() -> None:
    """No seed makes a story run out of past or of its period (the clock would raise)."""
    registry = Registry(99, find_municipality("141003"))
    for household in range(4000):
        scene = play(registry, household, 10)
        for who in scene.members:
            moments = [sent.operated_at for sent in who.register.differences()]
            assert moments == sorted(moments)
            assert all(sent.operated_at < "2026-04-01" for sent in who.register.full())
