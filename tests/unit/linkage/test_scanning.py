"""The pass over a whole file (design.md, File linkage: Body, Completeness)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.linkage import scanning
from kyotsu.linkage.receipts import Scan
from kyotsu.linkage.rejection import FileRejectedError

COLUMNS = ("a", "b")


def scan(body: bytes, block: int = 10_000) -> Scan:
    blocks = (body[start : start + block] for start in range(0, len(body), block))
    return scanning.scan(blocks, COLUMNS, "v1")


def records(body: bytes) -> Iterator[tuple[list[str], int]]:
    """Read a file as reception does: scan it, then parse every chunk by itself."""
    for chunk in scan(body).chunks:
        yield from scanning.parse(body[chunk.start : chunk.end], chunk.line)


def refused(body: bytes) -> FileRejectedError:
    with pytest.raises(FileRejectedError) as error:
        scan(body)
    return error.value


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 20)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 30)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_bom_and_line_ends_make_no_difference(bom: bytes, end: bytes, last: bool) -> None:
    body = bom + end.join([b"a,b", "山,2".encode(), b'"x",""']) + (end if last else b"")
    assert list(records(body)) == [(["a", "b"], 1), (["山", "2"], 2), (["x", ""], 3)]
    assert scan(body).rows == 2
    assert scan(body).sha256 == hashlib.sha256(body).hexdigest()


def test_lines_are_those_an_editor_shows() -> None:
    """The line of a record is where it starts, whatever its fields and the blank lines between hold."""
    body = b'a,b\n\n1,"x\ny\r\nz"\n\r\n2,"He said ""hi"""\n3,4'
    assert list(records(body)) == [
        (["a", "b"], 1),
        (["1", "x\ny\r\nz"], 3),
        (["2", 'He said "hi"'], 7),
        (["3", "4"], 8),
    ]


def test_a_header_alone_is_a_file_without_rows() -> None:
    assert scan(b"a,b\n").rows == 0


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\n\r\n\n"])
def test_a_file_without_a_header_is_empty(body: bytes) -> None:
    assert refused(body).outcome is outcomes.EMPTY_FILE


@pytest.mark.parametrize(
    ("header", "position", "expected"),
    [
        ("a", 2, "b"),
        ("b,a", 1, "a"),
        ("1,2", 1, "a"),
        ("a,B", 2, "b"),
        ("a, b", 2, "b"),
        ("a,b,c", 3, "ありません"),
        ("a;b", 1, "a"),
    ],
)
def test_the_header_must_be_that_of_the_layout(header: str, position: int, expected: str) -> None:
    error = refused(f"{header}\n1,2\n".encode())
    assert error.outcome is outcomes.HEADER_WRONG
    assert (error.fields["position"], error.fields["expected"]) == (position, expected)


@pytest.mark.parametrize(
    ("body", "outcome", "line"),
    [
        (b"a,b\n1,2\n3,\0\n", outcomes.CONTAINS_NUL, 3),
        ("a,b\n1,2\n山,3\n".encode("shift_jis"), outcomes.NOT_UTF8, 3),
        ("a,b\n1,2\n".encode("utf-16"), outcomes.CONTAINS_NUL, 1),
        (b"a,b\n1,2\n3,\xed\xa0\x80\n", outcomes.NOT_UTF8, 3),
        (b'a,b\n1,"2\n3,4\n', outcomes.NOT_CSV, 2),
        (b'a,b\n1,2\n"3"x,4\n', outcomes.NOT_CSV, 3),
        (b"a,b\n1,2\r3,4\n", outcomes.NOT_CSV, 2),
        (b'a,b\n1,2\n"3\n\n3"x,4\n', outcomes.NOT_CSV, 3),
    ],
    ids=[
        "NUL",
        "Shift_JIS",
        "UTF-16",
        "surrogate",
        "unbalanced quotes",
        "text after a quote",
        "lone CR",
        "broken further down",
    ],
)
def test_what_is_no_utf8_csv_is_refused_with_its_line(body: bytes, outcome: Outcome, line: int) -> None:
    error = refused(body)
    assert error.outcome is outcome
    assert error.fields["line"] == line


@pytest.mark.usefixtures("small_chunks")
class TestChunks:
    """Large files are cut at record ends, always at the same places."""

    BODY = b'a,b\n1,22222222\n"3\n3","4\n\n4"\n' + b"".join(b'%d,"x""\n%d"\n' % (n, n) for n in range(40))

    @pytest.mark.parametrize("block", [1, 2, 7, 49, 50, 51, 10_000])
    def test_cuts_do_not_depend_on_how_bytes_arrive(self, block: int) -> None:
        assert scan(self.BODY, block) == scan(self.BODY)

    @pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
    def test_records_across_borders_stay_whole_and_keep_their_lines(
        self, bom: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = bom + self.BODY
        cut = list(records(body))
        assert len(scan(body).chunks) > 5
        monkeypatch.setattr(scanning, "CHUNK_BYTES", 10_000)
        assert len(scan(body).chunks) == 1
        assert cut == list(records(body))

    def test_chunks_are_the_whole_file_in_order_and_bounded(self) -> None:
        chunks = scan(self.BODY).chunks
        assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
        assert [chunk.start for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
        assert chunks[-1].end == len(self.BODY)
        assert max(chunk.end - chunk.start for chunk in chunks) <= 50

    def test_only_the_file_may_begin_with_a_byte_order_mark(self) -> None:
        found = list(records(b"a,b\n" + "\ufeffx,1\n".encode() * 40))
        assert [fields for fields, _ in found[1:]] == [["\ufeffx", "1"]] * 40

    @pytest.mark.parametrize("record", [b"x" * 80, b'"' + b"\n" * 80], ids=["one long line", "a quote never closed"])
    @pytest.mark.parametrize("before", [b"a,b\n", b"a,b\n1,2\n3,4\n"])
    def test_a_record_too_long_is_refused_with_the_line_it_starts_on(self, before: bytes, record: bytes) -> None:
        error = refused(before + record + b'",2\n')
        assert error.outcome is outcomes.RECORD_TOO_LONG
        assert error.fields["line"] == before.count(b"\n") + 1

    def test_blank_lines_as_long_as_a_chunk_are_no_header(self) -> None:
        """A header that is not in the first chunk would be taken for a row when the chunks are applied."""
        assert refused(b"\n" * 60 + b"a,b\n1,2\n").outcome is outcomes.EMPTY_FILE
