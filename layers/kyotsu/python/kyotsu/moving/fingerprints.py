"""Keyed fingerprints by which cases of a person are found, without anything of the person in a key."""

from __future__ import annotations

from collections.abc import Iterator

from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import kana, names
from kyotsu.moving.documents import CertificatePerson, MovingPerson

PURPOSE = "moving"


def of_person(fingerprints: Fingerprints, person: CertificatePerson | MovingPerson, number: str = "") -> list[bytes]:
    """Return the fingerprints of a person: of 個人番号, if it is known, and of name, kana, birth date and sex."""
    known = number or getattr(person, "individual_number", "")
    texts = [f"n:{known}"] if known else []
    return [
        fingerprints.of(PURPOSE, text)
        for text in (*texts, *_four(person.name or person.roman_name, person.name_kana, person.birth_date, person.sex))
    ]


def _four(name: str, kana_name: str, birth: str, sex: str) -> Iterator[str]:
    if birth and name:
        yield f"k:{names.folded(''.join(name.split()))}/{birth}/{sex}"
    if birth and kana_name:
        yield f"s:{kana.spelling(''.join(kana_name.split()))}/{birth}/{sex}"
