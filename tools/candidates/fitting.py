"""Logistic regression on what agrees: the sum of log-weights that tells pairs of one person from others best."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

Row = tuple[tuple[str, float], ...]
"""The features of a pair."""
Vector = list[float]
Data = Sequence[tuple[Sequence[tuple[int, float]], bool, float]]
_MEMORY = 10
_SMALL = 1e-4


def fit(
    pairs: Mapping[tuple[Row, bool], float], rounds: int = 300, smoothing: float = 2.0
) -> tuple[float, dict[str, float]]:
    """Return intercept and weights for pairs with their counts. Deterministic; a ridge is against overfitting.

    L-BFGS until nothing gets better by a part in a million, or for so many rounds.
    """
    names = sorted({name for row, _ in pairs for name, _ in row})
    place = {name: number for number, name in enumerate(names)}
    data: Data = [
        ([(place[name], amount) for name, amount in row], label, count)
        for (row, label), count in sorted(pairs.items(), key=repr)
    ]
    weights: Vector = [0.0] * (len(names) + 1)
    loss, slope = _loss(data, weights, smoothing)
    steps: deque[tuple[Vector, Vector]] = deque(maxlen=_MEMORY)
    for _ in range(rounds):
        direction = _direction(slope, steps)
        length, before = 1.0 if steps else 1.0 / math.sqrt(_dot(slope, slope)), loss
        wanted = _SMALL * _dot(slope, direction)
        while True:
            moved = [w + length * d for w, d in zip(weights, direction, strict=True)]
            loss, steep = _loss(data, moved, smoothing)
            if loss <= before + length * wanted or length < 1e-10:
                break
            length /= 2
        change = [d * length for d in direction]
        steps.append((change, [a - b for a, b in zip(steep, slope, strict=True)]))
        weights, slope = moved, steep
        if before - loss < before * 1e-6:
            break
    return weights[-1], {name: weights[number] for name, number in place.items()}


def _dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _direction(slope: Vector, steps: Sequence[tuple[Vector, Vector]]) -> Vector:
    """Return where to go: down the slope, bent by how it changed along the last steps."""
    found = [-value for value in slope]
    used = []
    for change, bend in reversed(steps):
        share = _dot(change, found) / _dot(change, bend)
        found = [f - share * b for f, b in zip(found, bend, strict=True)]
        used.append((share, change, bend))
    if steps:
        change, bend = steps[-1]
        scale = _dot(change, bend) / _dot(bend, bend)
        found = [f * scale for f in found]
    for share, change, bend in reversed(used):
        back = _dot(bend, found) / _dot(change, bend)
        found = [f + (share - back) * c for f, c in zip(found, change, strict=True)]
    return found


def _loss(data: Data, weights: Vector, smoothing: float) -> tuple[float, Vector]:
    """Return the smoothed negative log-likelihood and its slope. The intercept, last, is not smoothed."""
    slope = [smoothing * weight for weight in weights]
    slope[-1] = 0.0
    loss = smoothing / 2 * sum(weight * weight for weight in weights[:-1])
    for row, label, count in data:
        total = weights[-1]
        for number, amount in row:
            total += weights[number] * amount
        loss += count * (math.log1p(math.exp(-abs(total))) + max(total, 0.0) - (total if label else 0.0))
        error = count * (1.0 / (1.0 + math.exp(-max(-35.0, min(35.0, total)))) - label)
        slope[-1] += error
        for number, amount in row:
            slope[number] += error * amount
    return loss, slope


def counted(pairs: Iterable[tuple[Row, bool]]) -> Counter[tuple[Row, bool]]:
    """Count equal pairs; rarity is rounded to quarters, so that many are."""
    rounded = ((tuple((name, round(4 * amount) / 4) for name, amount in row), label) for row, label in pairs)
    return Counter(rounded)
