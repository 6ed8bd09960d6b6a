"""Wildcards and policy variables of IAM: `*` any characters, `?` one, `${aws:PrincipalAccount}` a value of the request.

Source: IAM User Guide, "IAM JSON policy elements: Resource" and "Variables and tags".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""What is known of a request: values by condition key. Keys are in lower case, a missing key has no value."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL_VARIABLES = {"*": "*", "?": "?", "$": "$"}
_DEFAULT = re.compile(r"(?P<key>[^,]+?)\s*(?:,\s*'(?P<default>[^']*)')?")


def has_variable(text: str) -> bool:
    """Tell whether `text` depends on the request."""
    return any(match[1] not in _LITERAL_VARIABLES for match in _VARIABLE.finditer(text))


def variables(text: str) -> list[str]:
    """Return the condition keys that `text` refers to, in lower case."""
    names = (match[1] for match in _VARIABLE.finditer(text) if match[1] not in _LITERAL_VARIABLES)
    return [_parts(name)[0] for name in names]


def expression(text: str, context: Context | None = None) -> str | None:
    """Return the regular expression that `text` stands for, or None if it needs a value that the request lacks."""
    parts: list[str] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        parts.append(_wild(text[position : match.start()]))
        value = _LITERAL_VARIABLES.get(match[1]) or _value(match[1], context or {})
        if value is None:
            return None
        parts.append(re.escape(value))  # a value never acts as a wildcard
        position = match.end()
    return "".join([*parts, _wild(text[position:])])


def literal(text: str, context: Context) -> str | None:
    """Return `text` with its variables replaced, or None if the request lacks one; wildcards stay characters."""
    parts: list[str] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        value = _LITERAL_VARIABLES.get(match[1]) or _value(match[1], context)
        if value is None:
            return None
        parts += [text[position : match.start()], value]
        position = match.end()
    return "".join([*parts, text[position:]])


def _wild(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")


def _parts(name: str) -> tuple[str, str | None]:
    match = _DEFAULT.fullmatch(name.strip())
    return (match["key"].lower(), match["default"]) if match else (name.lower(), None)


def _value(name: str, context: Context) -> str | None:
    key, default = _parts(name)
    values = context.get(key, ())
    return values[0] if len(values) == 1 else default


@lru_cache(maxsize=4096)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


def matches(text: str, value: str, context: Context) -> bool:
    """Tell whether `value` fits the pattern `text`."""
    source = expression(text, context)
    return source is not None and _compiled(source).fullmatch(value) is not None


@dataclass(frozen=True)
class Patterns:
    """Several patterns, of which one must fit. Those without wildcards are looked up, not tried."""

    exact: frozenset[str]
    wild: Callable[[str], object]
    dependent: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Patterns":
        """Prepare `texts`."""
        exact, wild, dependent = set[str](), list[str](), list[str]()
        for text in texts:
            if has_variable(text):
                dependent.append(text)
            elif "*" in text or "?" in text or "$" in text:
                wild.append(expression(text) or "")
            else:
                exact.add(text)
        together = re.compile("|".join(f"(?:{source})" for source in wild), re.DOTALL).fullmatch if wild else _never
        return cls(frozenset(exact), together, tuple(dependent))

    def match(self, value: str, context: Context) -> bool:
        """Tell whether one of the patterns fits `value`."""
        if value in self.exact or self.wild(value) is not None:
            return True
        return any(matches(text, value, context) for text in self.dependent)


def _never(_value: str) -> None:
    return None
