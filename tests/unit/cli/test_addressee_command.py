"""`kyotsu addressee` and `kyotsu integrated` over ports in memory: what they print, how they end, and what the audit
trail knows before."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kyotsu.addressees.basis import Basis
from kyotsu.addressees.clerks_list import Entry, Kind, Settlement
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry, Use
from kyotsu.addressees.records import Deed as Done
from kyotsu.addressees.standing import standing_of
from kyotsu.contracts.audit import Access, Deed
from kyotsu.runtime.audit.writing import SlotTakenError
from kyotsu_cli import registry, undoing, viewing
from kyotsu_cli.commands import (
    addressee,
    addressee_basis,
    addressee_import,
    addressee_links,
    addressee_suspects,
)
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.addressees import FRESH, RESIDENT, TAX, WELFARE, record
from tests.fakes.migration import OldRegistry, old_file, old_row
from tests.fakes.protection import MemoryAudit, MemoryProtection
from tests.fakes.registry import RegistryLinks
from tests.fakes.sealing import local_sealing

OTHER = "800000000000017"
ARN = "arn:aws:sts::123456789012:assumed-role/Operators/hanako.yamada"


@dataclass
class Clerks:
    """`ClerksList`."""

    entries: dict[str, Entry] = field(default_factory=dict)
    done: dict[str, tuple[Entry, Settlement]] = field(default_factory=dict)

    def open(self) -> Iterator[Entry]:
        return iter([*self.entries.values()])

    def settled(self) -> Iterator[tuple[Entry, Settlement]]:
        return iter(self.done.values())

    def settle(self, entry_id: str, settlement: Settlement) -> bool:
        self.done[entry_id] = (self.entries.pop(entry_id), settlement)
        return True


@dataclass
class Bases:
    """`BasisStore`."""

    found: list[Basis] = field(default_factory=list)

    def current(self, numbers: Any) -> dict[str, Basis]:
        return {basis.number: basis for basis in self.found if basis.number in numbers}

    def record(self, basis: Basis) -> bool:
        self.found.append(basis)
        return True

    def history(self, number: str) -> list[Basis]:
        return [basis for basis in self.found if basis.number == number]


@dataclass
class Place:
    """A deployment in memory."""

    registry: OldRegistry = field(default_factory=OldRegistry)
    audit: Any = field(default_factory=MemoryAudit)
    protection: Any = field(default_factory=MemoryProtection)
    clerks: Clerks = field(default_factory=Clerks)
    bases: Bases = field(default_factory=Bases)
    municipality: str = "141003"
    sealing: Any = field(default_factory=local_sealing)
    shown: Any = None

    @property
    def outputs(self) -> dict[str, str]:
        return {"AcceptedMunicipalities": "141003"}

    @property
    def residents(self) -> OldRegistry:
        return self.registry

    def standings(self, numbers: Any) -> Any:
        found = {number: self.registry.records.get(number) for number in numbers}
        return {number: standing_of(one) for number, one in found.items() if one is not None}

    many = standings

    def add(self, *records: AddresseeRecord) -> None:
        for one in records:
            self.registry.records[one.number] = one
            self.registry.entries[one.number] = [HistoryEntry(Done.REGISTERED, one.owner, one)]
            if one.principal is not None:
                self.registry.links[one.number] = one.principal

    def told(self) -> list[tuple[str, Deed, tuple[str, ...]]]:
        """Return what the audit trail knows."""
        return [(access.subject, access.deed, numbers) for access, numbers in self.audit.recorded.values()]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where all commands connect to."""
    made = Place()
    made.protection.links = RegistryLinks(made.registry)
    for module in (addressee, addressee_basis, addressee_import, addressee_links, addressee_suspects):
        monkeypatch.setattr(module, "connect", lambda: made)
    for module in (registry, viewing, undoing, addressee_links, addressee_suspects, addressee_basis):
        monkeypatch.setattr(module, "operator", lambda: ARN)
    for name, value in {
        "table": made.registry,
        "integrated": made.registry,
        "clerks": made.clerks,
        "bases": made.bases,
        "standings": made,
        "ranges": Ranges(),
    }.items():
        monkeypatch.setattr(registry.Registry, name, value)
    return made


