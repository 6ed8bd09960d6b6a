"""Requirement: the numbers of existing systems are taken over once each, duplicates are listed, and nothing depends on
the order of files or on what was killed (issue part 4, Migration; 共通機能標準仕様書 2.1, 2.3.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from kyotsu.addressees.migrating import Fate, Place
from kyotsu.addressees.migration_writing import Task
from kyotsu.addressees.records import AddresseeRecord, Deed, Origin, Use
from kyotsu.addressees.store import Lease
from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Row
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.wiring.migration import SameContentError
from kyotsu.wiring.migration_files import FileChangedError
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError
from tests.fakes.migration import COLUMNS, NOW, OldRegistry, migration, old_file, old_row, run

TAX, WELFARE = Use("010"), Use("022")
BOTH = frozenset({TAX, WELFARE})
ONE, TWO, THREE = "500000000000005", "500000000000013", "500000000000021"
OURS = "800000000000009"


def codes(told: list[tuple[str, int, str]], number: str) -> set[str]:
    return {code for one, _, code in told if one == number and code not in ("W1003", "W1008")}


def test_a_row_becomes_a_record_with_its_use_and_history(tmp_path: Path) -> None:
    registry = OldRegistry()
    assert (
        codes(run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE, kojinbango="123456789018"))), ONE)
        == set()
    )
    record = registry.records[ONE]
    assert (record.origin, record.owner, record.uses, record.version) == (Origin.MIGRATED, TAX, frozenset({TAX}), 1)
    assert registry.individual_numbers[ONE, TAX] == "123456789018"
    assert [entry.deed for entry in registry.entries[ONE]] == [Deed.REGISTERED]
    assert registry.migrated == {ONE}


def test_nothing_is_written_by_a_survey(tmp_path: Path) -> None:
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE)), write=False)
    assert registry.state() == OldRegistry().state()


def test_the_same_person_of_two_systems_is_one_record_of_the_newest_row(tmp_path: Path) -> None:
    registry = OldRegistry()
    tax = old_file(tmp_path / "a.csv", old_row(ONE, jusho_katagaki="旧"))
    newer = old_row(ONE, gyomuid="022", sosanengappi="2021-01-01", jusho_katagaki="新")
    told = run(migration(registry), tax, old_file(tmp_path / "b.csv", newer))
    assert codes(told, ONE) == {"W1600"}
    assert registry.records[ONE].person["jusho_katagaki"] == "新"
    assert (registry.records[ONE].owner, registry.records[ONE].uses) == (WELFARE, BOTH)
    assert [entry.deed for entry in registry.entries[ONE]] == [Deed.REGISTERED, Deed.USED]


def test_spaces_and_width_of_a_name_make_no_other_person(tmp_path: Path) -> None:
    registry = OldRegistry()
    rows = (old_row(ONE, shimei="ＡＢ　Ｃ"), old_row(ONE, gyomuid="022", shimei="ＡＢＣ"))
    assert codes(run(migration(registry), old_file(tmp_path / "a.csv", *rows)), ONE) == {"W1600"}


@pytest.mark.parametrize(
    "other", [{"shimei": "別人　花子"}, {"seinengappi": "1970-01-03"}, {"seibetsu": "2"}, {"seinengappi": ""}]
)
def test_different_people_of_one_number_are_taken_over_for_neither(tmp_path: Path, other: dict[str, str]) -> None:
    registry = OldRegistry()
    path = old_file(tmp_path / "a.csv", old_row(ONE), old_row(ONE, gyomuid="022", **other), old_row(TWO))
    found = migration(registry)
    told = run(found, path)
    assert codes(told, ONE) == {"E1603"}
    assert [line for number, line, code in told if code == "E1603"] == [2, 3]
    assert set(registry.records) == {TWO}
    assert registry.migrated == {ONE, TWO}  # nobody else may get it
    assert found.survey.counts() == {
        "registers": 1, "joins": 0, "stays": 0, "reserves": 0, "excluded": 2, "undecided": 0, "invalid": 0
    }  # fmt: skip


def test_a_birth_date_that_is_unknown_makes_the_address_count(tmp_path: Path) -> None:
    unknown = {"seinengappi": "", "jusho_choaza": "一丁目"}
    registry = OldRegistry()
    rows = [old_row(ONE, **unknown), old_row(ONE, gyomuid="022", **unknown)]
    rows += [old_row(TWO, **unknown), old_row(TWO, gyomuid="022", **{**unknown, "jusho_choaza": "二丁目"})]
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert (codes(told, ONE), codes(told, TWO)) == ({"W1600"}, {"E1603"})


def test_duplicates_of_residents_are_told_apart_by_person(tmp_path: Path) -> None:
    registry = OldRegistry()
    registry.know(ONE, "2", old_row(ONE))
    registry.know(TWO, "1", old_row(TWO))
    registry.know(THREE, "1", old_row(THREE, shimei="別人"))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *map(old_row, (ONE, TWO, THREE))))
    assert [codes(told, number) for number in (ONE, TWO, THREE)] == [{"W1601"}, {"W1503"}, {"E1604"}]
    assert set(registry.records) == {ONE, TWO}


def test_a_number_that_was_obtained_for_a_resident_is_taken_over_for_nobody(tmp_path: Path) -> None:
    registry = OldRegistry()
    registry.obtained.add(ONE)
    assert codes(run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE))), ONE) == {"E1604"}
    assert (registry.records, registry.migrated) == ({}, set())


def test_leading_zeros_make_numbers_that_nobody_takes_over(tmp_path: Path) -> None:
    registry = OldRegistry()
    registry.know("000000000000213", "1", old_row(ONE))
    rows = (old_row("213"), old_row("42"), old_row("0042", gyomuid="022"))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert {number for number, _, code in told if code == "E1606"} == {"213", "42", "0042"}
    assert not registry.records


def test_what_is_registered_already_is_joined_or_refused(tmp_path: Path) -> None:
    registry = OldRegistry()
    before = old_file(tmp_path / "a.csv", *map(old_row, (ONE, TWO, THREE)))
    run(migration(registry), before)
    rows = (old_row(ONE), old_row(TWO, gyomuid="022"), old_row(THREE, gyomuid="022", shimei="別人"))
    found = migration(registry)
    told = run(found, old_file(tmp_path / "b.csv", *rows))
    assert [codes(told, number) for number in (ONE, TWO, THREE)] == [{"W1603"}, {"W1604"}, {"E1605"}]
    assert (registry.records[TWO].uses, registry.records[THREE].uses) == (BOTH, frozenset({TAX}))
    assert registry.records[TWO].person == old_row_person(TWO)


def old_row_person(number: str) -> dict[str, str]:
    row = old_row(number)
    return {name: row[name] for name in ("shimei", "uji_nihonjin", "na_nihonjin", "seibetsu", "seinengappi")}


def test_numbers_that_break_the_rule_or_lie_in_our_ranges_are_remarked_and_reserved(tmp_path: Path) -> None:
    registry = OldRegistry()
    told = run(migration(registry), old_file(tmp_path / "a.csv", old_row("77"), old_row(OURS)))
    assert {code for number, _, code in told if number == "77"} == {"W1003", "W1008"}
    assert {code for number, _, code in told if number == OURS} == {"W1602"}
    assert set(registry.records) == {"77", OURS}
    assert registry.migrated == {"77", "000000000000077", OURS}


def test_deleted_rows_and_older_rows_of_a_system_only_reserve(tmp_path: Path) -> None:
    registry = OldRegistry()
    rows = (old_row(ONE, sakujofuragu="1"), old_row(TWO), old_row(TWO, sosanengappi="2022-01-01", jusho_katagaki="新"))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert (codes(told, ONE), codes(told, TWO)) == ({"W1605"}, {"W1606"})
    assert [(number, record.person.get("jusho_katagaki")) for number, record in registry.records.items()] == [
        (TWO, "新")
    ]
    assert registry.migrated == {ONE, TWO}


def test_a_closed_record_is_taken_over_unless_others_use_the_number(tmp_path: Path) -> None:
    registry = OldRegistry()
    closed = {"tagyomusanshofukafuragu": "1"}
    rows = (old_row(ONE, **closed), old_row(TWO, **closed, jusho_katagaki="秘密"), old_row(TWO, gyomuid="022"))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert registry.records[ONE].closed_to_others
    assert codes(told, TWO) == {"E1507"}
    assert registry.records[TWO].uses == {WELFARE}
    assert "jusho_katagaki" not in registry.records[TWO].person
    later = run(migration(registry), old_file(tmp_path / "b.csv", old_row(ONE, gyomuid="022")))
    assert codes(later, ONE) >= {"E1502"}
    assert registry.records[ONE].uses == frozenset({TAX})


def test_links_are_made_after_all_records_and_chains_never(tmp_path: Path) -> None:
    registry = OldRegistry()
    four = "500000000000048"
    rows = (
        old_row(ONE, nayosemotofuragu="1", nayosesakiatenabango=TWO),
        old_row(TWO),
        old_row(THREE, nayosemotofuragu="1", nayosesakiatenabango=four),
        old_row(four, nayosemotofuragu="1", nayosesakiatenabango=TWO),
    )
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert [registry.records[number].principal for number in (ONE, TWO, THREE, four)] == [TWO, None, None, None]
    assert (codes(told, THREE), codes(told, four), codes(told, ONE)) == ({"W1607"}, {"W1607"}, set())


def test_a_principal_that_is_nobody_is_told_and_the_record_taken_over(tmp_path: Path) -> None:
    registry = OldRegistry()
    told = run(
        migration(registry), old_file(tmp_path / "a.csv", old_row(ONE, nayosemotofuragu="1", nayosesakiatenabango=TWO))
    )
    assert (codes(told, ONE), registry.records[ONE].principal) == ({"W1607"}, None)


def test_invalid_rows_are_told_with_the_words_of_file_linkage_and_reserve(tmp_path: Path) -> None:
    registry = OldRegistry()
    rows = (old_row(ONE, seinengappi="1970-02-30"), old_row(TWO, shikuchosonkodo="131016"), old_row(THREE))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert codes(told, ONE) == {outcomes.NOT_A_DATE.code}
    assert codes(told, TWO) == {outcomes.FOREIGN_MUNICIPALITY.code}
    assert (set(registry.records), registry.migrated) == ({THREE}, {ONE, TWO, THREE})


def test_a_wrong_row_tells_nothing_that_could_be_a_name(tmp_path: Path) -> None:
    registry = OldRegistry()
    shifted = old_row("移行　太郎"), old_row("IKOU TARO", nayosemotofuragu="9")
    told = run(migration(registry), old_file(tmp_path / "a.csv", *shifted))
    assert {number for number, _, _ in told} == {""}
    assert {line for _, line, _ in told} == {2, 3}


def test_a_row_shows_nothing_of_a_person_where_it_is_printed() -> None:
    row = Row(2, [old_row(ONE, kojinbango="123456789018").get(column, "") for column in COLUMNS])
    read = migration(OldRegistry()).reader.read(row)
    assert read.use == TAX
    told = repr(read) + repr(Task(Place(0, 2), "row/a/2", TAX, read.values))
    assert not [value for value in ("123456789018", "移行", "1970") if value in told]


def test_a_number_is_reserved_as_receivers_pad_it_too(tmp_path: Path) -> None:
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row("19")))
    assert registry.migrated == {"19", "000000000000019"}
    assert set(registry.records) == {"19"}
    before = registry.state()
    run(migration(registry), tmp_path / "a.csv")
    assert registry.state() == before


def test_what_rows_of_updates_must_hold_these_must_hold(tmp_path: Path) -> None:
    registry = OldRegistry()
    rows = (old_row(ONE, nayosemotofuragu="1"), old_row(TWO, na_nihonjin=""), old_row(THREE, nayosemotofuragu="2"))
    told = run(migration(registry), old_file(tmp_path / "a.csv", *rows))
    assert [codes(told, number) for number in (ONE, TWO, THREE)] == [{"E0004"}, {"E0004"}, {"E0002"}]
    assert (registry.records, registry.migrated) == ({}, {ONE, TWO, THREE})


def test_whoever_edits_a_record_alone_is_waited_for(tmp_path: Path) -> None:
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE)))
    registry.lease(ONE, Lease(TAX, "clerk", NOW + timedelta(minutes=5)), NOW)
    path = old_file(tmp_path / "b.csv", old_row(ONE, gyomuid="022"))
    assert "E1607" in codes(run(migration(registry), path), ONE)
    assert registry.records[ONE].uses == frozenset({TAX})
    registry.release(ONE, TAX, "clerk")
    run(migration(registry), path)
    assert registry.records[ONE].uses == BOTH


def test_whose_rows_they_are_is_told_by_the_row_or_by_the_command(tmp_path: Path) -> None:
    registry = OldRegistry()
    path = old_file(
        tmp_path / "a.csv", old_row(ONE, gyomuid=""), old_row(TWO, gyomuid="022"), old_row(THREE, gyomuid="999")
    )
    told = run(migration(registry, system="022"), path)
    assert [codes(told, number) for number in (ONE, TWO, THREE)] == [set(), set(), {"E1602"}]
    assert registry.records[ONE].owner == WELFARE
    assert codes(run(migration(OldRegistry()), path), ONE) == {"E1601"}


def test_files_that_are_none_are_refused_whole(tmp_path: Path) -> None:
    broken = tmp_path / "a.csv"
    broken.write_bytes(b"atenabango\n1\n")
    with pytest.raises(FileRejectedError):
        run(migration(OldRegistry()), broken)
    one, two = old_file(tmp_path / "b.csv", old_row(ONE)), old_file(tmp_path / "c.csv", old_row(ONE))
    with pytest.raises(SameContentError):
        run(migration(OldRegistry()), one, two)


def test_a_file_that_changes_midway_stops_it(tmp_path: Path) -> None:
    path = old_file(tmp_path / "a.csv", old_row(ONE))
    found = migration(OldRegistry())
    files = found.open([path], lambda _: None)
    old_file(path, old_row(ONE), old_row(TWO))
    with pytest.raises(FileChangedError):
        found.read(files, lambda _: None)


def several(folder: Path) -> list[Path]:
    """Return three systems' files with every case between them."""
    folder.mkdir(exist_ok=True)
    link = {"nayosemotofuragu": "1", "nayosesakiatenabango": TWO}
    return [
        old_file(folder / "a.csv", old_row(ONE, **link), old_row(TWO), old_row(OURS, sakujofuragu="1")),
        old_file(
            folder / "b.csv", old_row(ONE, gyomuid="022", sosanengappi="2021-01-01"), old_row("77", gyomuid="022")
        ),
        old_file(folder / "c.csv", old_row(ONE, gyomuid="024"), old_row("77", gyomuid="024", shimei="別人")),
    ]


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    states = []
    for paths in permutations(several(tmp_path / "x")):
        registry = OldRegistry()
        run(migration(registry), *paths)
        states.append(registry.state())
    assert all(state == states[0] for state in states)
    assert states[0][0][ONE].uses == {TAX, WELFARE, Use("024")}


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED])
def test_killed_at_any_call_it_ends_as_if_undisturbed(tmp_path: Path, fault: Fault) -> None:
    paths, undisturbed = several(tmp_path / "x"), OldRegistry()
    counted = Faults()
    run(migration(counted.around(undisturbed)), *paths)
    assert len(counted.calls) > 10
    for call in range(1, len(counted.calls) + 1):
        registry = OldRegistry()
        with pytest.raises(StoppedError):
            run(migration(Faults(faults={call: fault}).around(registry)), *paths)
        run(migration(registry), *paths)
        assert registry.state() == undisturbed.state(), call


