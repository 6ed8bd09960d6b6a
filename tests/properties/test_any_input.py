"""Requirement: every outcome is answered (Tenet 5): whatever is dropped, an answer comes out, not an error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.linkage import scanning
from kyotsu.linkage.keys import is_linkage_file, parse_key
from kyotsu.linkage.rejection import FileRejectedError
from tests.fakes.deployment import BUCKET, COLUMNS, Deployment, body, name, row

law = settings(derandomize=True, max_examples=200, deadline=None)
LAWFUL = f"outbox/001o006-01/{name()}"
PIECES = st.one_of(st.binary(max_size=4), st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xef\xbb\xbf", b"\x8e"]))


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draw something with a few pieces put in, taken out, or cut off."""
    data = whole
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        data = data[:start] + draw(PIECES) + data[start + draw(st.integers(0, 3)) :]
    return data[: draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))]


@law
@given(damaged(LAWFUL.encode()))
def test_any_key_is_read_or_refused(key: bytes) -> None:
    text = f"outbox/{key.decode(errors='replace').removeprefix('outbox/')}.csv"
    assert is_linkage_file(text)
    with suppress(FileRejectedError):
        found = parse_key(text)
        assert f"outbox/{found.interface}-{found.branch}/".lower() in normal(text)


def normal(key: str) -> str:
    return key.lower().replace("001o06", "001o006")


@law
@given(
    damaged(body([row(), row(shimei="辻\U000e0100"), row(shimei="", sosajikoku="10:00")])),
    st.dictionaries(st.sampled_from(["row-count", "sha256", "other"]), st.text(max_size=3)),
    st.booleans(),
)
def test_any_file_is_answered_and_its_rows_are_accounted_for(
    data: bytes, metadata: dict[str, str], small: bool
) -> None:
    deployment = Deployment()
    with pytest.MonkeyPatch.context() as patch:
        if small:
            patch.setattr(scanning, "CHUNK_BYTES", 1)
            patch.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))
        answer = deployment.send(name(), data, metadata)
    counts = answer["counts"]
    assert counts["read"] == sum(count for key, count in counts.items() if key not in {"read", "warned"})
    assert (answer["status"] == "REJECTED") == (answer["reason"] is not None)
    assert (answer["status"] == "PARTIALLY_ACCEPTED") == (counts["failed"] > 0)
    if answer["status"] == "REJECTED":
        assert deployment.residents.versions == {}


VALUES = st.text(st.characters(codec="utf-8"), min_size=8, max_size=20)


@law
@given(st.dictionaries(st.sampled_from(COLUMNS), VALUES, max_size=8))
def test_any_values_are_judged_and_never_repeated(items: dict[str, str]) -> None:
    deployment = Deployment()
    answer = deployment.receive(deployment.objects.put(BUCKET, LAWFUL, body([row(**items)])))
    for line in deployment.errors(answer):
        number = line.pop("atenabango")
        assert number == "" or (number.isascii() and number.isdecimal())
        assert not [value for value in items.values() for told in line.values() if value in told]
