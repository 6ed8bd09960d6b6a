"""Mistakes in catalogue files, each with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True, order=True)
class CatalogueProblem:
    """One mistake. `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueInvalidError(Exception):
    """The catalogue has mistakes; nothing is loaded from it."""

    def __init__(self, problems: list[CatalogueProblem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def unreadable(root: Path, name: str, error: Exception) -> CatalogueProblem:
    """Return why a file can't be read at all, with the line where it ends to make sense."""
    match error:
        case yaml.MarkedYAMLError(problem_mark=mark, problem=problem):
            return CatalogueProblem(name, mark.line + 1 if mark else 1, f"YAMLとして読めません：{problem}")
        case yaml.reader.ReaderError(position=position):
            line = (root / name).read_text(encoding="utf-8").count("\n", 0, position) + 1
            return CatalogueProblem(name, line, "使えない文字（制御文字）があります。")
        case UnicodeDecodeError(start=start):
            line = (root / name).read_bytes().count(b"\n", 0, start) + 1
            return CatalogueProblem(name, line, "文字コードがUTF-8ではありません。")
        case _:
            return CatalogueProblem(name, 1, "ファイルがありません。")
