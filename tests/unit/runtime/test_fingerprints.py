"""Keyed fingerprints: equality without the number (design.md, Contracts)."""

from __future__ import annotations

import hashlib

from kyotsu.runtime.fingerprints import HmacFingerprints

NUMBER = "123456789018"


def made(key: bytes = b"key", municipality: str = "141003") -> HmacFingerprints:
    return HmacFingerprints(lambda: key, municipality)


def test_equal_texts_have_equal_fingerprints_of_32_bytes() -> None:
    assert made().of("kojinbango", NUMBER) == made().of("kojinbango", NUMBER)
    assert len(made().of("kojinbango", NUMBER)) == 32


def test_key_municipality_purpose_and_text_all_count() -> None:
    all_of_them = {
        made().of("kojinbango", NUMBER),
        made(b"other").of("kojinbango", NUMBER),
        made(municipality="143413").of("kojinbango", NUMBER),
        made().of("row", NUMBER),
        made().of("kojinbango", NUMBER[:-1]),
        hashlib.sha256(NUMBER.encode()).digest(),
    }
    assert len(all_of_them) == 6


def test_the_key_is_loaded_once_and_only_when_needed() -> None:
    loaded: list[int] = []

    def load() -> bytes:
        loaded.append(1)
        return b"key"

    fingerprints = HmacFingerprints(load, "141003")
    assert loaded == []
    fingerprints.of("row", "a")
    fingerprints.of("row", "b")
    assert fingerprints.key_id
    assert loaded == [1]


def test_the_key_is_named_without_being_told() -> None:
    assert made().key_id == made().key_id != made(b"other").key_id
    assert (len(made().key_id), "key" in made().key_id) == (8, False)
