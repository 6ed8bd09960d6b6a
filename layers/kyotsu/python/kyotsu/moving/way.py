"""A case's way through its machine as text: states it passed, what was chosen, where it stands, what may follow."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import Entry, WaitName
from kyotsu.moving.moves import MACHINE

_LONGEST = 40
"""Visits that are drawn; of a longer way its end."""
_INNER = 36
_FAILURES = frozenset({"NotFinished", "UnknownResult"})
"""Ends of an execution that the next one follows; told only where they happened."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A state that a case entered."""

    state: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as its file says it, without its choices: where each state leads, and by which word."""

    definition: Mapping[str, Any]

    @property
    def states(self) -> Sequence[str]:
        """Names of all states but choices, in the file's order."""
        return [name for name, state in self.definition["States"].items() if state["Type"] != "Choice"]

    def edges(self, state: str) -> list[tuple[str, str]]:
        """Return words and states that follow; the word is empty where there is nothing to choose.

        Nothing follows a state that the machine had once and has no more.
        """
        target = self.definition["States"].get(state, {}).get("Next")
        if target is None:
            return []
        chooser = self.definition["States"][target]
        if chooser["Type"] != "Choice":
            return [("", target)]
        return [(str(choice.get("StringEquals", "")), choice["Next"]) for choice in chooser["Choices"]]

    def words(self, state: str, target: str) -> str:
        """Return the words by which one state leads to another."""
        return "・".join(word for word, to in self.edges(state) if to == target and word)

    def waits(self, name: WaitName) -> str:
        """Return the state that waits under a name."""
        found = self.definition["States"].items()
        waiting = [state for state, told in found if told.get("Parameters", {}).get("Payload", {}).get("wait") == name]
        return str(waiting[0])

    def passed(self, history: Sequence[Entry], waiting: WaitName | None) -> list[Visit]:
        """Return the visits that a case's history tells of, when the executions' own are gone, and where it waits.

        States that write nothing are missing.
        """
        known = set(self.states)
        found = [Visit(entry.step, entry.at) for entry in history if entry.by == MACHINE and entry.step in known]
        return [*found, Visit(self.waits(waiting))] if waiting else found


def drawn(machine: Machine, visits: Sequence[Visit], called: Mapping[str, str], *, stands: bool) -> Iterator[str]:
    """Yield lines. `called`: what each state is called; `stands`: whether the last visit is where the case is now."""
    shown = list(visits[-_LONGEST:])
    if len(visits) > len(shown):
        yield f"（これより前の {len(visits) - len(shown)} 回は省略）"
    for place, visit in enumerate(shown):
        is_last = place == len(shown) - 1
        yield from _box(visit, called, first=place == 0, last=is_last, now=is_last and stands)
        if not is_last:
            words = machine.words(visit.state, shown[place + 1].state)
            yield " " * (_INNER // 2 + 1) + f"│ {words}".rstrip()
    if shown and stands:
        yield from _next(machine.edges(shown[-1].state))
    passed = {visit.state for visit in visits} | _FAILURES
    missed = [state for state in machine.states if state not in passed]
    yield f"通っていない状態：{'、'.join(missed) or 'なし'}"


def _box(visit: Visit, called: Mapping[str, str], *, first: bool, last: bool, now: bool) -> Iterator[str]:
    side, top, bottom = ("║", "╔═╗╧", "╚═╝╤") if now else ("│", "┌─┐┴", "└─┘┬")
    label = f" {visit.state} {called.get(visit.state, '')}".rstrip()
    moment = f" {visit.at.astimezone(JST):%Y-%m-%d %H:%M:%S}" if visit.at else ""
    yield _edge(top, joined=not first)
    yield side + label + " " * max(1, _INNER - _width(label)) + side + moment + (" ◀ 現在" if now else "")
    yield _edge(bottom, joined=now or not last)


def _edge(parts: str, *, joined: bool) -> str:
    left, line, right, joint = tuple(parts)
    half = _INNER // 2
    return left + line * half + (joint if joined else line) + line * (_INNER - half - 1) + right


def _next(edges: Sequence[tuple[str, str]]) -> Iterator[str]:
    indent = " " * (_INNER // 2 + 1)
    for place, (word, target) in enumerate(edges):
        corner = "└" if place == len(edges) - 1 else "├"
        yield f"{indent}{corner}─ {word} → {target}" if word else f"{indent}{corner}→ {target}"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
