"""The Condition block of a policy. An operator or key that is not known here stops whoever reads the policy.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or
values" and "AWS global condition context keys".
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from infra.sandbox.access.known_keys import is_known
from infra.sandbox.access.patterns import Context, literal, matches, variables

Test = Callable[[str, str, Context], bool]
"""Whether a value of the request fits a value of the policy."""


class UnknownConditionError(ValueError):
    """A policy uses an operator or a key that the sandbox can't evaluate; the text names it."""


def _equal(value: str, wanted: str, context: Context) -> bool:
    return value == literal(wanted, context)


def _equal_ignoring_case(value: str, wanted: str, context: Context) -> bool:
    text = literal(wanted, context)
    return text is not None and value.casefold() == text.casefold()


def _arn_like(value: str, wanted: str, context: Context) -> bool:
    """Compare ARNs part by part: a wildcard never reaches over one of the first five colons."""
    values, patterns = value.split(":", 5), wanted.split(":", 5)
    if wanted == "*":
        return True
    if len(values) != 6 or len(patterns) != 6:
        return False
    return all(matches(pattern, part, context) for part, pattern in zip(values, patterns, strict=True))


def _boolean(value: str, wanted: str, context: Context) -> bool:
    return _equal_ignoring_case(value, wanted, context)


def _address(value: str, wanted: str, _context: Context) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    return False


def _compared(convert: Callable[[str], float], compare: Callable[[float, float], bool]) -> Test:
    def test(value: str, wanted: str, context: Context) -> bool:
        text = literal(wanted, context)
        with suppress(ValueError):
            return text is not None and compare(convert(value), convert(text))
        return False

    return test


def _moment(text: str) -> float:
    return float(text) if re.fullmatch("[0-9.]+", text) else datetime.fromisoformat(text).timestamp()


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_OPERATORS: dict[str, Test] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": lambda value, wanted, context: matches(wanted, value, context),
    "ArnEquals": _arn_like,  # the two behave alike, says the guide
    "ArnLike": _arn_like,
    "Bool": _boolean,
    "IpAddress": _address,
    **{f"Numeric{name}": _compared(float, compare) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": _compared(_moment, compare) for name, compare in _COMPARISONS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
Quantifier = Literal["ForAnyValue", "ForAllValues"]


@dataclass(frozen=True)
class Condition:
    """One operator applied to one key."""

    key: str
    wanted: tuple[str, ...]
    test: Test | None
    """None: the operator is Null."""
    negated: bool = False
    quantifier: Quantifier | None = None
    if_exists: bool = False

    def holds(self, context: Context) -> bool:
        """Tell whether the request fits."""
        values = context.get(self.key, ())
        test = self.test
        if test is None:
            return any((not values) == (wanted.lower() == "true") for wanted in self.wanted)
        if not values:
            # A missing key fits no positive operator and every negated one; an empty set is a subset of any.
            return self.if_exists or self.quantifier == "ForAllValues" or (self.negated and self.quantifier is None)
        fits = (any(test(value, wanted, context) for wanted in self.wanted) != self.negated for value in values)
        if self.quantifier == "ForAllValues" or (self.negated and self.quantifier is None):
            return all(fits)
        return any(fits)


def compiled(block: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Read a Condition block; all of its conditions must hold. Raises UnknownConditionError."""
    return tuple(_condition(name, key, wanted) for name, keys in block.items() for key, wanted in keys.items())


def _condition(name: str, key: str, wanted: Any) -> Condition:
    texts = _texts(wanted)
    for used in (key.lower(), *(used for text in texts for used in variables(text))):
        if not is_known(used):
            raise UnknownConditionError(f"condition key {used}")
    prefix, _, rest = name.rpartition(":")
    if prefix not in ("", "ForAnyValue", "ForAllValues"):
        raise UnknownConditionError(f"condition operator {name}")
    quantifier: Quantifier | None = None if not prefix else "ForAnyValue" if prefix == "ForAnyValue" else "ForAllValues"
    if rest == "Null" and quantifier is None:
        return Condition(key.lower(), texts, None)
    base = rest.removesuffix("IfExists")
    positive = _NEGATED.get(base, base)
    if positive not in _OPERATORS:
        raise UnknownConditionError(f"condition operator {name}")
    return Condition(key.lower(), texts, _OPERATORS[positive], base in _NEGATED, quantifier, rest != base)


def _texts(wanted: Any) -> tuple[str, ...]:
    values: Iterable[Any] = wanted if isinstance(wanted, list) else [wanted]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
