"""Rows of 031i001: updates, carry-over, deletions, links, and each of them once (docs/decisions/0116)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kyotsu.addressees.applying import MOST_TOGETHER, independent
from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import Deed, Origin
from kyotsu.addressees.store import Done, Lease
from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Row
from tests.fakes.addressees import FRESH, LOCAL, RESIDENT, TAX, WELFARE, record
from tests.fakes.registry import MemoryRegistry
from tests.fakes.registry_contract import registered
from tests.fakes.registry_files import COLUMNS, RegistryFiles, counts, registry_row

SECOND, THIRD = "800000000000017", "800000000000025"
INDIVIDUAL = "123456789018"
PLACE = {"jusho_shikugunchosonmei": "中央区"}


@pytest.fixture
def files() -> RegistryFiles:
    """Two people of the tax system, one of them used by welfare as well."""
    found = RegistryFiles()
    for number in (FRESH, SECOND):
        assert found.registry.write(registered(number))
    shared = record(SECOND, uses=frozenset({TAX, WELFARE}))
    found.registry.records[SECOND] = shared
    return found


def deeds(files: RegistryFiles, number: str = FRESH) -> list[Deed]:
    return [entry.deed for entry in files.registry.history(number)]


def test_an_update(files: RegistryFiles) -> None:
    answer = files.send(registry_row(**PLACE), registry_row(SECOND))
    assert (answer["status"], counts(answer)) == ("ACCEPTED", {"updated": 1, "unchanged": 1})
    found = files.registry.records[FRESH]
    assert (found.person["jusho_shikugunchosonmei"], found.version) == ("中央区", 2)
    assert deeds(files) == [Deed.REGISTERED, Deed.UPDATED]


def test_rows_hold_in_the_order_of_the_file_whatever_their_date(files: RegistryFiles) -> None:
    """1.1.2."""
    answer = files.send(registry_row(**PLACE), registry_row(sosanengappi="2001-01-01"))
    assert counts(answer) == {"updated": 2}
    assert files.registry.records[FRESH].person == record().person
    assert files.registry.records[FRESH].version == 3


@pytest.mark.parametrize(
    ("number", "resident", "migrated", "remark", "origin"),
    [
        (RESIDENT, "2", False, [], Origin.CARRIED_OVER),
        (RESIDENT, "1", False, [("2", "宛名番号", "W1503")], Origin.CARRIED_OVER),
        (RESIDENT, None, False, [("2", "宛名番号", "W1502")], Origin.CARRIED_OVER),
        (THIRD, None, True, [], Origin.MIGRATED),
    ],
)
def test_a_number_without_a_record_is_carried_over(
    files: RegistryFiles, number: str, resident: str | None, migrated: bool, remark: list[Any], origin: Origin
) -> None:
    """Flow (3): 住民宛名番号引継ぎ."""
    if resident is not None:
        files.registry.residents[number] = resident
    if migrated:
        files.registry.reserve([number])
    answer = files.send(registry_row(number, kojinbango=INDIVIDUAL))
    assert (counts(answer), files.told(answer)) == ({"added": 1} | ({"warned": 1} if remark else {}), remark)
    assert files.registry.records[number].origin is origin
    assert files.registry.individual_numbers[number, TAX] == INDIVIDUAL


def test_a_number_of_our_range_that_was_never_issued_is_refused(files: RegistryFiles) -> None:
    answer = files.send(registry_row(THIRD))
    assert (answer["status"], counts(answer)) == ("PARTIALLY_ACCEPTED", {"failed": 1})
    assert files.told(answer) == [("2", "宛名番号", outcomes.NUMBER_UNUSABLE.code)]


def test_a_deletion_ends_the_senders_use_and_the_last_one_closes(files: RegistryFiles) -> None:
    """Flow (4)."""
    row = registry_row(SECOND, sakujofuragu="1", shimei="", uji_nihonjin="", na_nihonjin="")
    first = files.send(row, row)
    assert (counts(first), files.told(first)) == (
        {"deleted": 1, "unchanged": 1, "warned": 1},
        [("3", "宛名番号", outcomes.NOTHING_TO_END.code)],
    )
    assert files.registry.records[SECOND].uses == {WELFARE}
    second = files.send(row, sequence=2, system="022")
    assert counts(second) == {"deleted": 1}
    assert files.registry.records[SECOND].deleted
    assert deeds(files, SECOND) == [Deed.REGISTERED, Deed.ENDED, Deed.CLOSED]
    again = files.send(registry_row(SECOND), sequence=3)
    assert counts(again) == {"added": 1}
    assert deeds(files, SECOND)[-1] is Deed.REOPENED


@pytest.mark.parametrize(("keep", "closed"), [(True, True), (False, False)])
def test_the_deletion_of_who_became_a_resident(keep: bool, closed: bool) -> None:
    files = RegistryFiles(keep=keep)
    assert files.registry.write(registered(RESIDENT, origin=Origin.CARRIED_OVER))
    files.registry.records[RESIDENT] = record(RESIDENT, uses=frozenset({TAX, WELFARE}))
    files.registry.residents[RESIDENT] = "1"
    assert counts(files.send(registry_row(RESIDENT, sakujofuragu="1"))) == {"deleted": 1}
    assert files.registry.records[RESIDENT].deleted is closed


def test_a_link_and_its_taking_back(files: RegistryFiles) -> None:
    """Flows (5) and (6): a row says the whole state, so 0 takes the link back."""
    linked = registry_row(nayosemotofuragu="1", nayosesakiatenabango=SECOND)
    assert counts(files.send(linked, linked)) == {"updated": 1, "unchanged": 1}
    assert files.registry.records[FRESH].principal == SECOND
    back = files.send(registry_row(), sequence=2)
    assert (counts(back), files.told(back)) == (
        {"updated": 1, "warned": 1},
        [("2", "名寄せ元フラグ", outcomes.UNLINKED_BY_FLAG.code)],
    )
    assert files.registry.records[FRESH].principal is None
    assert deeds(files) == [Deed.REGISTERED, Deed.LINKED, Deed.UNLINKED]


def test_who_was_never_told_of_a_link_does_not_take_it_back(files: RegistryFiles) -> None:
    files.send(registry_row(nayosemotofuragu="1", nayosesakiatenabango=SECOND))
    assert counts(files.send(registry_row(), sequence=2, system="022")) == {"updated": 1}
    assert files.registry.records[FRESH].principal == SECOND
    assert files.registry.records[FRESH].uses == {TAX, WELFARE}


def test_who_may_not_know_of_a_principal_does_not_take_its_link_back(files: RegistryFiles) -> None:
    files.send(registry_row(), sequence=1, system="022")
    files.registry.records[SECOND] = record(SECOND, owner=TAX, closed_to_others=True)
    files.send(registry_row(nayosemotofuragu="1", nayosesakiatenabango=SECOND), sequence=2)
    assert files.registry.records[FRESH].principal == SECOND
    answer = files.send(registry_row(sosajikoku="10:30:00"), sequence=3, system="022")
    assert (counts(answer), files.told(answer)) == ({"unchanged": 1}, [])
    assert files.registry.records[FRESH].principal == SECOND


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ({"gyomuid": "022"}, ("業務ID", "E0002")),
        ({"dokujishisakushisutemutoid": "A01"}, ("独自施策システム等ID", "E0002")),
        ({"nayosemotofuragu": "1"}, ("名寄せ先宛名番号", "E0004")),
        ({"nayosemotofuragu": "2"}, ("名寄せ元フラグ", "E0002")),
        ({"tagyomusanshofukafuragu": "2"}, ("他業務参照不可フラグ", "E0002")),
        ({"nayosemotofuragu": "1", "nayosesakiatenabango": f"{SECOND[:-1]} "}, ("名寄せ先宛名番号", "E0002")),
        ({"nayosemotofuragu": "1", "nayosesakiatenabango": FRESH}, ("名寄せ先宛名番号", "E1504")),
        ({"nayosemotofuragu": "1", "nayosesakiatenabango": THIRD}, ("名寄せ先宛名番号", "E1503")),
        ({"atenabango": "C"}, ("宛名番号", "E0002")),
        ({"atenabango": "N#1", "sakujofuragu": "1"}, ("宛名番号", "E0002")),
        ({"shimei": ""}, ("氏名", "E0004")),
        ({"jusho_katagaki_furigana": "カタガキ"}, ("住所_方書", "E0004")),
        ({"atenabango": SECOND, "tagyomusanshofukafuragu": "1"}, ("他業務参照不可フラグ", "E1507")),
        ({"sosanengappi": ""}, ("操作年月日", "E0001")),
    ],
)
def test_a_refused_row(files: RegistryFiles, items: dict[str, str], told: tuple[str, str]) -> None:
    answer = files.send(registry_row(**items), registry_row(**PLACE))
    assert (answer["status"], counts(answer)) == ("PARTIALLY_ACCEPTED", {"failed": 1, "updated": 1})
    assert files.told(answer) == [("2", *told)]


def test_a_local_systems_rows(files: RegistryFiles) -> None:
    assert files.registry.write(registered(THIRD, owner=LOCAL))
    row = registry_row(THIRD, dokujishisakushisutemutoid="A01", gyomuid="000", **PLACE)
    outcome = files.applier.outcome(_context(files, "A01"), _row(row))
    assert (outcome.count, files.registry.records[THIRD].uses) == ("updated", frozenset({LOCAL}))


def test_what_others_closed_is_not_there(files: RegistryFiles) -> None:
    closed = registry_row(tagyomusanshofukafuragu="1")
    assert counts(files.send(closed)) == {"updated": 1}
    for row in (registry_row(), registry_row(sakujofuragu="1")):
        answer = files.send(row, sequence=2, system="022")
        assert files.told(answer, "022") == [("2", "宛名番号", outcomes.NOT_REGISTERED.code)]
    assert counts(files.send(registry_row(), sequence=3)) == {"updated": 1}, "its owner opens it again"
    assert not files.registry.records[FRESH].closed_to_others


def test_a_row_that_meets_an_editor_is_to_be_sent_again(files: RegistryFiles) -> None:
    now = files.deployment.clock.now()
    files.registry.lease(FRESH, Lease(WELFARE, "op", now + timedelta(minutes=5)), now)
    answer = files.send(registry_row(**PLACE))
    assert files.told(answer) == [("2", "宛名番号", outcomes.EDITED_BY_ANOTHER.code)]
    assert "もう一度送信" in outcomes.EDITED_BY_ANOTHER.message
    files.registry.release(FRESH, WELFARE, "op")
    assert counts(files.send(registry_row(**PLACE), sequence=2)) == {"updated": 1}


def test_an_individual_number_is_one_businesss_and_compared_without_being_opened(files: RegistryFiles) -> None:
    row = registry_row(kojinbango=INDIVIDUAL)
    assert counts(files.send(row, row)) == {"updated": 1, "unchanged": 1}
    assert counts(files.send(registry_row(), sequence=2)) == {"unchanged": 1}
    assert files.registry.individual_numbers == {(FRESH, TAX): INDIVIDUAL}
    assert all(INDIVIDUAL.encode() not in done.answer for done in files.registry.done.values())


def test_an_edit_between_two_tries_of_a_row_stays(files: RegistryFiles) -> None:
    """A retried row neither repeats nor reverts what came after it, and is counted as it was."""
    file, row = _context(files, "010"), _row(registry_row(**PLACE))
    first = files.applier.outcome(file, row)
    files.send(registry_row(seibetsu="1"))
    before = files.registry.records[FRESH]
    assert files.applier.outcome(file, row) == first
    assert (first.count, files.registry.records[FRESH]) == ("updated", before)


def test_a_refusal_is_kept_as_well(files: RegistryFiles) -> None:
    """Done later, the row would come after its followers."""
    file, row = _context(files, "010"), _row(registry_row(THIRD))
    first = files.applier.outcome(file, row)
    files.registry.reserve([THIRD])
    assert files.applier.outcome(file, row) == first
    assert THIRD not in files.registry.records


def test_writes_that_lose_are_decided_anew(files: RegistryFiles) -> None:
    class Contended(MemoryRegistry):
        lost = 3

        def write(self, change: Change | None, done: Done | None = None) -> bool:
            self.lost -= 1
            return self.lost < 0 and super().write(change, done)

    registry = Contended(opens=False)
    assert MemoryRegistry.write(registry, registered())
    applier = files.applier.over(registry)
    assert applier.outcome(_context(files, "010"), _row(registry_row(**PLACE))).count == "updated"
    registry.lost = 99
    with pytest.raises(Exception, match="重なりました"):
        applier.outcome(_context(files, "010"), _row(registry_row())._replace(line=3))


def _context(files: RegistryFiles, provider: str) -> Any:
    admission = files.deployment.reception.admission
    ref = files.deployment.objects.put(
        "kyotsu-test-141003-010", "outbox/031i001-00/031i001_00_D_v1_20261120093000_000099.csv", b"x"
    )
    receipt = admission.labelled(admission.arrived(ref, files.deployment.clock.now()))
    return replace(admission.context(receipt, admission.admit(receipt)), provider=provider)


def _row(items: dict[str, str]) -> Any:
    return Row(2, [items.get(name, "") for name in COLUMNS])


def test_rows_go_together_only_if_their_order_cannot_matter() -> None:
    def lines(numbers: str) -> list[list[int]]:
        rows = [Row(line, number) for line, number in enumerate(numbers, start=2)]
        return [[row.line for row in run] for run in independent(rows, _own)]

    assert lines("abcade") == [[2, 3, 4], [5, 6, 7]]
    assert lines("a-bc--d") == [[2], [3], [4, 5], [6], [7], [8]], "links and deletions depend on others"
    assert lines("") == []
    many = [Row(line, [str(line)]) for line in range(2 * MOST_TOGETHER + 1)]
    assert [len(run) for run in independent(many, lambda row: row.values[0])] == [MOST_TOGETHER] * 2 + [1]


def test_a_link_that_is_taken_back_lets_its_principal_be_deleted_below(files: RegistryFiles) -> None:
    assert counts(files.send(registry_row(nayosemotofuragu="1", nayosesakiatenabango=SECOND))) == {"updated": 1}
    files.registry.records[SECOND] = record(SECOND)
    answer = files.send(registry_row(), registry_row(SECOND, sakujofuragu="1"), sequence=2)
    assert counts(answer) == {"updated": 1, "deleted": 1, "warned": 1}


def _own(row: Row) -> str | None:
    return None if row.values == "-" else row.values[0]
