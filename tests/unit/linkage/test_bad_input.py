"""Requirement: bad input has a stable code, a Japanese sentence, no effect beyond the contract, and nothing is lost
(issue part 2, Bad input). One test per entry of its list; the huge ones are in test_huge_input.py."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from kyotsu.contracts.outcomes import by_code
from kyotsu.linkage.keys import ObjectRef, answer_key
from tests.fakes.deployment import BUCKET, COLUMNS, NUMBER, Deployment, body, name, row

OTHER = "000000000000027"
GOOD = [row(kojinrirekibango="2"), row(atenabango=OTHER)]
JAPANESE = re.compile(r"[ぁ-ん一-龠].*[。）]$")


@pytest.fixture
def deployment() -> Deployment:
    """A deployment that knows somebody already."""
    started = Deployment()
    assert started.send(name("09", sequence=99), body([row(seibetsu="1")]))["status"] == "ACCEPTED"
    return started


def state(deployment: Deployment) -> tuple[Any, ...]:
    """Every record there is, wherever it came from."""
    return dict(deployment.residents.stored), dict(deployment.residents.versions), dict(deployment.receipts.contents)


def rejected(deployment: Deployment, *sent: Any) -> str:
    """Send what must be rejected whole; return the code."""
    before = state(deployment)
    return reason(deployment, deployment.send(*sent), before)


def rejected_key(deployment: Deployment, key: str) -> str:
    """Send good rows under a bad key; return the code."""
    before = state(deployment)
    return reason(deployment, deployment.receive(deployment.objects.put(BUCKET, key, body(GOOD))), before)


def reason(deployment: Deployment, answer: Any, before: tuple[Any, ...]) -> str:
    assert answer["status"] == "REJECTED"
    assert not any(answer["counts"].values())
    assert state(deployment) == before
    assert JAPANESE.search(answer["reason"]["message"])
    receipt = deployment.receipts.receipts[answer["receipt_id"]]
    assert (receipt.answered, receipt.status) == (True, "REJECTED")
    assert deployment.events.answered[-1].receipt_id == answer["receipt_id"]
    return str(answer["reason"]["code"])


def refused_row(deployment: Deployment, **items: str) -> list[tuple[str, str]]:
    """Send a bad row between good ones: those are applied, it is not. Return its items and codes."""
    answer = deployment.send(name(), body([GOOD[0], row(**items), GOOD[1]]))
    return judged(deployment, answer)


def judged(deployment: Deployment, answer: Any) -> list[tuple[str, str]]:
    assert answer["status"] == "PARTIALLY_ACCEPTED"
    counts = answer["counts"]
    assert (counts["read"], counts["failed"], counts["added"]) == (3, 1, 1)
    applied = {version.entry.line for version in deployment.residents.versions.values()}
    lines = deployment.errors(answer)
    assert lines
    assert not applied & {int(line["line"]) for line in lines}
    assert all(JAPANESE.search(line["message"]) and by_code(line["code"]) for line in lines)
    assert len(deployment.residents.versions) == 3
    return [(line["item"], line["code"]) for line in lines]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "E1113"),
        (b"\xff\xd8\xff\xe0 JFIF", "E1112"),
        (b"%PDF-1.7\n", "E1116"),
        (b'{"rows": []}\n', "E1116"),
        (b'"a"b,c\n', "E1114"),
    ],
)
def test_not_a_csv(deployment: Deployment, data: bytes, code: str) -> None:
    assert rejected(deployment, name(), data) == code


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_empty(deployment: Deployment, data: bytes) -> None:
    assert rejected(deployment, name(), data) == "E1111"


@pytest.mark.parametrize(
    "header",
    [
        ",".join(COLUMNS).upper(),
        ",".join(COLUMNS[:-1]),
        ",".join([*COLUMNS, "extra"]),
        ",".join([COLUMNS[1], COLUMNS[0], *COLUMNS[2:]]),
        ",".join(["141003", *[""] * 48]),
    ],
    ids=["wrong", "one too few", "one too many", "reordered", "missing"],
)
def test_header_wrong_missing_or_reordered(deployment: Deployment, header: str) -> None:
    rows = body(GOOD).partition(b"\n")[2]
    assert rejected(deployment, name(), header.encode() + b"\n" + rows) == "E1116"


def test_bom_is_tolerated(deployment: Deployment) -> None:
    answer = deployment.send(name(), b"\xef\xbb\xbf" + body(GOOD))
    assert (answer["status"], answer["counts"]["added"]) == ("ACCEPTED", 1)


def test_shift_jis(deployment: Deployment) -> None:
    assert rejected(deployment, name(), body(GOOD).decode().encode("cp932")) == "E1112"


def test_surrogates_written_as_utf_8(deployment: Deployment) -> None:
    data = body([row(shimei="〓")]).replace("〓".encode(), b"\xed\xa0\xb5\xed\xb0\x80")
    assert rejected(deployment, name(), data) == "E1112"


def test_nul(deployment: Deployment) -> None:
    assert rejected(deployment, name(), body([row(shimei="架\0空")])) == "E1113"


@pytest.mark.parametrize("data", [body(GOOD)[:-1] + b'"\n', body(GOOD) + b'"141003,\n', body(GOOD) + b'"a"b"c"\n'])
def test_unbalanced_quotes(deployment: Deployment, data: bytes) -> None:
    assert rejected(deployment, name(), data) == "E1114"


def test_crlf_inside_quotes(deployment: Deployment) -> None:
    data = body([GOOD[0], row(jusho_katagaki="架空荘\r\n二〇一"), GOOD[1], row(juminjotai="7")])
    answer = deployment.send(name(), data.replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n"))
    assert [(line["line"], line["item"], line["code"]) for line in deployment.errors(answer)] == [
        ("3", "住所_方書", "E0002"),
        ("6", "住民状態", "E1002"),
    ]
    assert (answer["counts"]["read"], answer["counts"]["failed"]) == (4, 2)


def test_field_too_long(deployment: Deployment) -> None:
    assert refused_row(deployment, shimei="山" * 101) == [("氏名", "E1001")]


@pytest.mark.parametrize("change", [lambda fields: fields[:-1], lambda fields: [*fields, ""]], ids=["few", "many"])
def test_too_few_or_too_many_fields(deployment: Deployment, change: Any) -> None:
    header, first, second, third = csv.reader(io.StringIO(body([GOOD[0], row(), GOOD[1]]).decode()))
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, first, change(second), third])
    assert judged(deployment, deployment.send(name(), stream.getvalue().encode())) == [("", "E1005")]


def test_full_width_digits_in_x(deployment: Deployment) -> None:
    assert refused_row(deployment, setaibango="１２３") == [("世帯番号", "E0002")]


def test_half_width_in_n(deployment: Deployment) -> None:
    assert refused_row(deployment, shimei="ﾔﾏﾀﾞ", shimei_gaikokujinromaji="TARO") == [
        ("氏名", "E0002"),
        ("氏名_外国人ローマ字", "E0002"),
    ]


def test_impossible_date(deployment: Deployment) -> None:
    assert refused_row(deployment, idonengappi="2026-02-30", todokedenengappi="2026-13-01") == [
        ("異動年月日", "E1003"),
        ("届出年月日", "E1003"),
    ]


def test_february_29_in_a_common_year_without_its_flag(deployment: Deployment) -> None:
    assert refused_row(deployment, seinengappi="1950-02-29") == [("生年月日", "E1003")]


def test_municipality_outside_the_deployment(deployment: Deployment) -> None:
    assert refused_row(deployment, shikuchosonkodo="131016") == [("市区町村コード", "E1006")]


def test_the_same_version_twice_in_one_file_with_other_content(deployment: Deployment) -> None:
    """Both are kept, so that nothing is lost; which one counts does not depend on their order."""
    twice = [row(kojinrirekibango="3", seibetsu="1"), row(kojinrirekibango="3", seibetsu="2")]
    answer = deployment.send(name(), body(twice))
    assert (answer["status"], answer["counts"]["warned"], answer["counts"]["failed"]) == ("ACCEPTED", 2, 0)
    assert [(line["line"], line["code"]) for line in deployment.errors(answer)] == [("2", "W1005"), ("3", "W1005")]
    other = Deployment()
    other.send(name("09", sequence=99), body([row(seibetsu="1")]))
    other.send(name(), body(twice[::-1]))
    assert other.reader.record(NUMBER) == deployment.reader.record(NUMBER)
    assert len(deployment.residents.versions) == 3


def test_row_count_mismatch(deployment: Deployment) -> None:
    assert rejected(deployment, name(), body(GOOD), {"row-count": "3"}) == "E1117"


def test_hash_mismatch(deployment: Deployment) -> None:
    assert rejected(deployment, name(), body(GOOD), {"sha256": "0" * 64}) == "E1118"


@pytest.mark.parametrize(
    "metadata", [{"row-count": "２"}, {"row-count": "-1"}, {"row-count": ""}, {"sha256": "x"}, {"sha256": ""}]
)
def test_metadata_malformed(deployment: Deployment, metadata: dict[str, str]) -> None:
    assert rejected(deployment, name(), body(GOOD), metadata) == "E1121"


def test_version_before_its_window(deployment: Deployment) -> None:
    deployment.clock.moment = datetime(2025, 3, 31, 14, 59, 59, tzinfo=UTC)
    assert rejected(deployment, name(), body(GOOD)) == "E1108"
    deployment.clock.moment = datetime(2025, 3, 31, 15, 0, 0, tzinfo=UTC)
    rows = body([row(sosanengappi="2025-04-01")])
    assert deployment.send(name(sequence=2), rows)["status"] == "ACCEPTED", "midnight of the first day in Japan"


def test_version_after_its_window(deployment: Deployment) -> None:
    assert rejected(deployment, name(version="v0"), body(GOOD)) == "E1109"


def test_object_deleted_before_it_is_read(deployment: Deployment) -> None:
    before = state(deployment)
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name()}", body(GOOD))
    del deployment.objects.versions[ref]
    assert reason(deployment, deployment.receive(ref), before) == "E1120"


def test_object_replaced_before_it_is_read(deployment: Deployment) -> None:
    """Each version is its own attempt, read as it was put, however late."""
    key = f"outbox/001o006-01/{name()}"
    first = deployment.objects.put(BUCKET, key, body([GOOD[0], row(juminjotai="7"), GOOD[1]]))
    second = deployment.objects.put(BUCKET, key, body(GOOD))
    assert judged(deployment, deployment.receive(first)) == [("住民状態", "E1002")]
    answer = deployment.receive(second)
    assert (answer["status"], answer["counts"]["unchanged"]) == ("ACCEPTED", 2)
    assert answer["version_id"] == second.version_id


FORMULAS = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("https://example.com")', "\t=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_injection(deployment: Deployment, formula: str) -> None:
    """Stored as it is where the layout allows it, and harmless in the errors file."""
    wide = formula.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000, 0x09: 0x3000})
    answer = deployment.send(name(), body([row(shimei=wide, shimei_furigana=formula, atenabango=formula[:15])]))
    (errors,) = [data for (_, key), data in deployment.objects.written.items() if key.endswith(".errors.csv")]
    assert formula.strip()[:6].encode() not in errors
    fields = [field for line in csv.reader(io.StringIO(errors.decode())) for field in line]
    assert not [field for field in fields if field.startswith(("=", "+", "-", "@", "\t"))]
    assert answer["counts"]["failed"] == 1
    stored = deployment.send(
        name(sequence=2), body([row(atenabango=OTHER, shimei=wide, sosashaid=formula.strip()[:10])])
    )
    assert stored["status"] == "ACCEPTED"
    record = deployment.reader.record(OTHER)
    assert record is not None
    assert (record["shimei"], record["sosashaid"]) == (wide, formula.strip()[:10])


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (f"outbox/../outbox/001o006-01/{name()}", "E1102"),
        (f"outbox/001o006-01/../{name()}", "E1102"),
        (f"outbox/001o006-01/../../answers/{name()}", "E1102"),
        ("outbox/001o006-01/...csv", "E1101"),
        ("outbox/...csv", "E1101"),
    ],
)
def test_key_with_dots(deployment: Deployment, key: str, code: str) -> None:
    assert rejected_key(deployment, key) == code


@pytest.mark.parametrize(
    "key",
    [
        f"outbox/001o006-01%2F{name()}",
        f"outbox/001o006-01/%2F{name()}",
        f"outbox/001o006-01/..%2f..%2fanswers%2f{name()}",
        f"outbox/001o006-01\\{name()}",
        f"outbox/001o006-01／{name()}",
    ],
)
def test_key_with_encoded_slashes(deployment: Deployment, key: str) -> None:
    assert rejected_key(deployment, key) == "E1101"


@pytest.mark.parametrize("size", [1023, 1024])
def test_key_of_1024_bytes(deployment: Deployment, size: int) -> None:
    start = f"outbox/001o006-01/{'あ' * 300}"
    key = start + "x" * (size - len(start.encode()) - len(".csv")) + ".csv"
    assert len(key.encode()) == size
    assert rejected_key(deployment, key) == "E1101"


def test_answers_stay_below_their_folder() -> None:
    for key in ("outbox/../x.csv", "outbox/001o006-01/..%2f..%2fx.csv", "outbox/" + "x" * 1013 + ".csv"):
        place = answer_key(ObjectRef(BUCKET, key, "v"))
        assert place.startswith("answers/")
        assert ".." not in place.split("/")
        assert len(place.encode()) <= 1024
