"""The catalogue as typed objects. What the fields mean is told in the files below `catalogue/`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from kyotsu.contracts.rows import Mode

SystemId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{3}$")]
InterfaceId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{3}[a-z][0-9]{3}$")]
BranchId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}$")]
VersionId = Annotated[str, msgspec.Meta(pattern=r"^v[0-9]{1,3}$")]
CategoryCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]$")]
Days = Annotated[str, msgspec.Meta(pattern=r"^P[1-7]D$")]
"""A duration of ISO 8601 in whole days; alarms look back a week at most."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,39}$")]
ReasonRange = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}-[0-9]{2}$")]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every entry of the catalogue is: immutable, and strict about its fields."""


class System(Entry, frozen=True, kw_only=True):
    """A system that exchanges files with the common functions."""

    id: SystemId
    name: str
    kind: Literal["core", "common", "local"]
    individual_numbers: bool = False
    """Whether it may send, and be shown, 個人番号 (個人番号利用事務). Denied unless granted."""
    applications: bool = False
    """Whether it brings documents of マイナポータル (`inbox/` of its bucket) and reads their answers. 引越しOSS sends
    files in its name: it sends none of its own."""


class Category(Entry, frozen=True, kw_only=True):
    """One 住民区分."""

    code: CategoryCode
    name: str


class ReasonRule(Entry, frozen=True, kw_only=True):
    """The 住民区分 of rows whose 異動事由 lies in a range (inclusive)."""

    reasons: ReasonRange
    category: CategoryCode
    whatever_flag: bool = False
    """Holds for rows that are not the latest, too."""

    def matches(self, reason: str, *, latest: bool) -> bool:
        """Tell whether a row with this 異動事由 and 最新フラグ is meant."""
        low, high = self.reasons.split("-")
        return (latest or self.whatever_flag) and low <= reason <= high


class Branch(Entry, frozen=True, kw_only=True):
    """A 枝番 and what its rows do to 住民区分."""

    id: BranchId
    name: str
    modes: tuple[Mode, ...] = ()
    category: CategoryCode | None = None
    planned: bool = False
    """Its rows may be announced before they happen (転出予定)."""
    complete_set: bool = False
    """Its full files name every 住登者: whoever is missing from one is listed."""
    by_reason: tuple[ReasonRule, ...] = ()


class Version(Entry, frozen=True, kw_only=True):
    """A version of an interface, accepted from–until (JST days, both inclusive)."""

    id: VersionId
    layout: str
    accepted_from: date
    accepted_until: date | None = None

    def accepts(self, day: date) -> bool:
        """Tell whether files of this version are accepted on a day."""
        return self.accepted_from <= day and (self.accepted_until is None or day <= self.accepted_until)


class Purpose(Entry, frozen=True, kw_only=True):
    """What a system may want residents' data for."""

    id: Name
    name: str
    protected_addresses: bool = False
    """Whether whoever is granted it also gets the addresses of people under 支援措置."""


class Api(Entry, frozen=True, kw_only=True):
    """An operation of an API call, which a token's scope names."""

    provider: SystemId
    call: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$")]
    """APIコール名; part of the URL's path."""
    operation: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z]*$")]
    name: str
    source: Literal["published", "ours"]
    systems: tuple[SystemId, ...] | Literal["any"]
    """Who may make the call."""
    kind: Literal["api", "federation"] = "api"
    """Whether its tokens are shown at our APIs or exchanged at STS; none is good for both."""

    @property
    def scope(self) -> str:
        """The scope that a token needs for it (共通機能標準仕様書 2.1, 2.2.5)."""
        return f"{self.provider}:{self.call}:{self.operation}"

    def allows(self, system_id: str) -> bool:
        """Tell whether a system may make the call. Capitals do not count."""
        return self.systems == "any" or system_id.lower() in [system.lower() for system in self.systems]


class Recipient(Entry, frozen=True, kw_only=True):
    """A system that gets an interface's files, and what of them (docs/decisions/0090-what-a-recipient-gets.md)."""

    id: SystemId
    columns: tuple[Name, ...]
    """The groups of items it gets, of those in the interface's `columns`."""
    purpose: Name = "linkage"
    place: Literal["provider", "recipient"] = "provider"
    """Whose bucket its deliveries stand in."""
    max_rows: Annotated[int, msgspec.Meta(ge=1000)] | None = None
    """Rows that one of its files may have; more are split. Each file costs some 20 calls, so few rows cost much."""
    max_bytes: Annotated[int, msgspec.Meta(ge=10_000)] | None = None
    acknowledge_within: Days = "P3D"
    """After so long without an acknowledgement the provider is told that a delivery did not arrive."""


class Interface(Entry, frozen=True, kw_only=True):
    """A 連携ID: who sends it, in which forms, who applies its rows, and who receives it."""

    id: InterfaceId
    name: str
    providers: tuple[SystemId, ...] | Literal["any"]
    applier: str
    modes: tuple[Mode, ...]
    completeness: Literal["optional", "required"] = "optional"
    expected_every: Days | None = None
    """Operators are alarmed if a provider sends no file for so long."""
    columns: dict[Name, tuple[str, ...]] = {}
    """Named groups of items (romaji); what is in none of a recipient's groups it never gets."""
    withheld: tuple[str, ...] = ()
    """Items that tell where a person lives, lived or will live: absent where the person is under 支援措置, unless the
    recipient's purpose includes them."""
    recipients: tuple[Recipient, ...]
    versions: tuple[Version, ...]
    branches: tuple[Branch, ...]
    planned_move_out: Literal["apply", "keep"] = "apply"
    sealed: tuple[str, ...] = ()
    """Romaji names of the items that are never stored in the clear."""
    retention_days: Annotated[int, msgspec.Meta(ge=30, le=3650)]
    """Days that its files and answers stay in the provider's bucket; longer than a message may wait to be redriven."""

    def branch(self, branch_id: str) -> Branch | None:
        """Return the branch of an id, or None."""
        return next((b for b in self.branches if b.id == branch_id), None)

    def version(self, version_id: str) -> Version | None:
        """Return the version of an id, or None."""
        return next((v for v in self.versions if v.id == version_id), None)

    def recipient(self, system_id: str) -> Recipient | None:
        """Return the recipient of an id, or None. Capitals do not count: a bucket's name has none."""
        return next((r for r in self.recipients if r.id.lower() == system_id.lower()), None)

    def items_for(self, recipient: Recipient) -> frozenset[str]:
        """Return the items (romaji) that a recipient may have."""
        return frozenset(item for group in recipient.columns for item in self.columns[group])

    def accepts_provider(self, system_id: str) -> bool:
        """Tell whether a system may send this interface. Capitals do not count: a bucket's name has none."""
        return self.providers == "any" or system_id.lower() in [provider.lower() for provider in self.providers]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Everything below `catalogue/` but the layouts, which `kyotsu.catalogue.layouts` reads one by one."""

    root: str
    systems: dict[str, System]
    interfaces: dict[str, Interface]
    categories: dict[str, Category]
    purposes: dict[str, Purpose]
    apis: dict[str, Api]
    """By scope."""
