"""The answer of 住登外者宛名基本情報照会: a row for each person found, the most probable first. Its items are ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.responses import Call, Links, Metadata, links

SEARCH = Call("住登外者宛名基本情報照会", "app_submit/v10/jutogaishaatenakihonjohosyokai")


class Why(msgspec.Struct, frozen=True):
    """One of 理由: what agrees, or does not."""

    code: str
    text: str


class _Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A candidate, but for the items of the person."""

    shikuchosonkodo: str
    atenabango: str
    rirekibango: int
    """履歴番号; of a resident, 個人履歴番号."""
    tokuten: int
    """得点: how probable it is that both are one person, in hundredths."""
    riyu: tuple[Why, ...]
    rirekiitchi: str
    """履歴一致フラグ: 1 if earlier data agree."""
    yokushifuragu: str
    """抑止フラグ: 1 if the person is protected; `jusho` is null then, and no item tells where the person lives."""
    jusho: str | UnsetType | None = UNSET
    """住所 as one text; absent if there is none."""
    juminkubun: str | None = None
    """住民区分, if residents were asked for."""
    riyofuragu: str | None = None
    """利用フラグ: whether the caller uses the record; absent for a resident."""
    nayosemotofuragu: str | None = None
    nayosesakiatenabango: str | None = None
    tagyomusanshofukafuragu: str | None = None


if TYPE_CHECKING:
    CandidateRow = _Row
else:
    CandidateRow = msgspec.defstruct(
        "CandidateRow",
        [(name, str | None, None) for name in PERSON],
        bases=(_Row,),
        namespace={"__doc__": "A candidate.", "__repr__": lambda _: "CandidateRow(…)"},
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )


class Candidates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"links": "_links"}):
    """Body of status 200 of a search."""

    metadata: Metadata
    links: Links
    kensakuid: str | None = None
    """検索ID, which an issue names; only where the deployment asks for that."""
    result: tuple[CandidateRow, ...]

    def __repr__(self) -> str:
        return "Candidates(…)"


def row(**items: Any) -> CandidateRow:
    """Return a row; items that are not set are left out."""
    return CandidateRow(**items)


def candidates(rows: Sequence[CandidateRow], search: str | None) -> Candidates:
    """Return the body of status 200; nobody found is one, too."""
    metadata = Metadata(SEARCH.title, "照会が完了しました。")
    return Candidates(metadata=metadata, links=links(SEARCH), kensakuid=search, result=tuple(rows))
