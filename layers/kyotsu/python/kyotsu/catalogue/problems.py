"""Mistakes in catalogue files, each with its file and line."""

from __future__ import annotations

from dataclasses import dataclass


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
