"""Kinds of corruption that no parameter was ever fitted to: what a search makes of mistakes nobody thought of.

python -m tools.candidates.unseen [--seed N] [--people N]
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Iterator, Mapping
from random import Random

from kyotsu.addressees.candidates import scoring
from tools.candidates import corruption
from tools.candidates.queries import Asked, asked, nobody
from tools.candidates.register import Register, Row
from tools.candidates.training import World, measured, report
from tools.candidates.vocabulary import SPACE

_KANA = ("シツ", "ソン", "クワタ", "ノメヌ", "チテ", "コユ", "ラフ", "ウワ", "スヌ", "マム", "アマ", "ルレ", "セヤ")
_KANJI = (
    *("未末", "大太犬", "土士", "千干", "己巳已", "日目", "白自", "田由甲申", "人入", "石右", "林村", "治冶", "萩荻"),
    *("緑縁", "裕祐", "幹斡", "侯候", "永氷", "宮官", "崎埼", "岡罔", "西酉", "問間", "岩若", "若苦", "美実", "久夂"),
)
_READINGS = (
    *("サチ ユキ", "ヒロ ユウ", "アキ メイ", "カズ ワ", "マサ ショウ", "ヨシ キチ", "ナオ チョク", "ケン タケシ"),
    *("ジュン アツシ", "コウ ヒロシ", "シン マコト", "トモ チ", "タカ コウ", "ヒデ エイ", "ミ ヨシ", "エ メグミ"),
)


def kana_that_looks_alike(query: Row, person: Row, random: Random, _: Register) -> None:
    """Read a kana for one that looks like it."""
    query["kana"] = _one_of(query["kana"], _KANA, random)


def kanji_that_looks_alike(query: Row, person: Row, random: Random, _: Register) -> None:
    """Read a kanji for one that looks like it, or for anything."""
    changed = _one_of(query["name"], _KANJI, random)
    if changed == query["name"]:
        places = [n for n, c in enumerate(changed) if c != SPACE]
        n = random.choice(places)
        changed = changed[:n] + random.choice("囲団回困図国園圧型垂") + changed[n + 1 :]
    query["name"] = changed


def other_reading(query: Row, person: Row, random: Random, _: Register) -> None:
    """Read a given name's kanji another way."""
    family, _space, given = query["kana"].partition(SPACE)
    pairs = [pair.split() for pair in _READINGS]
    fitting = [(a, b) for one, two in pairs for a, b in ((one, two), (two, one)) if a in given]
    old, new = random.choice(fitting) if fitting else (given[:2], random.choice(("ユキ", "アキ", "ミチ", "ヨリ")))
    if given:
        query["kana"] = family + SPACE + given.replace(old, new, 1)


def whole_given_converted(query: Row, person: Row, random: Random, _: Register) -> None:
    """Convert the whole given name to other kanji that are read alike."""
    family, space, given = query["name"].partition(SPACE)
    if given:
        query["name"] = family + space + "".join(random.choice("亜伊宇江緒香希久沙汰千津登菜乃") for _ in given[:2])


