"""May a file come in? Provider, interface, branch, mode, window and completeness (design.md, File linkage)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kyotsu.catalogue.model import Catalogue, System
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.linkage.admission import Admission, Claims, check_completeness
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Scan
from kyotsu.linkage.rejection import FileRejectedError
from tests.fakes.deployment import CATALOGUE, PREFIX

NOW = datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)
"""The last second of 2026-03-31 in Japan."""
RESIDENTS = CATALOGUE.interfaces["001o006"]


def admission(catalogue: Catalogue = CATALOGUE) -> Admission:
    return Admission(catalogue, "141003", frozenset({"141003"}), PREFIX, {"residents"})


def admitted(name: str, *, system: str = "001", now: datetime = NOW, catalogue: Catalogue = CATALOGUE) -> str:
    """Return the version a file was admitted as."""
    folder = "-".join(name.split("_")[:2])
    ref = ObjectRef(f"{PREFIX}{system}", f"outbox/{folder}/{name}_20260401093000_000001.csv", "1")
    gate = admission(catalogue)
    return gate.admit(gate.arrived(ref, now)).version.id


def refusal(name: str, *, system: str = "001", now: datetime = NOW, catalogue: Catalogue = CATALOGUE) -> Outcome:
    with pytest.raises(FileRejectedError) as error:
        admitted(name, system=system, now=now, catalogue=catalogue)
    return error.value.outcome


@pytest.mark.parametrize(
    ("name", "system", "outcome"),
    [
        ("001o999_01_D_v1", "001", outcomes.UNKNOWN_INTERFACE),
        ("001o006_01_D_v1", "010", outcomes.NOT_THE_PROVIDER),
        ("001o006_12_D_v1", "001", outcomes.UNKNOWN_BRANCH),
        ("031i001_00_F_v1", "019", outcomes.MODE_NOT_ALLOWED),
        ("001o006_01_D_v9", "001", outcomes.UNKNOWN_VERSION),
        ("031i001_00_D_v1", "019", outcomes.NOT_DEPLOYED),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(name: str, system: str, outcome: Outcome) -> None:
    assert refusal(name, system=system) is outcome


@pytest.mark.parametrize("branch", [f"{number:02d}" for number in range(12)])
@pytest.mark.parametrize("mode", ["F", "D"])
def test_every_branch_of_the_residents_comes_in(branch: str, mode: str) -> None:
    assert admitted(f"001o006_{branch}_{mode}_v1") == "v1"


def test_windows_are_japanese_days_both_ends_included() -> None:
    opened = datetime(2025, 3, 31, 15, 0, tzinfo=UTC)
    assert refusal("001o006_01_D_v0", now=opened - timedelta(seconds=1)) is outcomes.VERSION_NOT_YET
    assert admitted("001o006_01_D_v0", now=opened) == "v0"
    assert admitted("001o006_01_D_v0", now=NOW) == "v0"
    assert refusal("001o006_01_D_v0", now=NOW + timedelta(seconds=1)) is outcomes.VERSION_EXPIRED
    assert admitted("001o006_01_D_v1", now=NOW + timedelta(days=9999)) == "v1"
    assert refusal("001o006_01_D_v2", now=datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC)) is outcomes.VERSION_NOT_YET
    assert admitted("001o006_01_D_v2", now=datetime(2027, 3, 31, 15, 0, tzinfo=UTC)) == "v2"


def test_a_refused_version_reads_which_are_accepted() -> None:
    with pytest.raises(FileRejectedError, match="受け付ける版：v1。"):
        admitted("001o006_01_D_v0", now=NOW + timedelta(days=1))


def test_a_branch_may_allow_fewer_modes_than_its_interface() -> None:
    branches = tuple(msgspec.structs.replace(b, modes=("D",)) if b.id == "01" else b for b in RESIDENTS.branches)
    interface = msgspec.structs.replace(RESIDENTS, branches=branches)
    catalogue = msgspec.structs.replace(CATALOGUE, interfaces={"001o006": interface})
    assert refusal("001o006_01_F_v1", catalogue=catalogue) is outcomes.MODE_NOT_ALLOWED
    assert admitted("001o006_02_F_v1", catalogue=catalogue) == "v1"


def test_a_local_systems_id_may_have_capitals_that_its_bucket_cannot() -> None:
    local = System(id="A01", name="独自施策", kind="local")
    interface = msgspec.structs.replace(RESIDENTS, providers=("A01",))
    catalogue = msgspec.structs.replace(
        CATALOGUE, systems={**CATALOGUE.systems, "a01": local}, interfaces={"001o006": interface}
    )
    assert admitted("001o006_01_D_v1", system="a01", catalogue=catalogue) == "v1"


@pytest.mark.parametrize("bucket", ["001", "someone-else", f"{PREFIX}999", f"{PREFIX}"])
def test_a_bucket_of_no_system_is_our_own_mistake(bucket: str) -> None:
    with pytest.raises(ValueError, match="no system"):
        admission().arrived(ObjectRef(bucket, "outbox/x.csv", "1"), NOW)


def test_a_receipt_is_labelled_as_far_as_its_key_can_be_read() -> None:
    gate = admission()
    arrived = gate.arrived(
        ObjectRef(f"{PREFIX}001", "outbox/001o06-01/001o06_01_F_v1_20260401093000_000001.csv", ""), NOW
    )
    labelled = gate.labelled(arrived)
    assert (labelled.interface, labelled.branch, labelled.mode, labelled.version) == ("001o006", "01", "F", "v1")
    unreadable = replace(arrived, ref=ObjectRef(f"{PREFIX}001", "outbox/x.csv", ""))
    assert gate.labelled(unreadable) == unreadable


SHA256 = "0123456789abcdef" * 4


def test_completeness_is_optional_unless_the_interface_requires_it() -> None:
    required = msgspec.structs.replace(RESIDENTS, completeness="required")
    assert check_completeness({}, RESIDENTS) == Claims(None, None)
    for metadata in ({}, {"row-count": "1"}, {"sha256": SHA256}):
        with pytest.raises(FileRejectedError) as error:
            check_completeness(metadata, required)
        assert error.value.outcome is outcomes.COMPLETENESS_MISSING
    full = {"row-count": "0", "sha256": SHA256.upper()}
    assert check_completeness(full, required) == Claims(0, SHA256)


@pytest.mark.parametrize(
    "metadata",
    [{"row-count": text} for text in ("", "-1", "1.0", "１", " 1", "1e3", "9" * 13)]
    + [{"sha256": text} for text in ("", SHA256[1:], SHA256 + "0", "g" * 64)],
)
def test_malformed_metadata_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(FileRejectedError) as error:
        check_completeness(metadata, RESIDENTS)
    assert error.value.outcome is outcomes.METADATA_MALFORMED


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        (Claims(2, None), outcomes.ROW_COUNT_DIFFERS),
        (Claims(0, None), outcomes.ROW_COUNT_DIFFERS),
        (Claims(None, "f" * 64), outcomes.SHA256_DIFFERS),
        (Claims(1, SHA256), None),
        (Claims(None, None), None),
    ],
)
def test_a_file_must_be_what_its_sender_says(claims: Claims, outcome: Outcome | None) -> None:
    found = Scan(1, SHA256, ())
    if outcome is None:
        claims.verify(found)
        return
    with pytest.raises(FileRejectedError) as error:
        claims.verify(found)
    assert error.value.outcome is outcome


def test_a_day_inside_the_window_is_accepted() -> None:
    version = RESIDENTS.version("v0")
    assert version is not None
    assert version.accepts(date(2026, 3, 31))
    assert not version.accepts(date(2026, 4, 1))