def test_a_repeat_touches_nobody(tmp_path: Path) -> None:
    registry, told, paths = OldRegistry(), list[str](), several(tmp_path / "x")
    run(migration(registry), *paths)
    found = migration(registry, told=lambda name, _: told.append(name))
    run(found, *paths)
    assert (told, found.survey.counts()[Fate.STAYS], found.survey.links_to_make()) == ([], 4, 0)


def close(registry: OldRegistry, number: str) -> AddresseeRecord:
    """Have the last system end its use of a record, as the calls do."""
    before = registry.records[number]
    closed = replace(before, deleted=True, uses=frozenset(), principal=None, revision=before.revision + 1)
    registry.records[number] = closed
    return closed


def test_a_repeat_never_undoes_what_systems_did_since(tmp_path: Path) -> None:
    registry, path = OldRegistry(), old_file(tmp_path / "a.csv", old_row(ONE))
    run(migration(registry), path)
    deleted = close(registry, ONE)
    run(migration(registry), path)
    assert registry.records[ONE] == deleted


@pytest.mark.parametrize("system", ["010", "022"])
def test_a_corrected_file_does_not_reopen_what_was_closed_since_its_migration(tmp_path: Path, system: str) -> None:
    """Its rows are older than the closing, and no note tells so: they stand in another file."""
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE), old_row(TWO)))
    closed = close(registry, ONE)
    newer = {"gyomuid": system, "sosanengappi": "2021-01-01", "jusho_katagaki": "旧"}
    linked = {"nayosemotofuragu": "1", "nayosesakiatenabango": TWO}
    found = migration(registry)
    told = run(found, old_file(tmp_path / "b.csv", old_row(ONE, **newer, **linked), old_row(TWO), old_row(THREE)))
    assert (codes(told, ONE), codes(told, TWO)) == ({"W1608"}, {"W1603"})
    assert registry.records[ONE] == closed
    assert found.survey.counts()[Fate.RESERVES] == 1
    assert [*found.survey.disclosed()] == [[ONE]]
    assert THREE in registry.records


