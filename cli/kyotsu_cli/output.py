"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

console = Console()
"""For people, on standard output."""
notices = Console(stderr=True)
"""For progress and errors, so that standard output stays what was asked for."""


def print_json(value: Any) -> None:
    """Print one value as one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; what is None is shown as －."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("－" if cell is None else str(cell) for cell in row))
    console.print(table)


def print_items(title: str, items: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one below the other."""
    print_table(title, ("項目", "値"), items)


@contextmanager
def counted_progress() -> Iterator[Callable[[str, int], Callable[[int], object]]]:
    """Show how much of steps is done, while the block runs.

    What is yielded takes the name and size of a step, and returns what is told how much more of it is done.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=notices, transient=True) as progress:

        def shown(name: str, size: int) -> Callable[[int], object]:
            task = progress.add_task(name, total=size)
            return lambda done: progress.advance(task, done)

        yield shown


@contextmanager
def bytes_progress(name: str, size: int | None) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of a file have been worked on, while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=notices, transient=True) as progress:
        task = progress.add_task(name, total=size)
        yield lambda done: progress.advance(task, done)
