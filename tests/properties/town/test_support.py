"""Requirement: the town's 支援措置 stories end as they say, however their files arrive (docs/decisions/0094, 0095)."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from kyotsu_cli.town.support import COLUMNS, STORIES, TRUTH, generate_support
from tests.fakes.deployment import Deployment
from tests.fakes.support import SUPPORT_COLUMNS, protected

NUMBERS = [f"{number:014d}" for number in range(100, 100 + 2 * len(STORIES))]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's files about these people."""
    folder = tmp_path_factory.mktemp("town")
    generate_support(NUMBERS, folder, municipality="141003")
    return folder


def test_every_story_is_told_and_some_end_each_way(town: Path) -> None:
    lines = [json.loads(line) for line in (town / TRUTH).read_text("utf-8").splitlines()]
    assert [line["story"] for line in lines] == [story.name for story in STORIES]
    assert {line["protected"] for line in lines} == {True, False}
    assert COLUMNS == SUPPORT_COLUMNS


@pytest.mark.parametrize("seed", range(24))
def test_the_product_agrees_whatever_the_order(town: Path, seed: int) -> None:
    files = sorted(town.glob("outbox/*/*.csv"))
    assert len(files) == 4
    order = Random(seed)
    sent = [*files, *order.sample(files, 2)]
    order.shuffle(sent)
    deployment = Deployment()
    for path in sent:
        assert deployment.send(path.name, path.read_bytes())["status"] == "ACCEPTED"
    lines = [json.loads(line) for line in (town / TRUTH).read_text("utf-8").splitlines()]
    assert protected(deployment, NUMBERS) == {line["addressee_number"] for line in lines if line["protected"]}


def test_a_small_town_has_as_many_stories_as_people(tmp_path: Path) -> None:
    assert len(generate_support(NUMBERS[:2], tmp_path, municipality="141003")) == 4
    assert len((tmp_path / TRUTH).read_text("utf-8").splitlines()) == 2
