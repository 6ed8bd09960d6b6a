"""What one item of a request asks of another: the published conditions, as far as the request itself can tell.

| published | told by |
|---|---|
| 処理区分 1, 2: 宛名番号 | E0001, as in the published example of status 400 |
| 名寄せ元: 名寄せ先宛名番号 | E0004 |
| 氏名未定でない: 氏名 | E0004: any other item of a name says that there is one |
| 日本人, 氏名未定でない: 氏, 名 | E0004: a name without 外国人ローマ字, 外国人漢字 and 通称 is a Japanese one |
| 町字が存在する: 住所_町字 | E0004: 住所_町字コード is set and not 0000000 |
| 方書が存在する: 住所_方書 | E0004: 住所_方書_フリガナ is set |

Nothing in a request tells whether an address has a 番地号, or a foreigner a name in romaji or kanji.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kyotsu.addressees.items import BY_NAME
from kyotsu.addressees.rules import RequestError, missing, required_with

NEW, EXISTING, CHOSEN = "0", "1", "2"
"""処理区分: 付番依頼, 既存住登外者宛名番号利用, 宛名番号選択情報送信."""
_NO_CHOAZA = "0000000"
_FOREIGN = ("shimei_gaikokujinromaji", "shimei_gaikokujinkanji", "tsusho")
_JAPANESE = ("uji_nihonjin", "na_nihonjin")
_NAMES = (*_JAPANESE, *_FOREIGN[:2], "shimei_furigana", "uji_nihonjin_furigana", "na_nihonjin_furigana", "tsusho")


def condition_errors(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield the errors of items that are not set although others ask for them. `values`: what is set, by romaji name,
    also what breaks a rule of its own."""
    if "atenabango" not in values and values.get("shorikubun") in (EXISTING, CHOSEN):
        yield missing(BY_NAME["atenabango"])
    yield from person_errors(values)
    yield from link_errors(values)


def person_errors(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield the errors of items that tell of a person and are not set although others of these ask for them."""
    for name, asked_by in _asked(values):
        if name not in values:
            yield required_with(BY_NAME[name], BY_NAME[asked_by])


def link_errors(values: Mapping[str, str]) -> Iterator[RequestError]:
    """Yield the error of a 名寄せ元フラグ without a 名寄せ先宛名番号."""
    if values.get("nayosemotofuragu") == "1" and "nayosesakiatenabango" not in values:
        yield required_with(BY_NAME["nayosesakiatenabango"], BY_NAME["nayosemotofuragu"])


def _asked(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield items that must be set, each with the item that says so."""
    named_by = next((name for name in _NAMES if name in values), None)
    if named_by is not None:
        yield "shimei", named_by
    if not any(name in values for name in _FOREIGN):
        japanese_by = "shimei" if "shimei" in values else named_by
        if japanese_by is not None:
            yield from ((name, japanese_by) for name in _JAPANESE)
    if values.get("jusho_choazakodo", _NO_CHOAZA) != _NO_CHOAZA:
        yield "jusho_choaza", "jusho_choazakodo"
    if "jusho_katagaki_furigana" in values:
        yield "jusho_katagaki", "jusho_katagaki_furigana"
