"""Scores: what the evidence weighs, as a probability that both are one person.

Fellegi and Sunter's sum of log-weights, one per item and level of agreement, fitted together, so that items which hang
together are not counted twice (docs/decisions/0131 and 0132). The parameters are `parameters.json`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

import msgspec

from kyotsu.addressees.candidates import evidence as evidences
from kyotsu.addressees.candidates import features
from kyotsu.addressees.candidates.evidence import Evidence
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.frequencies import Frequencies


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fitted weights, in natural logarithms of odds."""

    people: int
    """On the register they were fitted to: on a larger one strangers agree more often."""
    intercept: float
    weights: Mapping[str, float]


class Score(NamedTuple):
    """What a pair's evidence comes to."""

    log_odds: float
    evidence: Evidence

    @property
    def probability(self) -> float:
        """That both are one person."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.log_odds))))

    @property
    def points(self) -> int:
        """得点: the probability in hundredths, 0 to 100."""
        return round(100 * self.probability)


@functools.cache
def parameters() -> Parameters:
    """Return the parameters that are shipped."""
    text = resources.files("kyotsu.addressees.candidates").joinpath("parameters.json").read_bytes()
    return msgspec.json.decode(text, type=Parameters)


class Scorer:
    """Scores pairs. The register's size and its frequent names are those of `frequencies`."""

    def __init__(self, frequencies: Frequencies, fitted: Parameters | None = None) -> None:
        self._frequencies = frequencies
        self._fitted = fitted or parameters()
        self._prior = math.log(self._fitted.people / max(frequencies.people, 1))
        self._known: dict[Evidence, float] = {}

    def score(self, query: Form, known: Form) -> Score:
        """Score somebody known."""
        return self.of_evidence(evidences.compare(query, known, self._frequencies))

    def of_evidence(self, evidence: Evidence) -> Score:
        """Score what agrees, however it was found."""
        log_odds = self._known.get(evidence)
        if log_odds is None:
            log_odds = self._known[evidence] = self._weigh(evidence)
        return Score(log_odds, evidence)

    def items(self, score: Score) -> Mapping[str, float]:
        """Return what each item adds to the log-odds: family, given, name, birth, sex, address, together."""
        found: dict[str, float] = {}
        for name, amount in features.of(score.evidence):
            item = features.item_of(name)
            found[item] = found.get(item, 0.0) + self._fitted.weights.get(name, 0.0) * amount
        return found

    def _weigh(self, evidence: Evidence) -> float:
        weights = self._fitted.weights
        total = sum(weights.get(name, 0.0) * amount for name, amount in features.of(evidence))
        return self._fitted.intercept + self._prior + total
