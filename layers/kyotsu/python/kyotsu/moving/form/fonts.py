"""Which font draws which character: every variation selector is drawn, or it is said that it is not."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

OURS = ("kyotsu_fonts", "pylopdf_fonts_jp", "noto_cjk_sans_jp_regular")
"""Packages of the forms layer that hold fonts: the municipality's own, 明朝, whatever else has glyphs."""
INSTALLED = Path("/usr/share/fonts/truetype/ipamj")
"""Where Debian's fonts-ipamj-mincho puts IPAmj Mincho."""
_UNUSED = frozenset({"Noto Sans JP"})
"""Comes in the package of a font that is used, and has no glyph that the others lack."""
_BREAKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")
"""Drawn as spaces."""
MISSING = "〓"
"""Drawn in place of a character that no font has."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font by its family, with what it has glyphs for."""

    family: str
    characters: frozenset[int]
    sequences: frozenset[tuple[int, int]]
    """Characters with a variation selector, also where their glyph is the character's usual one."""

    def draws(self, cluster: str) -> bool:
        """Tell whether every character has a glyph, and every variation selector one for its character."""
        before = 0
        for character in map(ord, cluster):
            if _selects(character):
                if (before, character) not in self.sequences:
                    return False
            elif character not in self.characters:
                return False
            before = character
        return True


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that one font draws."""

    text: str
    family: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """Something that is drawn otherwise than it is written."""

    written: str
    drawn: str

    @property
    def code_points(self) -> str:
        """What was written, as U+9089 U+E011F."""
        return " ".join(f"U+{ord(character):04X}" for character in self.written)


@dataclass(frozen=True, slots=True)
class Fonts:
    """Fonts in the order of preference. Reading them takes a second: keep them."""

    fonts: tuple[Font, ...]
    engine: typst.Fonts

    def runs(self, text: str) -> tuple[list[Run], list[Substitution]]:
        """Split a text among the fonts; also return what none of them draws as it is written."""
        runs, substitutions = list[Run](), list[Substitution]()
        for cluster in _clusters(text):
            drawn, family = self._drawn(" " if cluster in _BREAKS else cluster)
            if drawn != cluster and cluster not in _BREAKS:
                substitutions.append(Substitution(cluster, drawn))
            if runs and runs[-1].family == family:
                runs[-1] = Run(runs[-1].text + drawn, family)
            else:
                runs.append(Run(drawn, family))
        return runs, substitutions

    def _drawn(self, cluster: str) -> tuple[str, str]:
        """Return a cluster as it can be drawn, and by which family."""
        for drawn in (cluster, unicodedata.normalize("NFC", cluster), _bare(cluster), MISSING):
            for font in self.fonts:
                if drawn and font.draws(drawn):
                    return drawn, font.family
        raise NoFontError("no font has 〓: there is no Japanese font")


class NoFontError(Exception):
    """The layer `forms` is not there, or holds no Japanese font."""


def find_fonts(own: Sequence[Path] = ()) -> Fonts:
    """Return the fonts of folders given, then those of the layer, IPAmj Mincho before them if it is installed.

    Raises NoFontError, also if a folder that was given is not there.
    """
    for folder in own:
        if not folder.is_dir():
            raise NoFontError(f"{folder} is no folder of fonts")
    installed = [INSTALLED] if INSTALLED.is_dir() else []
    return read_fonts([*own, *_packaged(OURS[:1]), *installed, *_packaged(OURS[1:])])


def read_fonts(folders: Sequence[Path]) -> Fonts:
    """Read the fonts of folders, in their order, by name within a folder. Raises NoFontError if there is none."""
    engine = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
    )
    # Of a collection (.ttc) its first font.
    families = {Path(font.path): font.family for font in engine.fonts() if font.path and font.index == 0}
    paths = [path for folder in folders for path in sorted(families) if path.is_relative_to(folder)]
    named: dict[str, Path] = {}
    for path in paths:
        if families[path] not in _UNUSED:
            named.setdefault(families[path], path)
    fonts = tuple(_read(family, path) for family, path in named.items())
    if not fonts:
        raise NoFontError("no font was found")
    return Fonts(fonts, engine)


def _packaged(names: Iterable[str]) -> Iterator[Path]:
    """Yield folders of packages without importing them."""
    for name in names:
        found = importlib.util.find_spec(name)
        if found is not None and found.submodule_search_locations:
            yield Path(next(iter(found.submodule_search_locations)))


def _read(family: str, path: Path) -> Font:
    with TTFont(path, lazy=True, fontNumber=0) as font:
        tables = font["cmap"]
        sequences = {
            (character, selector)
            for table in tables.tables
            if table.format == 14
            for selector, characters in table.uvsDict.items()
            for character, _ in characters
        }
        return Font(family, frozenset(tables.getBestCmap()), frozenset(sequences))


def _clusters(text: str) -> Iterator[str]:
    """Yield each character with the marks and variation selectors that follow it."""
    cluster = ""
    for character in text:
        if cluster and unicodedata.category(character).startswith("M"):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _bare(cluster: str) -> str:
    """Return a cluster's character alone."""
    return cluster[:1]


def _selects(character: int) -> bool:
    return 0xFE00 <= character <= 0xFE0F or 0xE0100 <= character <= 0xE01EF
