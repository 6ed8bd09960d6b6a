"""Request items of 住登外者宛名番号付番API 2.0 (令和5年3月), in their published order.

Attribution: 住登外者宛名番号付番API仕様 第2.0版, デジタル庁, 公共データ利用規約（第1.0版）; edited (columns left out).
A unit test holds the table against the published one. Conditions between items are in `conditions`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class RequestItem(NamedTuple):
    """One item. `length` counts characters; `fixed`: no shorter value is right; `codes`, if any: its only values."""

    romaji: str
    name: str
    type: Literal["X", "N", "DATE", "TIME"]
    length: int
    required: bool = False
    fixed: bool = False
    codes: tuple[str, ...] = ()


_FLAG = ("0", "1")

ITEMS: tuple[RequestItem, ...] = (
    RequestItem("shorikubun", "処理区分", "X", 1, required=True, fixed=True, codes=("0", "1", "2")),
    RequestItem("shikuchosonkodo", "市区町村コード", "X", 6, required=True, fixed=True),
    RequestItem("atenabango", "宛名番号", "X", 15),
    RequestItem("kojinbango", "個人番号", "X", 12, fixed=True),
    RequestItem("shimei", "氏名", "N", 100),
    RequestItem("uji_nihonjin", "氏_日本人", "N", 50),
    RequestItem("na_nihonjin", "名_日本人", "N", 50),
    RequestItem("shimei_gaikokujinromaji", "氏名_外国人ローマ字", "N", 100),
    RequestItem("shimei_gaikokujinkanji", "氏名_外国人漢字", "N", 100),
    RequestItem("shimei_furigana", "氏名_フリガナ", "N", 100),
    RequestItem("uji_nihonjin_furigana", "氏_日本人_フリガナ", "N", 50),
    RequestItem("na_nihonjin_furigana", "名_日本人_フリガナ", "N", 50),
    RequestItem("tsusho", "通称", "N", 100),
    RequestItem("tsusho_furigana", "通称_フリガナ", "N", 100),
    RequestItem("tsusho_furiganakakuninjokyo", "通称_フリガナ確認状況", "X", 1, fixed=True, codes=_FLAG),
    RequestItem("seibetsu", "性別", "X", 1, fixed=True),
    RequestItem("seinengappi", "生年月日", "DATE", 10),
    RequestItem("seinengappi_fushofuragu", "生年月日_不詳フラグ", "X", 1, fixed=True, codes=_FLAG),
    RequestItem("seinengappi_fushohyoki", "生年月日_不詳表記", "N", 72),
    RequestItem("jusho_shikuchosonkodo", "住所_市区町村コード", "X", 6),
    RequestItem("jusho_choazakodo", "住所_町字コード", "X", 7),
    RequestItem("shiteitoshi_gyoseikutokodo", "指定都市_行政区等コード", "X", 12),
    RequestItem("jusho_todofuken", "住所_都道府県", "N", 4),
    RequestItem("jusho_shikugunchosonmei", "住所_市区郡町村名", "N", 12),
    RequestItem("jusho_choaza", "住所_町字", "N", 120),
    RequestItem("jusho_banchigohyoki", "住所_番地号表記", "N", 50),
    RequestItem("jusho_katagaki", "住所_方書", "N", 300),
    RequestItem("jusho_katagaki_furigana", "住所_方書_フリガナ", "N", 300),
    RequestItem("jusho_yubinbango", "住所_郵便番号", "X", 7),
    RequestItem("jusho_kokumeikodo", "住所_国名コード", "X", 3),
    RequestItem("jusho_kokumeito", "住所_国名等", "N", 100),
    RequestItem("jusho_kokugaijusho", "住所_国外住所", "N", 300),
    RequestItem("gyomuid", "業務ID", "X", 3, fixed=True),
    RequestItem("dokujishisakushisutemutoid", "独自施策システム等ID", "X", 3, fixed=True),
    RequestItem("nayosemotofuragu", "名寄せ元フラグ", "X", 1, required=True, fixed=True, codes=_FLAG),
    RequestItem("nayosesakiatenabango", "名寄せ先宛名番号", "X", 15),
    RequestItem("tagyomusanshofukafuragu", "他業務参照不可フラグ", "X", 1, required=True, fixed=True, codes=_FLAG),
    RequestItem("sosashaid", "操作者ID", "X", 10, required=True),
    RequestItem("sosanengappi", "操作年月日", "DATE", 10, required=True),
    RequestItem("sosajikoku", "操作時刻", "TIME", 8, required=True),
)
BY_NAME = {item.romaji: item for item in ITEMS}
ORDER = {item.romaji: place for place, item in enumerate(ITEMS)}

PERSON = tuple(item.romaji for item in ITEMS[ORDER["shimei"] : ORDER["gyomuid"]])
"""Items that say who a person is, from 氏名 to 住所_国外住所. 個人番号 is none: it belongs to one business's use."""
