"""Requirement: where a protected person lives or lived can't be found out by searching.

Two worlds differ in nothing but the addresses of protected people. Whatever is asked, by whomever, the two answers are
the same to the byte: so no answer tells anything about these addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyotsu.addressees.search import finding
from tests.fakes.protection import MemoryProtection
from tests.fakes.searching import ASKED, HANAKO, OLD_HOME, SearchOffice

TOWNS = ("港町", "本町", "緑町", "呼続元町")
NAMES = [
    ("渡邊", "佐和子", "ワタナベ　サワコ"),
    ("渡辺", "佐和子", "ワタナベ　サワコ"),
    ("大島", "花子", "オオシマ　ハナコ"),
]
BIRTHS = ("1974-03-12", "1974-12-03", "1980-02-29")
ADDRESSES = st.builds(
    lambda town, number: {
        **OLD_HOME,
        "jusho_shikugunchosonmei": "横浜市中区",
        "jusho_choaza": f"{town}{number}丁目",
        "jusho_banchigohyoki": "３３番",
    },
    st.sampled_from(TOWNS),
    st.sampled_from("１２"),
)


def _person(name: tuple[str, str, str], birth: str) -> dict[str, str]:
    family, own, kana = name
    names = {"shimei": f"{family}　{own}", "uji_nihonjin": family, "na_nihonjin": own, "shimei_furigana": kana}
    return {**HANAKO, **names, "seinengappi": birth}


PEOPLE = st.builds(_person, st.sampled_from(NAMES), st.sampled_from(BIRTHS))
PROTECTED = st.tuples(PEOPLE, PEOPLE, ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES)
OPEN = st.tuples(PEOPLE, ADDRESSES)
METHODS = st.dictionaries(st.sampled_from(["shimei", "shimei_furigana", "jusho"]), st.sampled_from("12"), max_size=2)


def _world(protected: list[Any], others: list[Any], world: int) -> SearchOffice:
    """Return one of two worlds: in each, protected people have other addresses, now and before."""
    found = SearchOffice(townspeople=10, protection=MemoryProtection())
    for place, (now, before, *addresses) in enumerate(protected):
        current, earlier = addresses[world], addresses[2 + world]
        found.add(f"8000000000{place:05d}", {**now, **current}, {**before, **earlier})
        found.resident(f"0000000000{place:05d}", {**before, **earlier}, {**now, **current})
        found.protection.protected |= {f"8000000000{place:05d}", f"0000000000{place:05d}"}
    for place, (person, address) in enumerate(others):
        found.add(f"8100000000{place:05d}", {**person, **address})
    return found


def _text(address: Mapping[str, str]) -> str:
    return "".join(address[name] for name in ("jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki"))


@given(
    st.lists(PROTECTED, min_size=1, max_size=3),
    st.lists(OPEN, max_size=4),
    PEOPLE,
    st.data(),
)
def test_two_worlds_that_differ_in_protected_addresses_answer_alike(
    protected: list[Any], others: list[Any], asked: dict[str, str], data: st.DataObject
) -> None:
    # The attacker knows everybody's addresses of both worlds, and does not know which world it is.
    known = [address for _, _, *addresses in protected for address in addresses] + [address for _, address in others]
    items: dict[str, object] = dict.fromkeys(ASKED)
    names = data.draw(st.sets(st.sampled_from(["shimei", "shimei_furigana", "seinengappi", "seibetsu"])))
    items |= {name: asked[name] for name in names} | {"jusho": _text(data.draw(st.sampled_from(known)))}
    methods = {name: method for name, method in data.draw(METHODS).items() if items[name]}
    items |= {"itchihoho": methods, "taisho": data.draw(st.sampled_from("12"))}
    items |= {"saidaikensu": data.draw(st.sampled_from(["1", "2", "10"]))}
    with pytest.MonkeyPatch.context() as few:
        # As where more people are found than are read: a place that somebody protected takes must be nobody's loss.
        few.setattr(finding, "SPARE", data.draw(st.sampled_from([0, 10])))
        few.setattr(finding, "MOST_BATCHES", data.draw(st.sampled_from([1, 3])))
        one, other = (_world(protected, others, world).search("022", **items) for world in (0, 1))
    assert msgspec.json.encode(one.body) == msgspec.json.encode(other.body)
    assert one.numbers == other.numbers
