"""完全性証明: what came of the files that a provider sent of an interface on a day, and the chain of such statements.

A day is JST and a file belongs to the day on which it was received. Pure.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from kyotsu.contracts.rows import Counts
from kyotsu.japanese.dates import JST
from kyotsu.linkage.deliveries import Delivery
from kyotsu.linkage.keys import ANSWERS, parse_key
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.sequences import Run, arrived, missing

FOLDER = "completeness/"
OTHER = "other"
"""In place of an interface: files whose name tells none that the catalogue has."""


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """連番 of a branch that came on the day: the lowest, the highest, and those between them that did not."""

    branch: str
    first: int
    last: int
    missing: tuple[str, ...]
    """`000003` or `000003-000005`; one of another day may stand among them."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A day whose latest statement told of files without answer."""

    day: str
    sequence: int
    """Of that statement."""
    revision: int


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement; those of a provider and an interface are numbered from 1, and each carries the one before."""

    municipality: str
    provider: str
    interface: str
    sequence: int
    previous: str
    """SHA-256 of the statement before; empty in the first one."""
    day: str
    revision: int
    """1; higher ones correct the statement `corrects` about the same day."""
    corrects: int | None
    through: str
    """The last day that there is a statement about."""
    made_at: str
    expected_days: int | None
    """At least one file is expected in so many days; None: nothing is agreed."""
    files: dict[str, int]
    """Received files by status; `OPEN` for those without answer."""
    rows: dict[str, int]
    """Sums of the counts of the answers; `applied` is `read` without `failed`."""
    numbers: tuple[Numbers, ...]
    deliveries: dict[str, int]
    """Deliveries of these files by state, when the statement was made."""
    open: tuple[str, ...]
    """Receipt ids of files without answer."""
    open_days: tuple[Open, ...]
    """All days, this one included, whose latest statement has files without answer."""

    @property
    def place(self) -> str:
        """Its object key, where all statements are kept."""
        return f"{folder(self.provider, self.interface)}{self.sequence:06d}.json"

    @property
    def copy_place(self) -> str:
        """Its object key in the provider's bucket."""
        name = self.day if self.revision == 1 else f"{self.day}.{self.revision}"
        return f"{ANSWERS}{FOLDER}{self.interface}/{name}.json"

    def encoded(self) -> bytes:
        """Return its bytes, indented for the person who opens it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def folder(provider: str, interface: str) -> str:
    """Return the prefix of the keys of a chain."""
    return f"{FOLDER}{provider}/{interface}/"


def hash_of(body: bytes) -> str:
    """Return what the next statement says of one."""
    return hashlib.sha256(body).hexdigest()


def day_of(moment: datetime) -> str:
    """Return the JST day of a moment, YYYY-MM-DD."""
    return moment.astimezone(JST).date().isoformat()


def begin_of(day: str) -> datetime:
    """Return the moment at which a JST day begins."""
    return datetime.combine(date.fromisoformat(day), time(), JST)


def next_day(day: str, days: int = 1) -> str:
    """Return the day after, or so many days after."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def interface_of(receipt: Receipt, known: Iterable[str]) -> str:
    """Return the interface that a file belongs to, by its answer or else by its name; OTHER for none that is known."""
    name = receipt.interface
    if not name:
        try:
            name = parse_key(receipt.ref.key).interface
        except FileRejectedError:
            return OTHER
    return name if name in known else OTHER


def statement(
    head: Mapping[str, object], receipts: Sequence[Receipt], deliveries: Iterable[Delivery], now: datetime
) -> Statement:
    """Return a statement about a day's files; `head` are its fields up to `through`, and `expected_days`."""
    answered = [receipt for receipt in receipts if receipt.answered]
    waiting = tuple(sorted(receipt.receipt_id for receipt in receipts if not receipt.answered))
    files = Counter(str(receipt.status) for receipt in answered)
    counts = sum((receipt.counts for receipt in answered), Counts())
    return Statement(
        **head,  # type: ignore[arg-type] # by name
        made_at=now.astimezone(JST).isoformat(timespec="milliseconds"),
        files=dict(sorted(files.items())) | {"OPEN": len(waiting)},
        rows={**counts.as_dict(), "applied": counts.read - counts.failed},
        numbers=tuple(_numbers(receipts)),
        deliveries=dict(sorted(Counter(str(delivery.state) for delivery in deliveries).items())),
        open=waiting,
        open_days=(),
    )


def _numbers(receipts: Iterable[Receipt]) -> Iterable[Numbers]:
    runs: dict[str, tuple[Run, ...]] = {}
    for receipt in receipts:
        try:
            name = parse_key(receipt.ref.key)
        except FileRejectedError:
            continue
        runs[name.branch] = arrived(runs.get(name.branch, ()), name.sequence, 0)
    for branch, found in sorted(runs.items()):
        gaps = tuple(str(span) for span in missing(found, from_one=False, until=0))
        yield Numbers(branch=branch, first=found[0].first, last=found[-1].last, missing=gaps)
