"""The rules of an item's value. Each stands here once: what must hold, the outcome if it does not, a right value.

A layout's type gives an item its rules; a name of 項目定義書 that is a number with a form of its own adds to them, in
whatever interface it stands. Codes and sentences are those of `contracts.outcomes`; docs/outcomes.md shows both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kyotsu.catalogue.layouts import Item, ItemType
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese import dates, digits, text

Holds = Callable[[str], bool]
Told = tuple[Outcome, str]
"""An outcome and its sentence for one item."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of a value, and what is told if it does not."""

    holds: Holds
    outcome: Outcome
    fields: Mapping[str, object]

    def told(self, item: str, example: str) -> Told:
        """Return the outcome and its sentence about an item."""
        return self.outcome, sentence(self.outcome, item, example, **self.fields)


@dataclass(frozen=True, slots=True)
class Form:
    """The rules of a kind of item; the first that does not hold is told."""

    example: str
    rules: tuple[Rule, ...]
    remarks: tuple[Rule, ...] = ()


def _exactly(length: int) -> Holds:
    return lambda value: len(value) == length


def _digits(length: int, check: Holds) -> tuple[Rule, ...]:
    return (
        Rule(text.is_digits, outcomes.CHARACTER_CLASS, {"expected": "半角数字"}),
        Rule(_exactly(length), outcomes.FIXED_LENGTH, {"length": length}),
        Rule(check, outcomes.CHECK_DIGIT, {}),
    )


def _usually(length: int) -> Rule:
    holds: Holds = lambda value: len(value) == length and text.is_digits(value)  # noqa: E731 - one expression
    return Rule(holds, outcomes.FORM_UNUSUAL, {"length": length})


TYPES: Mapping[ItemType, Form] = {
    ItemType.DATE: Form("2026-04-01", (Rule(dates.is_date, outcomes.NOT_A_DATE, {}),)),
    ItemType.TIME: Form("09:30:00", (Rule(dates.is_time, outcomes.NOT_A_TIME, {}),)),
    ItemType.INTEGER: Form("1", (Rule(text.is_digits, outcomes.CHARACTER_CLASS, {"expected": "半角数字"}),)),
    ItemType.HALF_WIDTH: Form("A123", (Rule(text.is_half_width, outcomes.CHARACTER_CLASS, {"expected": "半角文字"}),)),
    ItemType.FULL_WIDTH: Form(
        "山田　太郎", (Rule(text.is_full_width, outcomes.CHARACTER_CLASS, {"expected": "全角文字"}),)
    ),
}
"""Rules of a type. Strings and integers also have a length (TOO_LONG), and items with codes only those (CODE_VALUE)."""

_CODE_CHECKED = Rule(
    lambda value: len(value) == 6 and text.is_digits(value) and digits.is_municipality_code(value),
    outcomes.CHECK_DIGIT_WRONG,
    {},
)
NAMES: Mapping[str, Form] = {
    "kojinbango": Form("123456789018", _digits(12, digits.is_individual_number)),
    "juminhyokodo": Form("10000000006", _digits(11, digits.is_resident_record_code)),
    "shikuchosonkodo": Form("141003", _digits(6, digits.is_municipality_code)),
    "_shikuchosonkodo": Form("141003", TYPES[ItemType.HALF_WIDTH].rules, (_CODE_CHECKED,)),
    "_choazakodo": Form("0001001", TYPES[ItemType.HALF_WIDTH].rules, (_usually(7),)),
    "_yubinbango": Form("1000001", TYPES[ItemType.HALF_WIDTH].rules, (_usually(7),)),
}
"""Names of 項目定義書 whose values have a form of their own; one that begins with `_` stands for all that end so.

Where the standard does not say what a number must be (an address abroad, a postal code of 1990), the row is accepted
with a remark (docs/decisions/0080)."""


def form_of(item: Item) -> Form:
    """Return the form of an item's values."""
    for name, form in NAMES.items():
        if item.romaji == name or (name.startswith("_") and item.romaji.endswith(name)):
            return form
    return TYPES[item.type]


def example_of(item: Item) -> str:
    """Return a right value of an item."""
    return min(item.codes) if item.codes else form_of(item).example


def sentence(outcome: Outcome, item: str, example: str, **fields: object) -> str:
    """Return an outcome's sentence about an item, with a right value unless the sentence has one itself."""
    told = outcome.sentence(item=item, **fields)
    return told if not example or example in told else f"{told}（例：{example}）"


def rules_of(item: Item) -> tuple[tuple[Holds, Told], ...]:
    """Return what must hold of an item's value (one that is not empty), in the order it is told."""
    example = example_of(item)
    if item.codes:
        rules: tuple[Rule, ...] = (Rule(item.codes.__contains__, outcomes.CODE_VALUE, {"codes": item.code_labels}),)
    else:
        rules = form_of(item).rules + _length_of(item)
    if item.key:
        rules += (Rule(_no_space, outcomes.SPACE_IN_KEY, {}),)
    return tuple((rule.holds, rule.told(item.name, example)) for rule in rules)


def remarks_of(item: Item) -> tuple[tuple[Holds, Told], ...]:
    """Return what usually holds of an item's value; a row whose value is otherwise is accepted and remarked."""
    if item.codes:
        return ()
    form = form_of(item)
    return tuple((rule.holds, rule.told(item.name, form.example)) for rule in form.remarks)


def _length_of(item: Item) -> tuple[Rule, ...]:
    if item.type in (ItemType.DATE, ItemType.TIME):
        return ()
    length = item.length
    # Counting selectors is slow and can only make the count smaller.
    holds: Holds = lambda value: len(value) <= length or text.character_count(value) <= length  # noqa: E731
    return (Rule(holds, outcomes.TOO_LONG, {"length": length}),)


def _no_space(value: str) -> bool:
    return " " not in value
