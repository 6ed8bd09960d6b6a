"""Response bodies of 団体内統合宛名, in the style of the published ones: all ours, as none of them is public.

An error of one person names its 連番; one of the request as a whole names none.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kyotsu.addressees.responses import Call, ErrorEntry, Failure, Link, Links, Metadata
from kyotsu.addressees.rules import RequestError
from kyotsu.integrated.requests import Header, PlacedError

ISSUE = Call("団体内統合宛名番号付番", "app_submit/v10/dantainaitogoatenabangofuban")
SHOW = Call("団体内統合宛名基本情報照会", "app_submit/v10/dantainaitogoatenakihonjohosyokai")
_DONE = "登録が完了しました。"
_PARTLY = "登録できなかった対象者があります。errorsを確認してください。"
_FOUND, _NOT_FOUND = "照会が完了しました。", "該当する団体内統合宛名基本情報はありません。"


class IssuedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `result`: a person who has a number now."""

    renban: int
    """Where the person stands in the request, from 1."""
    shikuchosonkodo: str
    atenabango: str
    dantainaitogoatenabango: str
    shinkifubanfuragu: str
    """1: the number was issued by this request; 0: the person had it."""
    sosashaid: str
    sosanengappi: str
    sosajikoku: str


class PersonError(ErrorEntry, frozen=True, omit_defaults=True):
    """One entry of `errors`; `renban` 0 is absent: the request as a whole."""

    renban: int = 0


class IssuedBody(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200: who was done, and the errors of who was not, each in the order of the request."""

    metadata: Metadata
    links: Links
    result: tuple[IssuedPerson, ...]
    errors: tuple[PersonError, ...]


class RefusedBody(Failure, frozen=True, kw_only=True):
    """Body of status 400: nobody was done."""

    errors: tuple[PersonError, ...]


class ShownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row behind a number, of the caller itself."""

    atenabango: str
    gyomuid: str
    dokujishisakushisutemutoid: str
    togoatenafuragu: str
    """統合宛名フラグ: 1 or 0."""


class ShownPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of `result`: 基本4情報 of the flagged row. Items that are not set, or may not be seen, are absent."""

    dantainaitogoatenabango: str
    atena: tuple[ShownRow, ...]
    kojinbango: str = ""
    shimei: str = ""
    uji_nihonjin: str = ""
    na_nihonjin: str = ""
    shimei_gaikokujinromaji: str = ""
    shimei_gaikokujinkanji: str = ""
    shimei_furigana: str = ""
    uji_nihonjin_furigana: str = ""
    na_nihonjin_furigana: str = ""
    tsusho: str = ""
    tsusho_furigana: str = ""
    tsusho_furiganakakuninjokyo: str = ""
    seibetsu: str = ""
    seinengappi: str = ""
    seinengappi_fushofuragu: str = ""
    seinengappi_fushohyoki: str = ""
    jusho_shikuchosonkodo: str = ""
    jusho_choazakodo: str = ""
    shiteitoshi_gyoseikutokodo: str = ""
    jusho_todofuken: str = ""
    jusho_shikugunchosonmei: str = ""
    jusho_choaza: str = ""
    jusho_banchigohyoki: str = ""
    jusho_katagaki: str = ""
    jusho_katagaki_furigana: str = ""
    jusho_yubinbango: str = ""
    jusho_kokumeikodo: str = ""
    jusho_kokumeito: str = ""
    jusho_kokugaijusho: str = ""
    juminjotai: str = ""

    def __repr__(self) -> str:
        return "ShownPerson(…)"


class ShownBody(msgspec.Struct, frozen=True, kw_only=True, rename={"links": "_links"}):
    """Body of status 200 of a look-up: nobody, or one person."""

    metadata: Metadata
    links: Links
    result: tuple[ShownPerson, ...]


def issued(header: Header, place: int, number: str, integrated: str, *, new: bool) -> IssuedPerson:
    """Return the entry of a person who was done; who operated when is the request's."""
    operator, day, time = header.operation
    return IssuedPerson(
        renban=place,
        shikuchosonkodo=header.municipality,
        atenabango=number,
        dantainaitogoatenabango=integrated,
        shinkifubanfuragu="1" if new else "0",
        sosashaid=operator,
        sosanengappi=day,
        sosajikoku=time,
    )


def done(people: Sequence[IssuedPerson], errors: Sequence[PlacedError]) -> IssuedBody:
    """Return the body of status 200 of a request of which at least one person was done."""
    return IssuedBody(
        metadata=Metadata(ISSUE.title, _PARTLY if errors else _DONE),
        links=_links(ISSUE),
        result=tuple(sorted(people, key=lambda person: person.renban)),
        errors=_entries(errors),
    )


def shown(people: Sequence[ShownPerson]) -> ShownBody:
    """Return the body of status 200 of a look-up."""
    metadata = Metadata(SHOW.title, _FOUND if people else _NOT_FOUND)
    return ShownBody(metadata=metadata, links=_links(SHOW), result=tuple(people))


def refused(call: Call, errors: Sequence[PlacedError]) -> RefusedBody:
    """Return the body of status 400; `errors` has at least one entry."""
    return RefusedBody(title=call.title, detail="エラーが発生しました。", links=_links(call), errors=_entries(errors))


def whole(errors: Sequence[RequestError]) -> list[PlacedError]:
    """Return errors of a request as a whole."""
    return [PlacedError(0, error) for error in errors]


def _entries(errors: Sequence[PlacedError]) -> tuple[PersonError, ...]:
    ordered = sorted(errors, key=lambda placed: placed.place)
    return tuple(PersonError(placed.error.code, placed.error.message, placed.place) for placed in ordered)


def _links(call: Call) -> Links:
    return Links(Link(f"/{call.path}"))
