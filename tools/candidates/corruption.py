"""Corruption of queries: what clerks, forms, scanners and other systems do to names, dates and addresses.

Every kind is a function of a query's row (as in `queries.jsonl`), the person it is made from, and chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tools.candidates import corrupted_addresses as addresses
from tools.candidates import corrupted_births as births
from tools.candidates import corrupted_names as names
from tools.candidates.register import Register, Row

Corrupt = Callable[[Row, Row, Random, Register], None]

KINDS: Mapping[str, tuple[float, Corrupt]] = {
    function.__name__: (weight, function)
    for weight, function in (
        (3.0, names.variant),
        (1.0, names.gap),
        (1.0, names.homophone),
        (0.7, names.scanned),
        (3.0, names.kana_slip),
        (1.5, names.voiced),
        (0.4, names.all_unvoiced),
        (2.0, names.respelled),
        (0.5, names.hiragana),
        (0.7, names.half_width),
        (1.5, names.no_kana),
        (1.0, names.no_name),
        (1.0, names.no_space),
        (0.4, names.wrong_space),
        (0.7, names.turned_name),
        (0.4, names.half_a_name),
        (0.3, names.short_given),
        (0.3, names.titled),
        (0.4, names.fields_swapped),
        (0.8, names.in_romaji),
        (0.5, names.in_katakana),
        (0.5, names.by_tsusho),
        (1.0, names.by_earlier_name),
        (1.5, names.new_family_name),
        (1.5, births.birth_digit),
        (0.8, births.birth_swapped),
        (1.2, births.birth_era),
        (0.5, births.birth_part),
        (0.4, births.birth_in_year),
        (1.2, births.birth_unknown),
        (1.0, births.sex),
        (2.0, addresses.old_address),
        (2.0, addresses.new_address),
        (0.4, addresses.no_address),
        (3.0, addresses.address_notation),
        (1.0, addresses.address_truncated),
        (0.8, addresses.street_number),
    )
}
"""How often a kind happens beside others, and what it does."""
