"""The one catalogue of outcomes (design.md, Errors, logs, events)."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.outcomes import Level, Outcome, all_outcomes, by_code
from tools.outcomes import FILE, document

ROOT = Path(__file__).parents[3]
PRODUCT = [path for folder in ("layers/kyotsu/python", "functions", "cli") for path in (ROOT / folder).rglob("*.py")]
NAMES = {name: value for name, value in vars(outcomes).items() if isinstance(value, Outcome)}
PREFIXES = {"E": Level.ERROR, "W": Level.REMARK, "I": Level.INFO}


def placeholders(outcome: Outcome) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(outcome.message) if name is not None}


def test_codes_are_unique_well_formed_and_agree_with_their_level() -> None:
    codes = [outcome.code for outcome in NAMES.values()]
    assert len(set(codes)) == len(codes) == len(all_outcomes())
    for outcome in all_outcomes():
        assert re.fullmatch(r"[EWI][0-9]{4}", outcome.code)
        assert PREFIXES[outcome.code[0]] is outcome.level
        assert by_code(outcome.code) is outcome


def test_a_code_can_not_be_defined_twice() -> None:
    with pytest.raises(ValueError, match="E0001"):
        outcomes._define("E0001", Level.ERROR, "")


@pytest.mark.parametrize("outcome", all_outcomes(), ids=lambda outcome: outcome.code)
def test_sentences_are_japanese_and_leave_no_placeholder(outcome: Outcome) -> None:
    fields = dict.fromkeys(placeholders(outcome), "■")
    sentence = outcome.sentence(**fields)
    assert sentence.count("■") >= len(fields)
    assert sentence.endswith("。")
    assert "{" not in sentence or outcome is outcomes.KEY_MALFORMED


@pytest.mark.parametrize("name", NAMES)
def test_every_outcome_is_used_by_the_product(name: str) -> None:
    use = re.compile(rf"\boutcomes\.{name}\b")
    assert any(use.search(path.read_text(encoding="utf-8")) for path in PRODUCT)


@pytest.mark.parametrize("name", [name for name, outcome in NAMES.items() if placeholders(outcome)])
def test_every_placeholder_is_filled_where_the_outcome_is_used(name: str) -> None:
    """Each use names the fields of its sentence, within the statement (`item` is added for all row problems)."""
    wanted = placeholders(NAMES[name]) - {"item"}
    for path in PRODUCT:
        text = path.read_text(encoding="utf-8")
        for use in re.finditer(rf"(?<!is )\boutcomes\.{name}\b", text):
            near = text[max(0, use.start() - 250) : use.end() + 250]
            assert not [field for field in wanted if not re.search(rf'\b{field}=|"{field}":', near)], path


def test_the_documentation_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run .venv/bin/python tools/outcomes.py"
    assert all(f'<a id="{outcome.code.lower()}">' in document() for outcome in all_outcomes())


def test_an_error_says_its_sentence_and_carries_its_code() -> None:
    error = KyotsuError(outcomes.UNKNOWN_BRANCH, interface="001o006", branch="99")
    assert (str(error), error.code) == ("連携ID 001o006 に枝番 99 はありません。枝番を確認してください。", "E1104")
