"""Names as they are mistyped, misread, converted and spelt otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

from kyotsu.japanese import romaji, variants
from tools.candidates.register import Register, Row
from tools.candidates.vocabulary import SPACE


def _table(text: str) -> dict[str, str]:
    """Read what each character becomes."""
    return dict(pair.split(":") for pair in text.split())


_VOICED = str.maketrans(
    "カキクケコサシスセソタチツテトハヒフヘホガギグゲゴザジズゼゾダヂヅデドバビブベボ",
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボカキクケコサシスセソタチツテトハヒフヘホ",
)
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_NEIGHBOURS = _table("""
ア:ウチ カ:シト サ:ハト タ:テカ ナ:ニマ ハ:キク マ:ノナ ヤ:ユヨ ラ:リスキ
シ:トカ ミ:モナ リ:レケ コ:サヒ ヨ:ユヤ ト:シカ キ:ハク ノ:マリ ヒ:コソ
""")
_OCR = _table("""
田:由 木:本 村:材 大:犬 土:士 山:出 川:三 子:予 美:羊 太:大 小:少 井:丼
口:ロ 上:土 中:申 千:干 沢:択 島:鳥 原:厚 藤:籐 佐:住 本:木 野:鼻 谷:各
鈴:鉛 恵:惠 人:入 郎:朗 正:止 智:知 里:黒 明:朋 代:伐 和:知 幸:辛 博:専
夫:天 義:議 由:田 香:杳 江:汪 沙:砂 末:未
""")
_HOMOPHONES = _table("""
田:多 木:樹 野:乃 子:己 村:邑 島:嶋 川:河 原:腹 中:仲 佳:香 美:実 太:多
和:一 智:知 裕:祐 弘:広 幸:行 明:昭 彦:比古 恵:江 浩:洋 里:理 奈:菜 加:賀
斉:斎 史:文 光:満 正:昌 雄:夫 章:昭 康:泰
""")
_SMALL = str.maketrans("ァィゥェォャュョッ", "アイウエオヤユヨツ")


def variant(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write characters as their variants."""
    table = _variants_of()
    name = [random.choice(table[c]) if c in table and random.random() < 0.8 else c for c in query["name"]]
    query["name"] = "".join(name)


def gap(query: Row, person: Row, random: Random, _: Register) -> None:
    """Lose a character."""
    _replace_one(query, "name", random, lambda _: random.choice("●〓?＿□"))


def homophone(query: Row, person: Row, random: Random, _: Register) -> None:
    """Convert kana to the wrong kanji."""
    _replace_one(query, "name", random, lambda c: _HOMOPHONES.get(c, ""), else_any="由紀央真也佳")


def scanned(query: Row, person: Row, random: Random, _: Register) -> None:
    """Read a character wrongly."""
    _replace_one(query, "name", random, lambda c: _OCR.get(c, ""), else_any="田木大川")


def kana_slip(query: Row, person: Row, random: Random, _: Register) -> None:
    """Mistype a kana: left out, doubled, swapped, or the neighbour on the keyboard."""
    text = query["kana"]
    places = [n for n, c in enumerate(text) if c in _KANA]
    if len(places) < 3:
        return
    n, kind = random.choice(places), random.randrange(5)
    if kind == 0:
        query["kana"] = text[:n] + text[n + 1 :]
    elif kind == 1:
        query["kana"] = text[:n] + text[n] + text[n:]
    elif kind == 2 and n + 1 < len(text) and text[n + 1] != SPACE:
        query["kana"] = text[:n] + text[n + 1] + text[n] + text[n + 2 :]
    else:
        other = random.choice(_NEIGHBOURS.get(text[n], _KANA) if kind == 3 else _KANA)
        query["kana"] = text[:n] + other + text[n + 1 :]


def voiced(query: Row, person: Row, random: Random, _: Register) -> None:
    """Add or lose a dakuten."""
    _replace_one(query, "kana", random, lambda c: t if (t := c.translate(_VOICED)) != c else "")


def all_unvoiced(query: Row, person: Row, random: Random, _: Register) -> None:
    """Lose every dakuten, as old systems did."""
    query["kana"] = re.sub("[\u3099\u309a]", "", unicodedata.normalize("NFD", query["kana"]))


def respelled(query: Row, person: Row, random: Random, _: Register) -> None:
    """Spell kana otherwise: long vowels, small kana, ヅ, old kana."""
    text = query["kana"]
    change = random.randrange(5)
    if change == 0:
        text = re.sub("(?<=[オコゴソゾトドノホボポモヨロョ])ウ", random.choice(("オ", "ー", "")), text)
    elif change == 1:
        text = text.translate(_SMALL)
    elif change == 2:
        text = text.replace("ズ", "ヅ").replace("ジ", "ヂ")
    elif change == 3:
        text = text.replace("オ", "ヲ").replace("イ", "ヰ").replace("エ", "ヱ")
    else:
        text = re.sub("(?<=[ウクスツヌフムユルュ])ウ|(?<=[エケセテネヘメレ])イ", "ー", text)
    query["kana"] = text