def kyotsu(*arguments: str) -> Result:
    return CliRunner().invoke(command_line(), list(arguments))


def told(*arguments: str) -> Any:
    done = kyotsu(*arguments, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def failed(*arguments: str) -> Exit:
    error = kyotsu(*arguments).exception
    assert isinstance(error, CommandError)
    return error.code


def test_a_record_is_shown_and_the_trail_knew_before(place: Place) -> None:
    place.add(record(), replace(record(OTHER), principal=FRESH))
    shown = told("addressee", "show", FRESH)
    assert (shown["record"]["shimei"], shown["record"]["jusho_todofuken"]) == ("見本　花子", "東京都")
    assert (shown["systems"], shown["origin"], shown["linked"]) == (["010"], "issued", [OTHER])
    assert place.told() == [("addressee show", Deed.READ, (FRESH,))]
    assert "名寄せ元" in kyotsu("addressee", "show", FRESH).stdout


def test_individual_numbers_are_never_shown(place: Place) -> None:
    place.add(record())
    place.registry.individual_numbers[FRESH, TAX] = "123456789018"
    assert "123456789018" not in kyotsu("addressee", "show", FRESH, "--json").stdout


def test_addresses_of_a_protected_person_are_absent_also_by_a_linked_number(place: Place) -> None:
    place.add(record(), replace(record(OTHER), principal=FRESH))
    place.protection.protected = {OTHER}
    shown = told("addressee", "show", FRESH)
    assert (shown["withheld"], "jusho_todofuken" in shown["record"], "shimei" in shown["record"]) == (True, False, True)
    place.protection.undecided = {OTHER}
    assert failed("addressee", "show", FRESH) == Exit.UNDECIDED
    assert failed("addressee", "history", FRESH) == Exit.UNDECIDED


def test_addresses_are_absent_also_by_a_number_that_is_linked_to_the_same_principal(place: Place) -> None:
    principal = "800000000000025"
    linked = [replace(record(number), principal=principal) for number in (FRESH, OTHER)]
    place.add(record(principal), *linked)
    place.protection.protected = {OTHER}
    assert told("addressee", "show", FRESH)["withheld"] is True
    assert told("addressee", "history", FRESH)["record"].keys() & {"jusho_todofuken"} == set()


def test_who_is_closed_to_others_is_shown_without_the_person(place: Place) -> None:
    closed = replace(record(), closed_to_others=True)
    place.add(closed)
    place.registry.entries[FRESH] = [HistoryEntry(Done.REGISTERED, TAX, closed)]
    shown, entry = told("addressee", "show", FRESH), told("addressee", "history", FRESH)
    assert "shimei" not in shown["record"]
    assert "shimei" not in entry["record"]
    assert "他業務参照不可" in kyotsu("addressee", "show", FRESH).stdout


def test_a_history_is_shown_in_its_order_without_addresses_that_were_protected(place: Place) -> None:
    place.add(record())
    moved = replace(record(), version=2, revision=2, person={"shimei": "見本　花子", "jusho_todofuken": "千葉県"})
    place.registry.entries[FRESH].append(HistoryEntry(Done.UPDATED, WELFARE, moved))
    place.protection.protected = {FRESH}
    lines = [json.loads(line) for line in kyotsu("addressee", "history", FRESH, "--json").stdout.splitlines()]
    assert [(line["deed"], line["by"], line["revision"]) for line in lines] == [
        ("registered", "010", 1),
        ("updated", "022", 2),
    ]
    assert not [line for line in lines if "jusho_todofuken" in line["record"]]
    assert "更新" in kyotsu("addressee", "history", FRESH).stdout


def test_nothing_is_shown_that_the_trail_can_not_know(place: Place) -> None:
    place.add(record())
    place.audit.record = lambda *_: (_ for _ in ()).throw(SlotTakenError)
    done = kyotsu("addressee", "show", FRESH, "--json")
    assert isinstance(done.exception, CommandError)
    assert not done.stdout


@pytest.mark.parametrize("command", [("show",), ("history",), ("link", "--to", OTHER), ("unlink",)])
def test_nobody_is_told_as_nobody(place: Place, command: tuple[str, ...]) -> None:
    assert failed("addressee", command[0], FRESH, *command[1:]) == Exit.NOT_FOUND
    assert not place.told()


def test_a_link_is_made_and_taken_back_by_the_operator(place: Place) -> None:
    place.add(record(), record(OTHER))
    linked = told("addressee", "link", FRESH, "--to", OTHER)
    assert (linked["principal"], place.registry.records[FRESH].principal) == (OTHER, OTHER)
    entry = place.registry.entries[FRESH][-1]
    assert (entry.deed, entry.by, entry.record.operation.operator) == (Done.LINKED, Use("031"), "ako.yamada")
    assert place.told() == [("addressee link", Deed.CHANGED, (FRESH, OTHER))]
    access: Access = next(iter(place.audit.recorded.values()))[0]
    assert access.actor == f"operator:{ARN}"
    told("addressee", "link", FRESH, "--to", OTHER)  # what is so already is no change
    assert len(place.told()) == 1
    assert told("addressee", "unlink", FRESH)["principal"] is None
    assert [entry.deed for entry in place.registry.entries[FRESH]] == [Done.REGISTERED, Done.LINKED, Done.UNLINKED]


def test_links_keep_the_rules_of_systems(place: Place) -> None:
    place.add(record(), replace(record(OTHER), principal=RESIDENT))
    place.registry.residents[RESIDENT] = "1"
    for principal in (FRESH, OTHER, "800000000000025"):
        assert failed("addressee", "link", FRESH, "--to", principal) == Exit.NOT_ACCEPTED
    assert not place.told()
    assert told("addressee", "link", FRESH, "--to", RESIDENT)["principal"] == RESIDENT


def test_a_link_that_others_prevent_is_told(place: Place) -> None:
    place.add(record(), record(OTHER))
    place.registry.write = lambda *_: False  # type: ignore[method-assign]
    assert failed("addressee", "link", FRESH, "--to", OTHER) == Exit.FAILED


def test_a_migration_is_surveyed_then_written(place: Place, tmp_path: Path) -> None:
    one, two = "500000000000005", "500000000000013"
    path = old_file(tmp_path / "a.csv", old_row(one), old_row(two, gyomuid=""))
    report = tmp_path / "r.csv"
    done = kyotsu("addressee", "import", str(path), "--dry-run", "--json", "--report", str(report))
    assert done.exit_code == Exit.NOT_ACCEPTED  # a row without a system
    shown = json.loads(done.stdout)
    assert (shown["written"], shown["rows"]["registers"], shown["rows"]["invalid"]) == (False, 1, 1)
    assert not place.registry.records
    assert not place.told()
    lines = list(csv.DictReader(report.read_text("utf-8").splitlines()))
    assert [(line["line"], line["code"], line["level"]) for line in lines if line["atenabango"] == two] == [
        ("3", "E1601", "error")
    ]
    assert kyotsu("addressee", "import", str(path), "--system", "010").exit_code == 0
    assert set(place.registry.records) == {one, two}
    assert place.told() == [("addressee import", Deed.CHANGED, (one, two))]


def test_duplicates_of_different_people_block_everything_unless_they_are_skipped(place: Place, tmp_path: Path) -> None:
    one, two = "500000000000005", "500000000000013"
    rows = (old_row(one), old_row(one, gyomuid="022", shimei="別人"), old_row(two))
    path, report = old_file(tmp_path / "a.csv", *rows), tmp_path / "r.json"
    assert failed("addressee", "import", str(path), "--report", str(report)) == Exit.NOT_ACCEPTED
    assert (place.registry.records, place.registry.migrated) == ({}, set())
    assert json.loads(report.read_text("utf-8"))["blocked"]
    done = kyotsu("addressee", "import", str(path), "--skip-duplicates", "--report", str(report))
    assert done.exit_code == Exit.NOT_ACCEPTED
    assert set(place.registry.records) == {two}
    findings = json.loads(report.read_text("utf-8"))["findings"]
    assert [(one["line"], one["result"]) for one in findings if one["code"] == "E1603"] == [
        (2, "移行しない（重複）"),
        (3, "移行しない（重複）"),
    ]
    assert "別人" not in report.read_text("utf-8")


def test_what_a_survey_tells_of_residents_is_told_to_the_trail(place: Place, tmp_path: Path) -> None:
    one, two = "500000000000005", "500000000000013"
    place.registry.know(one, "2", old_row(one))
    path = old_file(tmp_path / "a.csv", old_row(one), old_row(two))
    assert kyotsu("addressee", "import", str(path), "--dry-run").exit_code == 0
    assert place.told() == [("addressee import", Deed.READ, (one,))]


def test_what_can_not_be_migrated_is_said_before_anything(place: Place, tmp_path: Path) -> None:
    path, broken = old_file(tmp_path / "a.csv", old_row(FRESH)), tmp_path / "b.csv"
    broken.write_bytes(b"a,b\n")
    assert failed("addressee", "import", str(path), "--report", str(tmp_path / "r.txt")) == Exit.USAGE
    assert failed("addressee", "import", str(path), "--system", "999") == Exit.USAGE
    assert failed("addressee", "import", str(path), str(path)) == Exit.USAGE
    assert failed("addressee", "import", str(broken)) == Exit.NOT_ACCEPTED
    assert not place.registry.records


def pair() -> Entry:
    return Entry(
        entry_id="pair-1", kind=Kind.DOUBLE, numbers=(FRESH, OTHER), systems=("010",), noticed_at="2026-05-01T09:00:00"
    )


def test_suspects_are_listed_until_they_are_settled_or_linked(place: Place) -> None:
    place.add(record(), record(OTHER))
    place.clerks.entries["pair-1"] = pair()
    assert told("addressee", "suspects", "list")["addressee_numbers"] == [FRESH, OTHER]
    assert "二重登録" in kyotsu("addressee", "suspects", "list").stdout
    assert failed("addressee", "suspects", "settle", "pair-1", "--verdict", "checked") == Exit.USAGE
    assert failed("addressee", "suspects", "settle", "pair-2", "--verdict", "same") == Exit.NOT_FOUND
    assert kyotsu("addressee", "suspects", "settle", "pair-1", "--verdict", "different").exit_code == 0
    assert place.told() == [("addressee suspects settle", Deed.CHANGED, (FRESH, OTHER))]
    assert kyotsu("addressee", "suspects", "list", "--json").stdout == ""
    settled = told("addressee", "suspects", "list", "--settled")["settled"]
    assert (settled["verdict"], settled["operator"]) == ("different", ARN)
    place.clerks.entries["pair-1"] = pair()
    told("addressee", "link", FRESH, "--to", OTHER)
    assert kyotsu("addressee", "suspects", "list", "--json").stdout == ""


def probable(number: int, points: int, **changes: Any) -> Entry:
    entry = Entry(
        entry_id=f"probable-{number}",
        kind=Kind.PROBABLE,
        numbers=(RESIDENT, FRESH),
        systems=("010",),
        noticed_at="2026-05-02T01:00:00+09:00",
        residents=(RESIDENT,),
        points=points,
        unplaced=points - 40,
        without_addresses=True,
        reasons=("N01", "A01"),
    )
    return replace(entry, **changes)


def test_probable_pairs_are_listed_by_points_with_reasons_and_the_trail_knew_before(place: Place) -> None:
    place.add(record(), record(OTHER))
    for entry in (probable(1, 60), probable(2, 90), probable(3, 70, numbers=(OTHER, FRESH), residents=())):
        place.clerks.entries[entry.entry_id] = entry
    lines = [json.loads(line) for line in kyotsu("addressee", "suspects", "list", "--json").stdout.splitlines()]
    assert [(line["entry_id"], line["points"]) for line in lines] == [
        ("probable-2", 90),
        ("probable-3", 70),
        ("probable-1", 60),
    ]
    assert lines[0]["residents"] == [RESIDENT]
    assert [why["text"] for why in lines[0]["reasons"]] == ["氏名一致", "住所一致"]
    assert place.told() == [("addressee suspects list", Deed.READ, tuple(sorted((RESIDENT, FRESH, OTHER))))]
    shown = kyotsu("addressee", "suspects", "list").stdout
    assert "同じ人の可能性" in shown
    assert "（住民）" in shown
    assert kyotsu("addressee", "suspects", "settle", "probable-2", "--verdict", "different").exit_code == 0
    assert told("addressee", "suspects", "list", "--settled")["points"] == 90


def test_nothing_of_a_protected_pair_depends_on_addresses(place: Place) -> None:
    place.add(record())
    place.clerks.entries |= {"probable-1": probable(1, 90), "probable-2": probable(2, 90, without_addresses=False)}
    for protect in (place.protection.protected, place.protection.undecided):
        protect.add(RESIDENT)
        shown = kyotsu("addressee", "suspects", "list", "--json")
        (line,) = map(json.loads, shown.stdout.splitlines())
        assert (line["entry_id"], line["points"], line["withheld"]) == ("probable-1", 50, True)
        assert [why["code"] for why in line["reasons"]] == ["N01"]
        assert "1件は示していません" in shown.stderr
        protect.clear()


def test_that_people_are_written_alike_address_and_all_is_told_of_nobody_protected(place: Place) -> None:
    place.add(record(), record(OTHER))
    alike, likely = pair(), probable(1, 90, numbers=(FRESH, OTHER), residents=())
    place.clerks.entries |= {"pair-1": alike, "probable-1": likely}
    shown = kyotsu("addressee", "suspects", "list", "--json")
    assert [json.loads(line)["kind"] for line in shown.stdout.splitlines()] == ["double"], "once, if nobody hides"
    for protect in (place.protection.protected, place.protection.undecided):
        protect.add(OTHER)
        with_alike = kyotsu("addressee", "suspects", "list", "--json")
        del place.clerks.entries["pair-1"]
        without = kyotsu("addressee", "suspects", "list", "--json")
        assert (with_alike.stdout, with_alike.stderr) == (without.stdout, without.stderr)
        assert json.loads(without.stdout)["entry_id"] == "probable-1"
        place.clerks.entries["pair-1"] = alike
        protect.clear()
    place.protection.protected.add(OTHER)
    del place.clerks.entries["probable-1"]
    until_compared = kyotsu("addressee", "suspects", "list", "--json")
    assert until_compared.stdout == ""
    assert "1件は示していません" in until_compared.stderr


def test_one_verdict_settles_a_pair_whatever_it_is_listed_as(place: Place) -> None:
    place.add(record(), record(OTHER))
    likely = probable(1, 90, numbers=(FRESH, OTHER), residents=())
    place.clerks.entries |= {"pair-1": pair(), "probable-1": likely}
    assert kyotsu("addressee", "suspects", "settle", "pair-1", "--verdict", "different").exit_code == 0
    assert not place.clerks.entries
    assert told("addressee", "suspects", "list", "--settled")["entry_id"] == "pair-1"
    place.clerks.entries["probable-2"] = replace(likely, entry_id="probable-2")
    assert kyotsu("addressee", "suspects", "list", "--json").stdout == "", "judged as written alike already"


def test_of_a_record_closed_to_others_no_reason_is_told(place: Place) -> None:
    place.add(record(closed_to_others=True))
    place.clerks.entries["probable-1"] = probable(1, 90)
    line = told("addressee", "suspects", "list")
    assert (line["points"], line["reasons"]) == (90, [])


def test_a_basis_is_recorded_with_its_history(place: Place) -> None:
    place.add(record())
    how = ("--kind", "consent", "--document", "R8-12", "--day", "2026-05-01")
    assert failed("addressee", "basis", "set", OTHER, *how) == Exit.NOT_FOUND
    assert failed("addressee", "basis", "set", FRESH, *how[:-1], "5月1日") == Exit.USAGE
    assert failed("addressee", "basis", "set", FRESH, *how[:3], "同意書", *how[4:]) == Exit.USAGE
    assert kyotsu("addressee", "basis", "set", FRESH, *how).exit_code == 0
    assert kyotsu("addressee", "basis", "set", FRESH, "--kind", "withdrawn", *how[2:]).exit_code == 0
    lines = [json.loads(line) for line in kyotsu("addressee", "basis", "list", FRESH, "--json").stdout.splitlines()]
    assert [(line["revision"], line["kind"], line["document"]) for line in lines] == [
        (1, "consent", "R8-12"),
        (2, "withdrawn", "R8-12"),
    ]
