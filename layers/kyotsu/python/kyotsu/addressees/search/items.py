"""Items of 住登外者宛名基本情報照会. Call and scope are published, the items are not: ours, in the style of 2.0.

| item | meaning |
|---|---|
| 氏名, 氏名_フリガナ, 生年月日, 性別, 住所 | who is searched for; 氏名 may be 通称, romaji or an earlier one |
| 一致方法 (`itchihoho`) | an object of item → 1 exact, 2 partial, 3 similar (the default): `search.filters` |
| 最大件数 (`saidaikensu`) | rows at most, 1 to 50; 10 if it is not set |
| 対象 (`taisho`) | 1 住登外者 (the default), 2 residents too |

A 生年月日 may have 00 for a month or a day, and 0000 for a year, that is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kyotsu.addressees.items import BY_NAME, RequestItem
from kyotsu.addressees.rules import RequestError, required_with, wrong
from kyotsu.contracts import outcomes
from kyotsu.japanese import dates
from kyotsu.japanese.text import is_digits

EXACT, PARTIAL, SIMILAR = "1", "2", "3"
"""一致方法."""
NON_RESIDENTS, EVERYBODY = "1", "2"
"""対象."""
DEFAULT_ROWS, MOST_ROWS = 10, 50

NAME = BY_NAME["shimei"]
KANA = BY_NAME["shimei_furigana"]
BIRTH = RequestItem("seinengappi", "生年月日", "X", 10, fixed=True)
SEX = BY_NAME["seibetsu"]
ADDRESS = RequestItem("jusho", "住所", "N", 300)
METHODS = RequestItem("itchihoho", "一致方法", "X", 1, fixed=True, codes=(EXACT, PARTIAL, SIMILAR))
"""Of one item; the member itself is an object."""
ROWS = RequestItem("saidaikensu", "最大件数", "X", 2)
WHOM = RequestItem("taisho", "対象", "X", 1, fixed=True, codes=(NON_RESIDENTS, EVERYBODY))

SEARCHED = (NAME, KANA, BIRTH, SEX, ADDRESS)
"""What says who is searched for, and what 一致方法 may name."""
SEARCH_ITEMS: tuple[RequestItem, ...] = (
    *(BY_NAME[name] for name in ("shikuchosonkodo", "gyomuid", "dokujishisakushisutemutoid")),
    *SEARCHED,
    ROWS,
    WHOM,
    *(BY_NAME[name] for name in ("sosashaid", "sosanengappi", "sosajikoku")),
)
"""All but 一致方法, which is an object."""
_NAMES = [item.romaji for item in SEARCH_ITEMS]
ORDER = {name: place for place, name in enumerate([*_NAMES[: _NAMES.index("saidaikensu")], "itchihoho", *_NAMES[8:]])}
_BY_NAME = {item.romaji: item for item in SEARCHED}
_ENOUGH = (NAME, KANA, BIRTH, ADDRESS)


def search_conditions(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield what items ask beyond their form. 性別 alone finds half the town: it is nothing to search by."""
    if not any(item.romaji in values for item in _ENOUGH):
        yield nothing_to_search_by()
    if BIRTH.romaji in values and not dates.is_indefinite_date(values[BIRTH.romaji]):
        yield wrong(BIRTH, "日付（YYYY-MM-DD。不明な年は0000、不明な月・日は00）")
    if ROWS.romaji in values and not _is_count(values[ROWS.romaji]):
        yield wrong(ROWS, f"1〜{MOST_ROWS}の半角数字")


def nothing_to_search_by() -> RequestError:
    """Return the error of a request that gives no item by which people are found."""
    return RequestError(NAME.romaji, outcomes.NOTHING_TO_SEARCH_BY.code, outcomes.NOTHING_TO_SEARCH_BY.sentence())


def method_errors(methods: object, given: Mapping[str, object]) -> Iterator[RequestError]:
    """Yield what is wrong with 一致方法; `given`: the items that are set."""
    if methods is None or methods == "":
        return
    if not isinstance(methods, Mapping):
        yield wrong(METHODS, "項目名と一致方法の組（JSONのオブジェクト）")
        return
    chosen = {name: value for name, value in methods.items() if value is not None and value != ""}
    for name, item in _BY_NAME.items():
        if name not in chosen:
            continue
        if not isinstance(chosen[name], str) or chosen[name] not in METHODS.codes:
            yield wrong(METHODS._replace(name=f"一致方法（{item.name}）"), f"{'、'.join(METHODS.codes)}のいずれか")
        elif chosen[name] != SIMILAR and name not in given:
            yield required_with(item, METHODS)
    unknown = len(chosen.keys() - _BY_NAME.keys())
    if unknown:
        yield RequestError(METHODS.romaji, outcomes.UNKNOWN_ITEMS.code, outcomes.UNKNOWN_ITEMS.sentence(count=unknown))


def _is_count(text: str) -> bool:
    return len(text) <= ROWS.length and is_digits(text) and 1 <= int(text) <= MOST_ROWS
