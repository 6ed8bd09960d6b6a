"""Recall@10, P@1 and acceptance at 1 % false accepts, whole and per category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

Ranked = Sequence[tuple[str, float]]
"""Candidates with their scores, best first."""


class Answer(NamedTuple):
    """What a query was answered, with the truth about it."""

    category: str
    truth: Collection[str]
    ranked: Ranked


class Figures(NamedTuple):
    """Shares of the queries of somebody on the register."""

    queries: int
    recall: float
    first: float
    accepted: float
    threshold: float

    def __str__(self) -> str:
        return f"n={self.queries} recall@10={self.recall:.4f} P@1={self.first:.4f} accepted={self.accepted:.4f}"


def threshold_of(answers: Sequence[Answer], false_accepts: float = 0.01) -> float:
    """Return the lowest score at which at most that share of the queries from nobody is accepted."""
    tops = sorted((a.ranked[0][1] if a.ranked else float("-inf") for a in answers if not a.truth), reverse=True)
    allowed = int(false_accepts * len(tops))
    return tops[allowed] if tops else float("-inf")


def figures(answers: Sequence[Answer], threshold: float) -> Figures:
    """Measure; a first candidate is accepted if its score is above the threshold."""
    real = [answer for answer in answers if answer.truth]
    if not real:
        return Figures(0, 0.0, 0.0, 0.0, threshold)
    found = sum(any(id_ in a.truth for id_, _ in a.ranked[:10]) for a in real)
    first = [a for a in real if a.ranked and a.ranked[0][0] in a.truth]
    accepted = sum(a.ranked[0][1] > threshold for a in first)
    return Figures(len(real), found / len(real), len(first) / len(real), accepted / len(real), threshold)


def by_category(answers: Sequence[Answer], threshold: float) -> Mapping[str, Figures]:
    """Measure every category that has queries of somebody."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.category].append(answer)
    return {name: figures(group, threshold) for name, group in sorted(groups.items()) if any(a.truth for a in group)}


def false_accepts(answers: Sequence[Answer], threshold: float) -> Mapping[str, tuple[int, int]]:
    """Count, per category of queries from nobody, those accepted and all."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if not answer.truth:
            groups[answer.category].append(answer)
    return {
        name: (sum(bool(a.ranked) and a.ranked[0][1] > threshold for a in group), len(group))
        for name, group in sorted(groups.items())
    }
