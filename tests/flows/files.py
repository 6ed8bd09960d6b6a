"""Files of people that no other test knows."""

from __future__ import annotations

import itertools
from pathlib import Path

from kyotsu.japanese.digits import addressee_check_digit
from tests.fakes.deployment import body, name, row

_serials = itertools.count(7_000_000)
_sequences = itertools.count(1)


def new_number() -> str:
    """Return a lawful addressee number that was not returned before."""
    while True:
        text = f"{next(_serials):014d}"
        digit = addressee_check_digit(text)
        if digit is not None:
            return text + digit


def new_name(branch: str = "01", mode: str = "D") -> str:
    """Return a file name that was not returned before."""
    return name(branch, mode, sequence=next(_sequences))


def large(folder: Path, megabytes: int) -> tuple[Path, int]:
    """Write a file of at least so many megabytes: a few people, and many rows refused for their length."""
    path, rows = folder / new_name(), 0
    long = "長" * 400
    with path.open("wb") as file:
        file.write(body([row(atenabango=new_number())]))
        refused = body([row(atenabango=new_number(), tenshutsusakijushoyotei=long)] * 1000).split(b"\n", 1)[1]
        while file.tell() < megabytes * 1024 * 1024:
            file.write(refused)
            rows += 1000
    return path, rows + 1
