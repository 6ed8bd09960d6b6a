"""The rules of an item's value. Each stands here once: what must hold, the outcome if it does not, a right value.

A layout's type gives an item its rules; a name of 項目定義書 that is a number with a form of its own adds to them, in
whatever interface it stands. Codes and sentences are those of `contracts.outcomes`; docs/outcomes.md shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kyotsu.catalogue.layouts import Item, ItemType
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese import forms, text
from kyotsu.japanese.forms import Holds

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


def _type_rule(name: str, kind: forms.Kind) -> Rule:
    if name == ItemType.DATE:
        return Rule(kind.holds, outcomes.NOT_A_DATE, {})
    if name == ItemType.TIME:
        return Rule(kind.holds, outcomes.NOT_A_TIME, {})
    return Rule(kind.holds, outcomes.CHARACTER_CLASS, {"expected": kind.words})


def _usually(usual: forms.Usual) -> Rule:
    if usual.checked is not None:
        return Rule(usual.holds, outcomes.CHECK_DIGIT_WRONG, {})
    return Rule(usual.holds, outcomes.FORM_UNUSUAL, {"length": usual.length})


TYPES: Mapping[ItemType, Form] = {
    ItemType(name): Form(kind.example, (_type_rule(name, kind),)) for name, kind in forms.TYPES.items()
}
"""Rules of a type. Strings and integers also have a length (TOO_LONG), and items with codes only those (CODE_VALUE)."""

NAMES: Mapping[str, Form] = {
    **{name: Form(number.example, _digits(number.length, number.checked)) for name, number in forms.NUMBERS.items()},
    **{
        name: Form(usual.example, TYPES[ItemType.HALF_WIDTH].rules, (_usually(usual),))
        for name, usual in forms.USUAL.items()
    },
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