def test_what_was_closed_before_it_was_ever_migrated_is_taken_over(tmp_path: Path) -> None:
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE)))
    registry.records[ONE] = replace(close(registry, ONE), origin=Origin.CARRIED_OVER)
    assert codes(run(migration(registry), old_file(tmp_path / "b.csv", old_row(ONE, gyomuid="022"))), ONE) == {"W1604"}
    assert (registry.records[ONE].deleted, registry.records[ONE].uses) == (False, frozenset({WELFARE}))


def test_what_is_closed_between_the_survey_and_the_write_stays_closed(tmp_path: Path) -> None:
    registry = OldRegistry()
    run(migration(registry), old_file(tmp_path / "a.csv", old_row(ONE)))
    path = old_file(tmp_path / "b.csv", old_row(ONE, gyomuid="022"))
    told = run(migration(registry, told=lambda *_: close(registry, ONE)), path)
    assert "W1608" in codes(told, ONE)
    assert registry.records[ONE].deleted


def test_who_is_touched_is_told_before_anything_is_written(tmp_path: Path) -> None:
    registry, told = OldRegistry(), list[tuple[str, int, list[str]]]()

    def tell(name: str, numbers: Any) -> None:
        told.append((name, len(registry.done), list(numbers)))

    path = old_file(tmp_path / "a.csv", old_row(ONE), old_row(TWO))
    run(migration(registry, told=tell), path)
    assert [(writes, numbers) for _, writes, numbers in told] == [(0, [ONE, TWO])]
    first = told[0][0]
    told.clear()
    run(migration(OldRegistry(), told=tell), path)
    assert told[0][0] == first


def test_fates_are_counted(tmp_path: Path) -> None:
    found = migration(OldRegistry())
    run(found, *several(tmp_path / "x"))
    counts = found.survey.counts()
    assert [counts[fate] for fate in Fate] == [2, 2, 0, 1, 2]
    assert found.survey.codes()["E1603"] == 2