def hiragana(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the kana in hiragana."""
    query["kana"] = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in query["kana"])


def half_width(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the kana in half width."""
    query["kana"] = _half_width(query["kana"])


def no_kana(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give no kana."""
    query["kana"] = ""


def no_name(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give the kana alone."""
    if query["kana"]:
        query["name"] = ""


def no_space(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write names without a space, or with other ones."""
    space = random.choice(("", "", " ", "  ", "・"))
    for item in ("name", "kana"):
        query[item] = query[item].replace(SPACE, space)


def wrong_space(query: Row, person: Row, random: Random, _: Register) -> None:
    """Put the space one character off."""
    for item in ("name", "kana"):
        place = query[item].find(SPACE)
        if 0 < place < len(query[item]) - 2:
            text = query[item].replace(SPACE, "", 1)
            query[item] = text[: place + 1] + SPACE + text[place + 1 :]


def turned_name(query: Row, person: Row, random: Random, _: Register) -> None:
    """Put the given name first."""
    for item in ("name", "kana"):
        query[item] = SPACE.join(reversed(query[item].split(SPACE)))


def half_a_name(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give the family name or the given name alone."""
    part = random.choice((0, 0, -1))
    for item in ("name", "kana"):
        query[item] = query[item].split(SPACE)[part]


def short_given(query: Row, person: Row, random: Random, _: Register) -> None:
    """Leave out the end of the given name: 花子 is called 花."""
    for item, most in (("name", 1), ("kana", 2)):
        family, space, given = query[item].partition(SPACE)
        if len(given) > most:
            query[item] = family + space + given[:most]


def titled(query: Row, person: Row, random: Random, _: Register) -> None:
    """Add a title, or an earlier family name in brackets."""
    if random.random() < 0.7:
        query["name"] += random.choice(("様", "さん", f"{SPACE}様", "殿"))
    else:
        query["name"] = query["name"].replace(SPACE, random.choice(("（田中）", "(旧姓佐藤)")), 1)


def fields_swapped(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write kanji and kana into each other's field."""
    query["name"], query["kana"] = query["kana"], query["name"]


def in_romaji(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write a name in Latin letters, in one of the usual ways."""
    if person["name_alpha"]:
        words = person["name_alpha"].split()
    elif person["kana"]:
        words = [_romaji(part, random) for part in person["kana"].split(SPACE)]
    else:
        return
    if len(words) > 2 and random.random() < 0.3:
        del words[1]
    if random.random() < 0.4:
        words.reverse()
    text = " ".join(words)
    query["name"] = random.choice((text, text.title(), text.upper()))
    query["kana"] = query["kana"] if random.random() < 0.3 else ""


def in_katakana(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write a foreign name by its sound."""
    if person["name_alpha"] and query["kana"]:
        query["name"] = query["kana"] = query["kana"].replace("ヴ", "ブ").replace("ドゥ", "ド")


def by_tsusho(query: Row, person: Row, random: Random, _: Register) -> None:
    """Use the 通称."""
    if person["tsusho"]:
        query["name"], query["kana"] = person["tsusho"], person["tsusho_kana"]


def by_earlier_name(query: Row, person: Row, random: Random, _: Register) -> None:
    """Use an earlier name."""
    if person["prev_names"]:
        query["name"], query["kana"] = person["prev_names"][0]["name"], person["prev_names"][0]["kana"]


def new_family_name(query: Row, person: Row, random: Random, register: Register) -> None:
    """Use a family name the register has not heard of yet."""
    if not person["name_alpha"]:
        other = register.person(person["sex"], given=person["given"])
        query["name"], query["kana"] = other["name"], other["kana"] if query["kana"] else ""


def _replace_one(query: Row, item: str, random: Random, change: Callable[[str], str], else_any: str = "") -> None:
    text = query[item]
    places = [n for n, c in enumerate(text) if c != SPACE and change(c)]
    if not places and else_any:
        places = [n for n, c in enumerate(text) if c != SPACE]
    if places:
        n = random.choice(places)
        query[item] = text[:n] + (change(text[n]) or random.choice(else_any)) + text[n + 1 :]


def _variants_of() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in variants.OURS:
        for character in group:
            found[character] = [other for other in group if other != character and ord(other) != 0x5009]
    return found


def _half_width(text: str) -> str:
    wide = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
    plain = unicodedata.normalize("NFD", text.replace(SPACE, " "))
    return "".join(wide.get(c, {"\u3099": "ﾞ", "\u309a": "ﾟ"}.get(c, c)) for c in plain)


def _romaji(part: str, random: Random) -> str:
    text = romaji.latin_of(part)
    change = random.randrange(3)
    if change == 0:
        text = text.replace("ou", "o").replace("oo", "o").replace("uu", "u")
    elif change == 1:
        text = text.replace("ou", "oh").replace("shi", "si").replace("tsu", "tu").replace("chi", "ti")
    return text.upper()
