"""People and queries in files of one JSON object a line, as evaluation reads them.

Other members than these are ignored. One that is null is not known, like one that is absent or empty; a file may begin
with a byte order mark, and lines may end with CRLF.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query

Text = str | None
_MARK = b"\xef\xbb\xbf"


class _EarlierName(msgspec.Struct):
    name: Text = None
    kana: Text = None


class _EarlierAddress(msgspec.Struct):
    address: Text = None


class _PersonLine(msgspec.Struct):
    id: str
    name: Text = None
    kana: Text = None
    name_alpha: Text = None
    tsusho: Text = None
    tsusho_kana: Text = None
    sex: str | int | None = None
    birth: Text = None
    address: Text = None
    prev_names: tuple[_EarlierName, ...] | None = None
    prev_addresses: tuple[_EarlierAddress, ...] | None = None


class QueryLine(msgspec.Struct):
    """A query, with the id its answer names."""

    qid: str
    name: Text = None
    kana: Text = None
    birth: Text = None
    sex: str | int | None = None
    address: Text = None

    def query(self) -> Query:
        """Return the query."""
        return Query(
            name=self.name or "",
            kana=self.kana or "",
            birth=self.birth or "",
            sex=str(self.sex or ""),
            address=self.address or "",
        )


def people(lines: Iterable[bytes]) -> Iterator[Person]:
    """Read people; raises msgspec.ValidationError or msgspec.DecodeError for a line that is none."""
    decoder = msgspec.json.Decoder(_PersonLine)
    yield from (_person(decoder.decode(line)) for line in _written(lines))


def queries(lines: Iterable[bytes]) -> Iterator[QueryLine]:
    """Read queries; raises as `people` does."""
    decoder = msgspec.json.Decoder(QueryLine)
    yield from (decoder.decode(line) for line in _written(lines))


def _written(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines on which something is written."""
    for number, line in enumerate(lines):
        text = (line if number else line.removeprefix(_MARK)).strip()
        if text:
            yield text


def _person(line: _PersonLine) -> Person:
    known = [Name(line.name or "", line.kana or "", line.name_alpha or "")]
    if line.tsusho or line.tsusho_kana:
        known.append(Name(line.tsusho or "", line.tsusho_kana or "", kind=NameKind.TSUSHO))
    earlier = [Name(one.name or "", one.kana or "", kind=NameKind.EARLIER) for one in line.prev_names or ()]
    return Person(
        id=line.id,
        names=(*known, *earlier),
        birth=line.birth or "",
        sex=str(line.sex or ""),
        addresses=(line.address or "", *(one.address or "" for one in reversed(line.prev_addresses or ()))),
    )
