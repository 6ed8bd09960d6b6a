"""Who is searched for, and who is known: texts as they were typed or registered. They never show in a `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class NameKind(IntEnum):
    """Which of a person's names one is."""

    CURRENT = 0
    TSUSHO = 1
    EARLIER = 2
    """旧氏, or an earlier name altogether."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name a person has or had, in whatever of the three writings is known; each may be empty."""

    kanji: str = field(default="", repr=False)
    """氏名 or 通称 as registered, in kana or Latin letters too."""
    kana: str = field(default="", repr=False)
    latin: str = field(default="", repr=False)
    kind: NameKind = NameKind.CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the register: the current name first, then 通称, then earlier names."""

    id: str
    names: tuple[Name, ...] = field(repr=False)
    birth: str = field(default="", repr=False)
    """YYYY-MM-DD; parts that are unknown are zeros; empty: unknown."""
    sex: str = field(default="", repr=False)
    """性別: "1", "2", or anything else for unknown."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    """The current one first (empty, if there is none), then earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Who is searched for; every item may be empty."""

    name: str = field(default="", repr=False)
    kana: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
