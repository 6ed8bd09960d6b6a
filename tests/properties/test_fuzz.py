"""Requirement: whatever key, header and body arrive, there is one answer with a code of the catalogue, never an error,
no effect if REJECTED, counts that add up, and an errors file that repeats nothing (issue part 2, Bad input).

A fixed number of cases here; `make fuzz` tries more, other ones each time, and prints how to repeat a failure.
"""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.contracts.outcomes import Level, by_code
from kyotsu.linkage import scanning
from kyotsu.linkage.keys import MAX_KEY_BYTES, is_linkage_file
from tests.fakes.deployment import BUCKET, COLUMNS, Deployment, body, name, row

CASES = int(os.environ.get("KYOTSU_FUZZ_CASES", "0"))
law = settings(
    derandomize=not CASES,
    max_examples=CASES or 250,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
STATUSES = {"ACCEPTED", "PARTIALLY_ACCEPTED", "REJECTED", "DUPLICATE"}
FIELDS = ["read", "added", "updated", "deleted", "unchanged", "stale", "failed"]
ODD = [
    "",
    "..",
    "%2F",
    "／",
    "\\",
    " ",
    "\0",
    "\n",
    "=1+1",
    "辻\U000e0100",
    "あ" * 300,
    "001o06",
    "_",
    "v99",
    "x" * 999,
]
LINES = [b"", b"\n", b"\r\n", b'"', b'""', b"\0", b"\xef\xbb\xbf", b"\x8e\xa0", b",", b",,,\n", b"\xed\xa0\x80", b"=1"]
MARK = "ひみつ"

texts = st.one_of(
    st.sampled_from(["", "0", "1", "9999-12-31", "0000-01-01", "1950-02-29", "24:00", "１", "ｱ", "か\u3099", "\u200b"]),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: MARK + text),
)


@st.composite
def keys(draw: st.DrawFn) -> str:
    """Draw a key below `outbox/`: mostly a lawful one, often with something put in or taken out."""
    key = f"outbox/001o006-01/{name(draw(st.sampled_from(['01', '03', '99'])))}"
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        at = draw(st.integers(len("outbox/"), len(key)))
        key = key[:at] + draw(st.sampled_from(ODD)) + key[at + draw(st.integers(0, 2)) :]
    key = key.encode()[: MAX_KEY_BYTES - 4].decode(errors="ignore")
    return key if is_linkage_file(key) else key + ".csv"


@st.composite
def headers(draw: st.DrawFn) -> list[str]:
    """Draw a header: mostly the lawful one."""
    columns = list(COLUMNS)
    match draw(st.sampled_from(["lawful"] * 6 + ["shuffled", "fewer", "more", "other"])):
        case "shuffled":
            return list(draw(st.permutations(columns)))
        case "fewer":
            return columns[: draw(st.integers(0, 48))]
        case "more":
            return [*columns, draw(texts)]
        case "other":
            columns[draw(st.integers(0, 48))] = draw(texts)
    return columns


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Draw a file: rows with odd values and odd widths, and odd bytes in between."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerow(draw(headers()))
    for items in draw(st.lists(st.dictionaries(st.sampled_from(COLUMNS), texts, max_size=4), max_size=4)):
        values = list((dict.fromkeys(COLUMNS, "") | row(**items)).values())
        writer.writerow(draw(st.sampled_from([values] * 5 + [values[:-1], [*values, "x"], []])))
    data = stream.getvalue().encode(errors="surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from(LINES)) + data[at + draw(st.integers(0, 3)) :]
    return data


metadata = st.dictionaries(
    st.sampled_from(["row-count", "sha256", "x"]), st.sampled_from(["", "1", "2", "a", "0" * 64])
)


@law
@given(keys(), bodies(), metadata, st.booleans())
def test_whatever_arrives_is_answered_once(key: str, data: bytes, claims: dict[str, str], small: bool) -> None:
    deployment = Deployment()
    deployment.send(name("09", sequence=9), body([row(kojinrirekibango="9")]))
    deployment.events.answered.clear()
    deployment.objects.written.clear()
    before = dict(deployment.residents.stored), dict(deployment.residents.versions)
    with pytest.MonkeyPatch.context() as patch:
        if small:
            patch.setattr(scanning, "CHUNK_BYTES", 1)
            patch.setattr(scanning, "MAX_RECORD_BYTES", max(len(body([])), len(data) // 3))
        receipt = deployment.reception.receive(deployment.objects.put(BUCKET, key, data, claims))
        if receipt is not None and receipt.status is None:
            for group in deployment.large_files.started[receipt.receipt_id]:
                deployment.reception.apply_group(receipt.receipt_id, group.first, group.last)
            deployment.reception.answer(receipt.receipt_id)
    answer, errors = written(deployment)
    assert answer["object_key"] == key
    judge(answer, errors)
    if answer["status"] == "REJECTED":
        assert before == (deployment.residents.stored, deployment.residents.versions)


def written(deployment: Deployment) -> tuple[Any, list[dict[str, str]]]:
    """Return the one answer there is, and the lines of its errors file."""
    (place,) = [place for _, place in deployment.objects.written if place.endswith(".json")]
    (event,) = deployment.events.answered
    answer = json.loads(deployment.objects.written[BUCKET, place])
    assert (event.receipt_id, event.status) == (answer["receipt_id"], answer["status"])
    rest = {key: data for (_, key), data in deployment.objects.written.items() if key != place}
    assert set(rest) <= {place.removesuffix(".json") + ".errors.csv"}
    lines = [csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True) for data in rest.values()]
    return answer, [line for reader in lines for line in reader]


def judge(answer: Any, errors: list[dict[str, str]]) -> None:
    """What is true of every answer and its errors file."""
    status, counts = answer["status"], answer["counts"]
    assert status in STATUSES
    assert counts["read"] == sum(counts[name] for name in FIELDS[1:])
    assert min(counts.values()) >= 0
    assert (status == "PARTIALLY_ACCEPTED") == (counts["failed"] > 0)
    assert (status == "REJECTED") == (answer["reason"] is not None)
    if answer["reason"]:
        assert by_code(answer["reason"]["code"]).level is Level.ERROR
        assert not any(counts.values())
    levels: dict[Level, set[str]] = {Level.ERROR: set(), Level.REMARK: set()}
    for line in errors:
        assert set(line) == {"line", "item", "code", "message", "atenabango"}
        levels[by_code(line["code"]).level].add(line["line"])
        assert MARK not in "".join(line.values())
        assert line["atenabango"] == "" or line["atenabango"].isdecimal()
        assert not [field for field in line.values() if field.startswith(("=", "+", "-", "@"))]
    assert (len(levels[Level.ERROR]), len(levels[Level.REMARK])) == (counts["failed"], counts["warned"])
    assert not levels[Level.ERROR] & levels[Level.REMARK]
