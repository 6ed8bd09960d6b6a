"""Items of the two calls that are ours: 住登外者宛名基本情報更新 and 住登外者宛名履歴照会.

No public document has them. Items that the number-issue API has, too, are the same; the others are named in its style:

| item | call | meaning |
|---|---|---|
| 処理区分 | 更新 | 1 update, 2 end of use (deletion), 3 名寄せ, 4 its taking back, 5 take the lease, 6 give it back |
| 履歴番号 | 更新 | the one the editor has seen; if it is no longer the newest, the edit is refused |
| 個人番号取得フラグ | 照会 | 1: 個人番号 is asked for, too; only the system that sent it gets it |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kyotsu.addressees.conditions import person_errors
from kyotsu.addressees.items import BY_NAME, ITEMS, PERSON, RequestItem
from kyotsu.addressees.rules import RequestError, missing, not_of_processing, wrong
from kyotsu.japanese.text import is_digits

UPDATE, END, LINK, UNLINK, TAKE, GIVE_BACK = "1", "2", "3", "4", "5", "6"
"""処理区分 of 住登外者宛名基本情報更新."""
_PROCESSING = (UPDATE, END, LINK, UNLINK, TAKE, GIVE_BACK)
_SEEN = RequestItem("rirekibango", "履歴番号", "X", 3)
_INDIVIDUAL = RequestItem("kojinbangoshutokufuragu", "個人番号取得フラグ", "X", 1, fixed=True, codes=("0", "1"))
_WHO_ASKS = ("gyomuid", "dokujishisakushisutemutoid")
_OPERATION = ("sosashaid", "sosanengappi", "sosajikoku")


def _taken(*names: str) -> tuple[RequestItem, ...]:
    return tuple(item for item in ITEMS if item.romaji in names)


EDIT_ITEMS: tuple[RequestItem, ...] = (
    RequestItem("shorikubun", "処理区分", "X", 1, required=True, fixed=True, codes=_PROCESSING),
    *_taken("shikuchosonkodo"),
    BY_NAME["atenabango"]._replace(required=True),
    _SEEN,
    *_taken("kojinbango", *PERSON, *_WHO_ASKS, "nayosesakiatenabango"),
    BY_NAME["tagyomusanshofukafuragu"]._replace(required=False),
    *_taken(*_OPERATION),
)
HISTORY_ITEMS: tuple[RequestItem, ...] = (
    *_taken("shikuchosonkodo"),
    BY_NAME["atenabango"]._replace(required=True),
    _INDIVIDUAL,
    *_taken(*_WHO_ASKS, *_OPERATION),
)
_ALWAYS = frozenset({"shorikubun", "shikuchosonkodo", "atenabango", *_WHO_ASKS, *_OPERATION})
_MORE: Mapping[str, frozenset[str]] = {
    UPDATE: frozenset({"rirekibango", "kojinbango", *PERSON, "tagyomusanshofukafuragu"}),
    END: frozenset({"rirekibango"}),
    LINK: frozenset({"rirekibango", "nayosesakiatenabango"}),
    UNLINK: frozenset({"rirekibango"}),
    TAKE: frozenset(),
    GIVE_BACK: frozenset(),
}
"""Items that a 処理区分 takes beside those of all. What it does not take is refused: ignored, it would be lost."""


def edit_conditions(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield what items of 住登外者宛名基本情報更新 ask of each other."""
    if not is_digits(values.get("rirekibango", "")):
        yield wrong(_SEEN, "半角数字")
    processing = values.get("shorikubun", "")
    if processing not in _MORE:
        return
    if processing == UPDATE:
        yield from person_errors(values)
    if processing == LINK and "nayosesakiatenabango" not in values:
        yield missing(BY_NAME["nayosesakiatenabango"])
    for item in EDIT_ITEMS:
        if item.romaji in values and item.romaji not in _ALWAYS | _MORE[processing]:
            yield not_of_processing(item, processing)


def no_conditions(_values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield nothing: items of 住登外者宛名履歴照会 ask nothing of each other."""
    yield from ()
