"""Latin letters: Japanese names in romaji as kana, and names of all languages as they sound to a Japanese ear."""

from __future__ import annotations

import functools
import re
import unicodedata

from kyotsu.japanese.kana import katakana

_VOWELS = "aiueo"
_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソ",
    "z": "ザジズゼゾ",
    "t": "タチツテト",
    "d": "ダヂヅデド",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}
_Y = {row: syllables[1] for row, syllables in _ROWS.items() if row}


def _syllables() -> dict[str, str]:
    """Return Hepburn and Kunrei syllables, with their kana."""
    table = {row + vowel: kana for row, kanas in _ROWS.items() for vowel, kana in zip(_VOWELS, kanas, strict=True)}
    smalls = {"a": "ャ", "u": "ュ", "o": "ョ"}
    table |= {f"{row}y{vowel}": _Y[row] + small for row in _Y for vowel, small in smalls.items()}
    for lead, kana in {"sh": "シ", "ch": "チ", "j": "ジ", "jy": "ジ", "cy": "チ"}.items():
        table |= {lead + vowel: kana + small for vowel, small in smalls.items()}
    table |= {"shi": "シ", "chi": "チ", "tsu": "ツ", "fu": "フ", "ji": "ジ", "ya": "ヤ", "yu": "ユ", "yo": "ヨ"}
    return table | {"wa": "ワ", "wo": "オ", "wi": "ウィ", "we": "ウェ", "n": "ン", "n'": "ン", "m": "ン", "ye": "イェ"}


_SYLLABLES = _syllables()
_LONGEST = max(map(len, _SYLLABLES))
_MACRONS = str.maketrans("âêîôûāēīōū", "aeiouaeiou")
_N_BEFORE_LIP = re.compile("m(?=[bpm])")
_LONG_H = re.compile("(?<=[ou])h(?![aiueoy])")
_DOUBLED = re.compile(r"(?:t(?=ch)|([kgsztdhbpr])(?=\1))")


@functools.lru_cache(maxsize=8192)
def kana_of(word: str) -> str | None:
    """Return a romaji word (Hepburn, Kunrei or a passport's) in katakana; None if it is no Japanese word.

    Long vowels stay as far as they are written: SATOU is サトウ, SATOH and SATO are サト.
    """
    rest = unicodedata.normalize("NFKC", word).lower().translate(_MACRONS)
    rest = _DOUBLED.sub("ッ", _LONG_H.sub("", _N_BEFORE_LIP.sub("n", rest)))
    kana = ""
    while rest:
        if rest[0] == "ッ":
            kana, rest = kana + "ッ", rest[1:]
            continue
        length = next((n for n in range(min(_LONGEST, len(rest)), 0, -1) if rest[:n] in _SYLLABLES), 0)
        if not length or rest[:length] == "m":
            return None
        kana, rest = kana + _SYLLABLES[rest[:length]], rest[length:]
    return kana or None


_FOREIGN = {
    "ティ": "ti", "ディ": "di", "トゥ": "tu", "ドゥ": "du", "ファ": "fa", "フィ": "fi", "フェ": "fe", "フォ": "fo",
    "チェ": "che", "シェ": "she", "ジェ": "je", "ウィ": "wi", "ウェ": "we", "ウォ": "wo", "ヴァ": "va", "ヴィ": "vi",
    "ヴェ": "ve", "ヴォ": "vo", "ヴ": "vu", "デュ": "du", "テュ": "tu", "フュ": "fu", "ツァ": "tsa", "イェ": "ye",
    "クァ": "kwa", "クォ": "kwo", "グァ": "gwa", "スィ": "si", "ズィ": "zi",
}  # fmt: skip
_BY_KANA = dict(sorted({kana: letters for letters, kana in _SYLLABLES.items() if letters != "wo"}.items()))
_BY_KANA |= {
    "シ": "shi",
    "チ": "chi",
    "ツ": "tsu",
    "フ": "fu",
    "ジ": "ji",
    "ン": "n",
    "ヂ": "ji",
    "ヅ": "zu",
    "ヲ": "o",
    "ヱ": "e",
    "ヰ": "i",
}
_BY_KANA |= {f"シ{s}": f"sh{v}" for s, v in zip("ャュョ", "auo", strict=True)}
_BY_KANA |= {f"チ{s}": f"ch{v}" for s, v in zip("ャュョ", "auo", strict=True)}
_BY_KANA |= {f"ジ{s}": f"j{v}" for s, v in zip("ャュョ", "auo", strict=True)}
_BY_KANA |= dict(zip("ァィゥェォャュョ", "aiueoauo", strict=True)) | _FOREIGN


@functools.lru_cache(maxsize=8192)
def latin_of(kana: str) -> str:
    """Return a text in kana in Latin letters, roughly Hepburn; anything else in it is dropped."""
    text, letters, place = katakana(kana), [], 0
    while place < len(text):
        pair = text[place : place + 2]
        piece = _BY_KANA.get(pair) if len(pair) == 2 else None
        place += 2 if piece else 1
        letters.append(piece or _BY_KANA.get(pair[0], ""))
    return "".join(letters)


_EAR = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^ng", "g"), (r"sch", "s"), (r"tch", "t"), (r"ph", "h"), (r"th", "t"), (r"zh", "z"), (r"sh", "s"),
        (r"ch", "t"), (r"ts", "t"), (r"([kgbdrn])h", r"\1"), (r"x", "s"), (r"q", "k"), (r"c(?=[eiy])", "s"),
        (r"c", "k"), (r"l", "r"), (r"v", "b"), (r"j", "z"), (r"f", "h"), (r"y", "i"), (r"w", "u"), (r"ng", "n"),
        (r"m(?=[bp])", "n"), (r"(?<=[aiueo])h(?![aiueo])", ""), (r"(.)\1+", r"\1"), (r"ou", "o"), (r"ei", "e"),
    )
)  # fmt: skip


@functools.lru_cache(maxsize=8192)
def ear(word: str) -> str:
    """Return how a word in Latin letters sounds to a Japanese ear: no accents, l as r, v as b, no doubled letters."""
    letters = unicodedata.normalize("NFKD", word).lower()
    text = "".join(letter for letter in letters if "a" <= letter <= "z")
    for pattern, replacement in _EAR:
        text = pattern.sub(replacement, text)
    return text
