"""Two people of the register compared: whether they are probably one person, told by their forms alone."""

from __future__ import annotations

import math
from typing import NamedTuple

from msgspec.structs import replace

from kyotsu.addressees.candidates import forms, reasons
from kyotsu.addressees.candidates.evidence import Evidence
from kyotsu.addressees.candidates.forms import Form, NameForm
from kyotsu.addressees.candidates.levels import Birth, Kana, Kanji, Sex
from kyotsu.addressees.candidates.people import Name, Person, Query
from kyotsu.addressees.candidates.reasons import Reason
from kyotsu.addressees.candidates.scoring import Score, Scorer

ASKED_OF_SOMEBODY = 30_000 / 43_500
"""Share of the queries that scores were fitted to which were about somebody on the register (tools/candidates)."""
_SAME_KANJI = frozenset({Kanji.SAME, Kanji.GAP})
_SAME_KANA = frozenset({Kana.SAME, Kana.LENGTH})


class Pair(NamedTuple):
    """What there is to say of two people."""

    points: int
    """得点: the probability in hundredths that both are one person."""
    unplaced: int
    """The same for somebody who knows no address of either."""
    reasons: tuple[Reason, ...]
    """What agrees and differs: of name, birth date and sex as if no address were known, then of the addresses."""
    by_identity: bool
    """Name, birth date and sex agree: what 名寄せ goes by."""


def asked(form: Form) -> Form:
    """Return what to search for to find somebody's double: as they are named and live now."""
    return Form(form.names[:1], form.birth, form.sex, form.addresses[:1])


def compare(one: Form, other: Form, scorer: Scorer, expected: float) -> Pair:
    """Compare two people, in either order with the same result. `expected`: the share of people who have a double.

    Whoever searches asks mostly about somebody who is there. Here nobody asks, and few have a double: the same evidence
    is worth less by what lies between both odds. Each is looked for among the other's names and addresses, earlier
    ones as well; what agrees better counts.
    """
    shift = _log_odds(expected) - _log_odds(ASKED_OF_SOMEBODY)
    score, query, known = _better(one, other, scorer)
    unplaced, *bare = _better(replace(one, addresses=()), replace(other, addresses=()), scorer)
    told = reasons.of(unplaced.evidence, _query(bare[0]), _person(bare[1]))
    at = reasons.of(score.evidence, _query(query), _person(known))
    return Pair(
        points=_points(score, shift),
        unplaced=_points(unplaced, shift),
        reasons=(*told, *(reason for reason in at if reason.is_of_address)),
        by_identity=_by_identity(unplaced.evidence),
    )


def _better(one: Form, other: Form, scorer: Scorer) -> tuple[Score, Form, Form]:
    """Return the better of both ways to compare; of equal ones the same, whichever comes first."""
    first, second = sorted((one, other), key=forms.pack)
    there, back = scorer.score(asked(first), second), scorer.score(asked(second), first)
    return (there, first, second) if there.log_odds >= back.log_odds else (back, second, first)


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _points(score: Score, shift: float) -> int:
    return Score(score.log_odds + shift, score.evidence).points


def _by_identity(evidence: Evidence) -> bool:
    parts = (evidence.name.family, evidence.name.given)
    by_kanji = all(kanji in _SAME_KANJI and kana is not Kana.FAR for kanji, kana in parts)
    by_kana = all(kanji is Kanji.NONE and kana in _SAME_KANA for kanji, kana in parts)
    return (by_kanji or by_kana) and evidence.birth is Birth.SAME and evidence.sex is not Sex.FAR


def _query(form: Form) -> Query:
    """Return a query's texts as far as a form has them: variants and ways to spell are one to it."""
    name = _name(form.names[0]) if form.names else Name()
    return Query(name=name.kanji or name.latin, kana=name.kana)


def _person(form: Form) -> Person:
    return Person(id="", names=tuple(map(_name, form.names)))


def _name(form: NameForm) -> Name:
    kana = "\u3000".join(form.kana[0]) if form.kana else ""
    return Name("\u3000".join(form.kanji), kana, " ".join(form.latin), form.kind)
