"""Sealed items: bound to one municipality, one person and one item (design.md, Contracts: envelope encryption)."""

from __future__ import annotations

import pytest

from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.residents.packing import pack_values, unpack_values
from kyotsu.residents.reading import HIDDEN
from kyotsu.residents.sealing import key_reference, open_values, seal_values, without_sealed
from kyotsu.wiring.catalogue import sealed_items
from tests.fakes.deployment import CATALOGUE
from tests.fakes.sealing import SEALED, LocalSealer

COLUMNS = ["atenabango", "kojinbango", "juminhyokodo"]
ITEMS = {1: "kojinbango", 2: "juminhyokodo"}
VALUES = ["1", "123456789018", "98765432100"]


def test_sealed_values_stand_among_the_others_and_are_opened_by_name() -> None:
    key = LocalSealer().new_key()
    stored = unpack_values(pack_values(seal_values(key, ITEMS, VALUES, "141003", "1")))
    assert stored[0] == "1"
    assert not any(isinstance(value, str) and value for value in stored[1:])
    assert without_sealed(stored) == ["1", "", ""]
    opened = open_values(key, COLUMNS, stored, "141003", "1")
    assert opened == {"kojinbango": "123456789018", "juminhyokodo": "98765432100"}


def test_what_is_empty_stays_empty() -> None:
    assert seal_values(LocalSealer().new_key(), ITEMS, ["1", "", ""], "141003", "1") == ["1", "", ""]


def test_equal_values_are_sealed_to_other_bytes() -> None:
    key = LocalSealer().new_key()
    first, second = (seal_values(key, ITEMS, VALUES, "141003", "1")[1] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("columns", "municipality", "number"),
    [
        (COLUMNS, "143413", "1"),
        (COLUMNS, "141003", "2"),
        (["atenabango", "juminhyokodo", "kojinbango"], "141003", "1"),
    ],
)
def test_a_sealed_value_is_of_use_nowhere_else(columns: list[str], municipality: str, number: str) -> None:
    key = LocalSealer().new_key()
    stored = seal_values(key, ITEMS, VALUES, "141003", "1")
    with pytest.raises(SealBrokenError):
        open_values(key, columns, stored, municipality, number)


@pytest.mark.parametrize("position", [0, 11, 12, 20, -1])
def test_a_changed_byte_or_a_cut_is_noticed(position: int) -> None:
    key = LocalSealer().new_key()
    sealed = bytearray(key.seal("123456789018", "place"))
    sealed[position] ^= 1
    for broken in (bytes(sealed), bytes(sealed[:-1]), bytes(sealed[:5]), b""):
        with pytest.raises(SealBrokenError):
            key.open(broken, "place")


def test_another_key_opens_nothing_and_another_sealer_no_key() -> None:
    sealer = LocalSealer()
    one, other = sealer.new_key(), sealer.new_key()
    with pytest.raises(SealBrokenError):
        other.open(one.seal("x", "place"), "place")
    assert sealer.open_key(one.wrapped).open(one.seal("x", "place"), "place") == "x"
    with pytest.raises(SealBrokenError):
        LocalSealer().open_key(one.wrapped)


def test_references_are_short_and_of_one_key_each() -> None:
    sealer = LocalSealer()
    references = {key_reference(sealer.new_key().wrapped) for _ in range(50)}
    assert (len(references), {len(reference) for reference in references}) == (50, {16})


def test_the_catalogue_says_what_is_sealed_and_readers_hide_it_all() -> None:
    for layout in ("001o006/v0", "001o006/v1", "001o006/v2"):
        assert sealed_items(CATALOGUE, layout) == SEALED["001o006/v1"]
    assert sealed_items(CATALOGUE, "001o009/v1") == {}
    assert set(CATALOGUE.interfaces["001o006"].sealed) <= HIDDEN
