"""Write `kyotsu/japanese/variants.txt`: which kanji are written for which other one (異体字).

From ja-itaiji (MIT licence, Ryuji Chiba), which lists a family per character. Families overlap (豐 belongs to 豊 and to
礼), so only what is safe is taken: a character outside JIS level 1 goes to the one level-1 character with which it
shares families both ways. What joins two level-1 characters, and what the list lacks, is ours: see `OURS` in
`kyotsu.japanese.variants`.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from ja_itaiji import Itaiji

TARGET = Path(__file__).resolve().parent.parent / "layers/kyotsu/python/kyotsu/japanese/variants.txt"
HEAD = "# Made by tools/variants.py from ja-itaiji 1.0.2 (MIT, (c) 2024 Ryuji Chiba): a base and its variants.\n"


def is_level_1(character: str) -> bool:
    """Tell whether a character is kanji of JIS X 0208 level 1."""
    try:
        code = character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return b"\x88\x9f" <= code <= b"\x98\x72"


def bases() -> dict[str, str]:
    """Return the base of every variant."""
    found: dict[str, set[str]] = {}
    for one, family in Itaiji.dictionary.items():
        for other in family:
            base, variant = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
            mutual = one in Itaiji.dictionary.get(other, ())
            kanji = base >= "\u3400" and variant >= "\u3400"
            if kanji and base != variant and mutual and is_level_1(base) and not is_level_1(variant):
                found.setdefault(variant, set()).add(base)
    return {variant: min(several) for variant, several in found.items() if len(several) == 1}


def main() -> None:
    """Write the table, one base a line."""
    rows: dict[str, list[str]] = {}
    for variant, base in bases().items():
        rows.setdefault(base, []).append(variant)
    lines = [base + "".join(sorted(variants)) for base, variants in sorted(rows.items())]
    TARGET.write_text(HEAD + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
