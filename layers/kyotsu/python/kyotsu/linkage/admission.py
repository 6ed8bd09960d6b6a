"""May this file come in at all? Its key, provider, interface, branch, mode, version window and completeness."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from kyotsu.catalogue.layouts import Layout, load_layout
from kyotsu.catalogue.model import Branch, Catalogue, Interface, Version
from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import FileContext, Mode
from kyotsu.japanese.dates import JST
from kyotsu.linkage.holding import protects
from kyotsu.linkage.keys import FileName, ObjectRef, parse_key
from kyotsu.linkage.receipts import Receipt, Scan
from kyotsu.linkage.rejection import FileRejectedError

ROW_COUNT = "row-count"
SHA256 = "sha256"
_ROW_COUNT = re.compile(r"[0-9]{1,12}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Everything the catalogue says about a file that may come in."""

    interface: Interface
    branch: Branch
    version: Version
    layout: Layout


@dataclass(frozen=True, slots=True)
class Claims:
    """What the sender says about the completeness of the file."""

    row_count: int | None
    sha256: str | None

    def verify(self, found: Scan) -> None:
        """Raise FileRejectedError if the file is not what its sender says."""
        if self.row_count is not None and self.row_count != found.rows:
            raise FileRejectedError(outcomes.ROW_COUNT_DIFFERS, expected=self.row_count, actual=found.rows)
        if self.sha256 is not None and self.sha256 != found.sha256:
            raise FileRejectedError(outcomes.SHA256_DIFFERS)


@dataclass(frozen=True, slots=True)
class Admission:
    """Holds a file's claims about itself against the catalogue of one deployment."""

    catalogue: Catalogue
    municipality: str
    accepted_municipalities: frozenset[str]
    bucket_prefix: str
    appliers: Collection[str]

    def arrived(self, ref: ObjectRef, now: datetime) -> Receipt:
        """Return the receipt of an object that was just noticed."""
        provider = ref.bucket.removeprefix(self.bucket_prefix)
        if provider not in self.catalogue.systems or provider == ref.bucket:
            raise ValueError("notified of a bucket that belongs to no system of the catalogue")
        return Receipt(ref, self.municipality, provider, now, holds=protects(self.catalogue, ref.key))

    def admit(self, receipt: Receipt) -> Admitted:
        """Return what the catalogue says about a file; raises FileRejectedError if it may not come in."""
        name = parse_key(receipt.ref.key)
        interface = interface_of(self.catalogue, name)
        if not interface.accepts_provider(receipt.provider):
            raise FileRejectedError(outcomes.NOT_THE_PROVIDER, provider=receipt.provider, interface=name.interface)
        branch = branch_of(interface, name)
        version = _version(interface, name.version, receipt.received_at.astimezone(JST).date())
        if interface.applier not in self.appliers:
            raise FileRejectedError(outcomes.NOT_DEPLOYED, interface=name.interface)
        return Admitted(interface, branch, version, load_layout(self.catalogue.root, version.layout))

    def labelled(self, receipt: Receipt) -> Receipt:
        """Return the receipt with what its key says, if that can be read."""
        try:
            name = parse_key(receipt.ref.key)
        except FileRejectedError:
            return receipt
        return replace(
            receipt, interface=name.interface, branch=name.branch, mode=name.mode.value, version=name.version
        )

    def context(self, receipt: Receipt, admitted: Admitted) -> FileContext:
        """Return what the rows of a file have in common."""
        return FileContext(
            municipality=self.municipality,
            receipt_id=receipt.receipt_id,
            interface=admitted.interface.id,
            branch=admitted.branch.id,
            mode=Mode(receipt.mode),
            version=admitted.version.id,
            columns=admitted.layout.columns,
            received_at=receipt.received_at,
            accepted_municipalities=self.accepted_municipalities,
            provider=self.catalogue.systems[receipt.provider].id,
        )


def interface_of(catalogue: Catalogue, name: FileName) -> Interface:
    """Return the interface that a file's name says; raises FileRejectedError if there is none."""
    interface = catalogue.interfaces.get(name.interface)
    if interface is None:
        raise FileRejectedError(outcomes.UNKNOWN_INTERFACE, interface=name.interface)
    return interface


def branch_of(interface: Interface, name: FileName) -> Branch:
    """Return the branch that a file's name says; raises FileRejectedError if there is none, or none in this mode."""
    branch = interface.branch(name.branch)
    if branch is None:
        raise FileRejectedError(outcomes.UNKNOWN_BRANCH, interface=name.interface, branch=name.branch)
    if name.mode not in (branch.modes or interface.modes):
        fields = {"interface": name.interface, "branch": name.branch, "mode": name.mode}
        raise FileRejectedError(outcomes.MODE_NOT_ALLOWED, **fields)
    return branch


def accepted_versions(interface: Interface, today: date) -> str:
    """Return the ids of the versions accepted on a day, as sentences name them."""
    return "、".join(v.id for v in interface.versions if v.accepts(today)) or "なし"


def check_completeness(metadata: Mapping[str, str], interface: Interface) -> Claims:
    """Return what the metadata claims; raises FileRejectedError if it is malformed, or required and missing."""
    count, sha256 = metadata.get(ROW_COUNT), metadata.get(SHA256)
    if interface.completeness == "required" and (count is None or sha256 is None):
        raise FileRejectedError(outcomes.COMPLETENESS_MISSING, interface=interface.id)
    if count is not None and not _ROW_COUNT.fullmatch(count):
        raise FileRejectedError(outcomes.METADATA_MALFORMED, name=ROW_COUNT)
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise FileRejectedError(outcomes.METADATA_MALFORMED, name=SHA256)
    return Claims(int(count) if count else None, sha256.lower() if sha256 else None)


def _version(interface: Interface, version_id: str, today: date) -> Version:
    version = interface.version(version_id)
    accepted = accepted_versions(interface, today)
    if version is None:
        fields = {"interface": interface.id, "version": version_id, "accepted": accepted}
        raise FileRejectedError(outcomes.UNKNOWN_VERSION, **fields)
    if today < version.accepted_from:
        raise FileRejectedError(outcomes.VERSION_NOT_YET, version=version_id, start=version.accepted_from)
    if version.accepted_until and today > version.accepted_until:
        raise FileRejectedError(
            outcomes.VERSION_EXPIRED, version=version_id, end=version.accepted_until, accepted=accepted
        )
    return version
