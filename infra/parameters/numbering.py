"""Numbers of addressees: their ranges, and what of the registry a municipality chooses."""

from __future__ import annotations

from dataclasses import dataclass, field

from kyotsu.addressees.numbers import Ranges


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """The numbering APIs and the registry behind them."""

    ranges: Ranges = field(default_factory=Ranges)
    """Serials of each kind of number. They must hold no number that another system issues."""
    serial_block: int = 20
    """How many numbers a function reserves at once; those it does not use are never issued."""
    resident_numbers: bool = False
    """Whether the 住民記録 system obtains 住民宛名番号 here (標準オプション機能)."""
    integrated_with_issue: bool = False
    """Whether an issue of a 住登外者宛名番号 that names a 個人番号 issues the 団体内統合宛名番号 as well (1.1.3)."""
    residents_keep_numbers: bool = True
    """Whether a 住登外者 who becomes a 住登者 keeps the number as 住民宛名番号: a deletion then closes the record of a
    number that is a 住登者's for every business, as all of them find the person among the residents."""
    search_before_issue: bool = False
    """Whether an issue has to name the search (住登外者宛名基本情報照会) that preceded it, and what it made of it is
    recorded. Ours: the published API has no such item."""
    search_seconds: int = 3600
    """How long a search may be named."""
    lease_seconds: int = 300
    """How long a clerk edits a record alone; whoever goes on prolongs it."""
    index_sweep_every: int = 60
    """Minutes between runs of the sweep that compares the index of candidates with the registry and the residents."""
    index_walk_hours: int = 24
    """How often, at most, that sweep begins anew with everybody."""
    index_grace: int = 60
    """Minutes for which somebody's change may still be on its way to the index."""
    doubles_every: int = 60
    """Minutes between runs of the sweep that lists probable doubles for clerks."""
    doubles_expected: float = 0.02
    """Share of people who are taken to be registered twice; the points of a probable double follow from it."""
    doubles_least: int = 20
    """得点 from which on a probable double is listed; the same name, birth date and sex always is."""
    requests_per_second: int = 100
    burst: int = 200
    """Requests at once, above which callers are told to come later."""
    requests_per_address: int = 30_000
    """Requests of one address in five minutes, above which the firewall refuses it."""
