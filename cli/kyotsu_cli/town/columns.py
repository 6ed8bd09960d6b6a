"""The columns of 001o006 version v1 as this town's 住民記録 system writes them.

A sender of files has no catalogue of ours, so the town keeps its own list; a test compares it with the layout.
"""

from __future__ import annotations

Row = dict[str, str]
"""One row of the file: romaji name to text, every column present."""

INTERFACE = "001o006"
VERSION = "v1"

COLUMNS: tuple[str, ...] = (
    "shikuchosonkodo",
    "atenabango",
    "kojinrirekibango",
    "kojinrirekibango_edabango",
    "saishinfuragu",
    "setaibango",
    "kojinbango",
    "juminhyokodo",
    "juminshubetsu",
    "juminjotai",
    "idonengappi",
    "idonengappi_fushofuragu",
    "idonengappi_fushohyoki",
    "todokedenengappi",
    "idojiyu",
    "shimei",
    "shimei_gaikokujinromaji",
    "shimei_gaikokujinkanji",
    "shimei_furigana",
    "kyushi",
    "kyushi_furigana",
    "tsusho",
    "tsusho_furigana",
    "seibetsu",
    "seinengappi",
    "seinengappi_fushofuragu",
    "seinengappi_fushohyoki",
    "tsuzukigarakodo1",
    "tsuzukigarakodo2",
    "tsuzukigarakodo3",
    "tsuzukigarakodo4",
    "jusho_shikuchosonkodo",
    "jusho_choazakodo",
    "jusho_todofuken",
    "jusho_shikugunchosonmei",
    "jusho_choaza",
    "jusho_banchigohyoki",
    "jusho_katagaki",
    "jusho_yubinbango",
    "tenshutsusakijushoyotei_shikuchosonkodo",
    "tenshutsusakijushoyotei",
    "tenshutsuyoteinengappi",
    "tennyumaejusho_shikuchosonkodo",
    "tennyumaejusho",
    "juminnengappi",
    "sosashaid",
    "sosanengappi",
    "sosajikoku",
    "sakujofuragu",
)

EMPTY: Row = dict.fromkeys(COLUMNS, "")
