"""Invented people for tests of candidate search."""

from __future__ import annotations

from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query
from kyotsu.addressees.candidates.scoring import Scorer

HOME = "神奈川県横浜市中区港町５丁目３３番２７号　レジデンス港町513号室"
OLD_HOME = "愛知県名古屋市南区呼続元町８丁目１３番"
TOWN = Frequencies(people=20_000, family={"佐藤": 0.01, "サトー": 0.015}, given={"花子": 0.003, "ハナコ": 0.004})

HANAKO = Person(
    id="800000000000011",
    names=(Name("渡邊　佐和子", "ワタナベ　サワコ"), Name("大島　佐和子", "オオシマ　サワコ", kind=NameKind.EARLIER)),
    birth="1974-03-12",
    sex="2",
    addresses=(HOME, OLD_HOME),
)
LINH = Person(
    id="800000000000022",
    names=(
        Name("NGUYEN DUC LINH", "グエン　ドゥック　リン", "NGUYEN DUC LINH"),
        Name("木下　凛", "キノシタ　リン", kind=NameKind.TSUSHO),
    ),
    birth="1990-07-04",
    sex="2",
    addresses=("横浜市泉区和泉中央南41番",),
)
ASKED = Query(name="渡邊　佐和子", kana="ワタナベ　サワコ", birth="1974-03-12", sex="2", address=HOME)
"""HANAKO, exactly as registered."""


def scorer() -> Scorer:
    """Return one with the shipped parameters, for a town of 20,000."""
    return Scorer(TOWN)
