"""Fit the parameters of the candidate search and write them; measure on what was not fitted to.

    python -m tools.candidates.training [--held-out]

`--held-out` fits to half of the names and half of the kinds of corruption and measures on the other halves, and writes
nothing. Everything follows from the seed that is printed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from kyotsu.addressees.candidates import features, files, forms, frequencies, scoring, searching
from kyotsu.addressees.candidates.memory import MemoryPostings
from tools.candidates import corruption, measuring, queries
from tools.candidates.fitting import counted, fit
from tools.candidates.register import Register, Row
from tools.candidates.vocabulary import Vocabulary

SEED = 20260401
PEOPLE = 20_000
QUERIES, NOBODIES = 30_000, 13_500
TARGET = Path(scoring.__file__).with_name("parameters.json")


class World:
    """A register with its index, and queries."""

    def __init__(self, seed: int, people: int, half: int | None) -> None:
        self.random = Random(seed)
        self.register = Register(Vocabulary(half), self.random)
        self.rows: list[Row] = self.register.people(people)
        lines = (json.dumps(row).encode() for row in self.rows)
        self.index = MemoryPostings(files.people(lines))
        self.frequencies = frequencies.of(posting.form for posting in self.index.postings)

    def asked(self, somebody: int, nobody: int, kinds: Sequence[str] | None) -> Iterator[queries.Asked]:
        """Yield queries of both sorts."""
        yield from queries.somebody(self.rows, self.register, self.random, somebody, kinds)
        yield from queries.nobody(self.rows, self.register, self.random, nobody)

    def found(self, asked: queries.Asked, scorer: scoring.Scorer, most: int = 10) -> searching.Found:
        """Search for a query."""
        line = files.QueryLine(**asked.query)
        return searching.search(forms.of_query(line.query()), self.index, scorer, most)


def fitted(world: World, asked: Iterable[queries.Asked]) -> scoring.Parameters:
    """Fit weights to every pair that searches compare, and to how much more each of them is seen than others."""
    scorer = scoring.Scorer(world.frequencies, scoring.Parameters(world.frequencies.people, 0.0, {}))
    pairs: Counter[tuple[tuple[features.Feature, ...], bool]] = Counter()
    for one in asked:
        found = world.found(one, scorer, most=1_000_000)
        pairs += counted((tuple(features.of(c.score.evidence)), c.id in one.truth) for c in found.candidates)
    print(f"{sum(pairs.values())} pairs, {len(pairs)} distinct", file=sys.stderr)
    intercept, weights = fit(pairs)
    return scoring.Parameters(world.frequencies.people, *from_nothing(intercept, weights))


def from_nothing(intercept: float, weights: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Shift weights so that an item of which nothing is known weighs nothing; every pair's sum stays as it was."""
    shifted = dict(weights)
    for name, weight in weights.items():
        item, _, level = name.partition("=")
        if level in ("none", "none/none"):
            intercept += weight
            shifted |= {other: weights[other] - weight for other in weights if other.startswith(f"{item}=")}
    return round(intercept, 4), {name: round(weight, 4) for name, weight in shifted.items()}


def measured(world: World, asked: Iterable[queries.Asked], parameters: scoring.Parameters) -> list[measuring.Answer]:
    """Search for queries with fitted parameters."""
    scorer = scoring.Scorer(world.frequencies, parameters)
    answers = []
    for one in asked:
        ranked = [(c.id, c.score.log_odds) for c in world.found(one, scorer).candidates]
        answers.append(measuring.Answer(one.category, one.truth, ranked))
    return answers


def reliability(answers: Sequence[measuring.Answer]) -> None:
    """Print, for each tenth of probability, how often the first candidate is the one."""
    tenths: dict[int, list[bool]] = {}
    for answer in answers:
        for id_, log_odds in answer.ranked[:1]:
            tenth = min(9, int(10 / (1 + math.exp(-log_odds))))
            tenths.setdefault(tenth, []).append(id_ in answer.truth)
    for tenth, right in sorted(tenths.items()):
        print(f"  {tenth * 10:3}-{tenth * 10 + 10:3} points: {sum(right) / len(right):.3f} of {len(right)} right")


def report(answers: Sequence[measuring.Answer]) -> None:
    """Print the figures, whole and per category."""
    threshold = measuring.threshold_of(answers)
    print("all", measuring.figures(answers, threshold), f"threshold={threshold:.2f}")
    for name, numbers in measuring.by_category(answers, threshold).items():
        print(f"  {name:20}", numbers)
    for name, (accepted, count) in measuring.false_accepts(answers, threshold).items():
        print(f"  {name:20} accepted {accepted} of {count}")


def main() -> None:
    """Fit, measure, and write the parameters unless part of the data was held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    scale = options.scale
    print(f"seed {SEED}, scale {scale}")
    kinds = list(corruption.KINDS)
    half = 0 if options.held_out else None
    world = World(SEED, int(PEOPLE * scale), half)
    asked = world.asked(int(QUERIES * scale), int(NOBODIES * scale), kinds[::2] if options.held_out else kinds)
    parameters = fitted(world, asked)
    other = World(SEED + 1, int(PEOPLE * scale), 1 if options.held_out else None)
    unseen = other.asked(int(3300 * scale), int(1800 * scale), kinds[1::2] if options.held_out else kinds)
    answers = measured(other, unseen, parameters)
    report(answers)
    reliability(answers)
    if not options.held_out:
        shipped = {"people": parameters.people, "intercept": parameters.intercept, "weights": parameters.weights}
        TARGET.write_text(json.dumps(shipped, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