def given_in_hiragana(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the given name in hiragana, and give no kana."""
    family, space, given = query["name"].partition(SPACE)
    reading = query["kana"].partition(SPACE)[2]
    if given and reading:
        query["name"] = family + space + "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in reading)
        query["kana"] = random.choice(("", query["kana"]))


def detached_marks(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write voicing marks as characters of their own, in half width or in full."""
    plain = unicodedata.normalize("NFD", query["kana"])
    query["kana"] = plain.replace("\u3099", random.choice("゛ﾞ")).replace("\u309a", random.choice("゜ﾟ"))


def selectors(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the name with variation selectors, and 旧字 for some."""
    old = dict(zip("沢斉高崎辺国広恵桜浜竜渋", "澤齊髙﨑邊國廣惠櫻濱龍澁", strict=True))
    query["name"] = "".join(
        old.get(c, c) + (random.choice(("", "\U000e0100", "\ufe00")) if c != SPACE else "") for c in query["name"]
    )


def without_ward(query: Row, person: Row, random: Random, _: Register) -> None:
    """Leave out the ward, the city, or both."""
    cut = random.choice((r"(?<=市).{1,5}?区", r"^.*?[都道府県]?[^市]{1,4}市(?=.{1,4}区)", r"^.*?市.{1,5}?区"))
    query["address"] = re.sub(cut, "", query["address"], count=1)


def other_ward(query: Row, person: Row, random: Random, _: Register) -> None:
    """Name another ward of the city."""
    query["address"] = re.sub(r"(?<=市).{1,5}?区", random.choice(("中区", "北区", "西区", "緑区")), query["address"])


def year_off(query: Row, person: Row, random: Random, _: Register) -> None:
    """Be off by some years as eras and slips make it."""
    year, rest = int(query["birth"][:4]), query["birth"][4:]
    query["birth"] = f"{year + random.choice((63, -63, 30, -30, 14, -14, 10, -10, 1, -1, 2, -2, 100, 20)):04}{rest}"


def january_first(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give the first of January, or of July, for a date that is not known."""
    query["birth"] = query["birth"][:4] + random.choice(("-01-01", "-07-01"))


def birth_otherwise(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the birth date in another notation."""
    year, month, day = (int(part) for part in query["birth"].split("-"))
    forms = (
        f"{year}/{month}/{day}",
        f"{year}-{month}-{day}",
        f"{year}.{month:02}.{day:02}",
        f"{year}年{month}月{day}日",
    )
    era = "昭和" if 1927 <= year <= 1988 else "平成" if 1990 <= year <= 2018 else ""
    since = {"昭和": 1925, "平成": 1988}.get(era, 0)
    short = {"昭和": "S", "平成": "H"}.get(era, "")
    wareki = (f"{era}{year - since}年{month}月{day}日", f"{short}{year - since}.{month}.{day}") if era else forms
    query["birth"] = random.choice((*forms, *wareki))


def wrong_sex(query: Row, person: Row, random: Random, _: Register) -> None:
    """Have the sex wrong."""
    query["sex"] = {"1": "2", "2": "1"}.get(query["sex"], "")


def married_and_moved(query: Row, person: Row, random: Random, register: Register) -> None:
    """Have another family name and another address."""
    corruption.KINDS["new_family_name"][1](query, person, random, register)
    query["address"] = register.address()


def cut_off(query: Row, person: Row, random: Random, _: Register) -> None:
    """Cut fields where another system's end."""
    query["name"], query["kana"] = query["name"][:8], query["kana"][:10]
    query["address"] = query["address"][:20]


def names_in_one_field(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write kanji and kana into the name's field."""
    query["name"], query["kana"] = f"{query['name']}（{query['kana']}）", ""


def everything_a_little(query: Row, person: Row, random: Random, register: Register) -> None:
    """Have a slip in the kana, another notation of the address, and no sex."""
    for kind in ("kana_slip", "address_notation"):
        corruption.KINDS[kind][1](query, person, random, register)
    query["sex"] = ""


KINDS: Mapping[str, corruption.Corrupt] = {
    function.__name__: function
    for function in (
        *(kana_that_looks_alike, kanji_that_looks_alike, other_reading, whole_given_converted, given_in_hiragana),
        *(detached_marks, selectors, without_ward, other_ward, year_off, january_first),
        *(birth_otherwise, wrong_sex, married_and_moved, cut_off, names_in_one_field, everything_a_little),
    )
}


def _one_of(text: str, groups: tuple[str, ...], random: Random) -> str:
    """Replace one character by another one of its group, if any is in one."""
    places = [(n, group) for n, c in enumerate(text) for group in groups if c in group]
    if not places:
        return text
    n, group = random.choice(places)
    return text[:n] + random.choice([c for c in group if c != text[n]]) + text[n + 1 :]


def unseen(world: World, each: int, nobodies: int) -> Iterator[Asked]:
    """Yield queries of every kind, a third of them with a usual corruption as well, and queries from nobody."""
    names = [name for name in corruption.KINDS if not name.startswith("birth")]
    weights = [corruption.KINDS[name][0] for name in names]
    for kind, corrupt in KINDS.items():
        for number in range(each):
            row = world.random.choice([row for row in world.random.sample(world.rows, 9) if row["birth"]])
            query = asked(row, number)
            corrupt(query, row, world.random, world.register)
            if number % 3 == 0:
                corruption.KINDS[world.random.choices(names, weights)[0]][1](query, row, world.random, world.register)
            if query["name"] or query["kana"]:
                yield Asked(query, kind, frozenset({row["id"]}))
    yield from nobody(world.rows, world.register, world.random, nobodies)


def main() -> None:
    """Measure the shipped parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    world = World(options.seed, options.people, None)
    report(measured(world, unseen(world, 100, 900), scoring.parameters()))


if __name__ == "__main__":
    main()
