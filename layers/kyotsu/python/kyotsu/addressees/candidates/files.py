"""People and queries in files of one JSON object a line, as evaluation reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query


class _EarlierName(msgspec.Struct):
    name: str = ""
    kana: str = ""


class _EarlierAddress(msgspec.Struct):
    address: str = ""


class _PersonLine(msgspec.Struct):
    id: str
    name: str = ""
    kana: str = ""
    name_alpha: str = ""
    tsusho: str = ""
    tsusho_kana: str = ""
    sex: str = ""
    birth: str = ""
    address: str = ""
    prev_names: tuple[_EarlierName, ...] = ()
    prev_addresses: tuple[_EarlierAddress, ...] = ()


class QueryLine(msgspec.Struct):
    """A query, with the id its answer names."""

    qid: str
    name: str = ""
    kana: str = ""
    birth: str = ""
    sex: str = ""
    address: str = ""

    def query(self) -> Query:
        """Return the query."""
        return Query(name=self.name, kana=self.kana, birth=self.birth, sex=self.sex, address=self.address)


def people(lines: Iterable[bytes]) -> Iterator[Person]:
    """Read people; raises msgspec.ValidationError or msgspec.DecodeError for a line that is none."""
    decoder = msgspec.json.Decoder(_PersonLine)
    for line in lines:
        if line.strip():
            yield _person(decoder.decode(line))


def queries(lines: Iterable[bytes]) -> Iterator[QueryLine]:
    """Read queries; raises as `people` does."""
    decoder = msgspec.json.Decoder(QueryLine)
    yield from (decoder.decode(line) for line in lines if line.strip())


def _person(line: _PersonLine) -> Person:
    known = [Name(line.name, line.kana, line.name_alpha)]
    if line.tsusho or line.tsusho_kana:
        known.append(Name(line.tsusho, line.tsusho_kana, kind=NameKind.TSUSHO))
    known += (Name(earlier.name, earlier.kana, kind=NameKind.EARLIER) for earlier in line.prev_names)
    return Person(
        id=line.id,
        names=tuple(known),
        birth=line.birth,
        sex=line.sex,
        addresses=(line.address, *(earlier.address for earlier in reversed(line.prev_addresses))),
    )
