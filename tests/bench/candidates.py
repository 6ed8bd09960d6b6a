"""Candidate search: how well it finds, what it compares and reads, and its own time on 20,000 and 200,000 people.

Quality is measured on the development set (`tests/data/candidates`) and on an invented town with other seeds than the
parameters were fitted to. Time is this process's, without what the index itself takes: on the table that is a network.
Figures per search are medians of rounds; the two registers are searched side by side.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from statistics import mean

from kyotsu.addressees.candidates import files, forms, scoring, searching
from kyotsu.addressees.candidates.people import Query
from tests.bench.rounds import on_one_core, rate, spread
from tools.candidates import development, measuring
from tools.candidates import unseen as unseen_kinds
from tools.candidates.measuring import Answer
from tools.candidates.training import World, measured

SEED = 31
SMALL, LARGE = 20_000, 200_000
QUERIES, NOBODIES, EACH, ROUNDS = 1650, 900, 50, 5
_TIMED = 600


def main() -> None:
    """Measure and print."""
    on_one_core()
    answers, found = development.answers()
    _say("development set, 3,063 people", answers)
    _say_costs(found)
    _say_compared(answers, found)
    small, large = World(SEED, SMALL, None), World(SEED + 1, LARGE, None)
    asked = list(small.asked(QUERIES, NOBODIES, None))
    _say(f"invented town, {SMALL:,} people", measured(small, asked, scoring.parameters()))
    unseen = list(unseen_kinds.unseen(small, EACH, NOBODIES))
    _say("kinds of mistakes that nothing was fitted to", measured(small, unseen, scoring.parameters()))
    _time([small, large])


def _say(title: str, answers: Sequence[Answer]) -> None:
    threshold = measuring.threshold_of(answers)
    sys.stdout.write(f"{title}\n  {'all':20} {measuring.figures(answers, threshold)}\n")
    even = measuring.figures(answers, 0.0)
    taken = sum(accepted for accepted, _ in measuring.false_accepts(answers, 0.0).values())
    sys.stdout.write(f"  at even odds         accepted={even.accepted:.4f}, of nobody {taken}\n")
    for name, numbers in measuring.by_category(answers, threshold).items():
        sys.stdout.write(f"  {name:20} {numbers}\n")
    for name, (accepted, count) in measuring.false_accepts(answers, threshold).items():
        sys.stdout.write(f"  {name:20} accepted {accepted} of {count}\n")


def _say_costs(found: Sequence[searching.Found]) -> None:
    compared, reads = mean(f.compared for f in found), mean(f.reads for f in found)
    most = max(f.reads for f in found)
    assert most <= searching.MOST_READS
    limit = f"(limit {searching.MOST_READS})"
    sys.stdout.write(f"  pairs compared {compared:.1f}, reads {reads:.1f} per search; most reads {most} {limit}\n")


def _say_compared(answers: Sequence[Answer], found: Sequence[searching.Found]) -> None:
    """Print how many pairs a search compares, per category."""
    compared: dict[str, list[int]] = {}
    for answer, one in zip(answers, found, strict=True):
        compared.setdefault(answer.category, []).append(one.compared)
    told = ", ".join(f"{name} {mean(counts):.1f}" for name, counts in sorted(compared.items()))
    sys.stdout.write(f"  pairs compared by category: {told}\n")


def _time(worlds: Sequence[World]) -> None:
    """Search each register for people of its own, again and again with scorers that know nothing yet."""
    queries = [
        [files.QueryLine(**asked.query).query() for asked in world.asked(_TIMED * 2 // 3, _TIMED // 3, None)]
        for world in worlds
    ]
    times: list[list[float]] = [[] for _ in worlds]
    for _ in range(ROUNDS):
        for world, asked, seconds in zip(worlds, queries, times, strict=True):
            scorer = scoring.Scorer(world.frequencies)
            searches = rate(len(asked), partial(_search, world, asked, scorer))
            seconds.append(1000 / searches)
    for world, asked, seconds in zip(worlds, queries, times, strict=True):
        middle, low, high = spread(seconds)
        sys.stdout.write(f"{len(world.rows):,} people: {middle:.2f} ms per search ({low:.2f} - {high:.2f})\n")
        _say_costs(_search(world, asked, scoring.Scorer(world.frequencies)))
    sys.stdout.write(
        f"slope: {spread(times[1])[0] / spread(times[0])[0]:.1f} times the time for ten times the people\n"
    )


def _search(world: World, asked: Sequence[Query], scorer: scoring.Scorer) -> list[searching.Found]:
    return [searching.search(forms.of_query(query), world.index, scorer) for query in asked]


if __name__ == "__main__":
    main()
