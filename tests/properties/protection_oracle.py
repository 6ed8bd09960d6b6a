"""Who is protected, once more: written from the sentences of docs/decisions/0094 over rows as they were sent, slow on
purpose. The product must agree with it."""

from __future__ import annotations

from collections.abc import Sequence

Row = dict[str, str]
Key = tuple[int, str]


def is_protected(rows: Sequence[Row]) -> bool:
    """「A person is protected in any 市区町村コード」"""
    places = {row["shikuchosonkodo"] for row in rows}
    return any(_in_place([row for row in rows if row["shikuchosonkodo"] == place]) for place in places)


def _in_place(rows: Sequence[Row]) -> bool:
    keys = sorted({_key(row) for row in rows})
    standing = [key for key in keys if any(row["sakujofuragu"] == "0" for row in _last_said(rows, key))]
    if not standing:
        return False
    end = _last_said(rows, standing[-1])
    # 「Only 区分 3 of the last key, as 最新フラグ 1, and said by all that was said at that moment, releases」
    if any((row["shiensochikubun"], row["saishinfuragu"], row["sakujofuragu"]) != ("3", "1", "0") for row in end):
        return True
    # 「… and only if it is later than whatever protected」
    claims = [
        row
        for row in rows
        if _key(row) in standing
        and row["sakujofuragu"] == "0"
        and row["saishinfuragu"] == "1"
        and row["shiensochikubun"] != "3"
    ]
    return max(map(_moment, claims), default="") >= _moment(end[0])


def _last_said(rows: Sequence[Row], key: Key) -> list[Row]:
    of_key = [row for row in rows if _key(row) == key]
    last = max(map(_moment, of_key))
    return [row for row in of_key if _moment(row) == last]


def _key(row: Row) -> Key:
    return int(row["rirekibango"]), row["shiensochikaishinengappi"]


def _moment(row: Row) -> str:
    return row["sosanengappi"] + row["sosajikoku"]
