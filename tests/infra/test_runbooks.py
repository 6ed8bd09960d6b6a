"""Every alarm has a page for whoever it wakes, and every page an alarm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.app import ROOT
from kyotsu_cli.dead_letters import KINDS
from tests.infra.conftest import Synthesis
from tests.infra.templates import Template
from tests.infra.test_alarm_courses import alarms, page

FOLDER = ROOT / "docs" / "runbooks"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "logs.md")
HEADINGS = ["何が起きたか", "影響", "まず見る所", "直し方", "再発防止"]


def _linked(synthesis: Synthesis, deployment: str) -> set[str]:
    stacks: list[Template] = [t for t in synthesis.templates(deployment) if not t.stack.endswith("-Stateful")]
    return {page(alarm) for _, alarm, _ in alarms(stacks)}


def test_every_alarm_has_a_page_and_every_page_an_alarm(synthesis: Synthesis, deployment: str) -> None:
    assert _linked(synthesis, deployment) == {path.stem for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_why_where_how_and_how_not_again(path: Path) -> None:
    title, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert re.fullmatch(r"# .+\n\n", title)
    assert [part.split("\n", 1)[0] for part in parts] == HEADINGS
    assert all(part.split("\n", 1)[1].strip() for part in parts)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_a_page_links_to_exists(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert (FOLDER / link).is_file(), link


def test_the_command_knows_every_queue_of_dead_letters_and_where_its_messages_go(
    synthesis: Synthesis, deployment: str
) -> None:
    outputs, watched = dict[str, str](), set[str]()
    for template in synthesis.templates(deployment):
        outputs |= {name: template.resolve(output["Value"]) for name, output in template.body["Outputs"].items()}
        if not template.stack.endswith("-Stateful"):
            found = [alarm for _, alarm, _ in alarms([template]) if page(alarm) == "dead-letters-waiting"]
            watched |= {alarm["Dimensions"][0]["Value"].replace(".QueueName", "") for alarm in found}
    assert {outputs[kind.output] for kind in KINDS} == watched
    assert {kind.back_to for kind in KINDS if kind.back_to} <= outputs.keys()
    assert all(kind.back_to or kind.instead for kind in KINDS)
