"""`kyotsu integrated` on moto: what operators see and settle, what the trail knew before, and no 個人番号 anywhere."""

from __future__ import annotations

import itertools
import json
import os
from datetime import timedelta
from pathlib import Path
from threading import RLock
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from typer.testing import CliRunner

from kyotsu.addressees.clerks_list import Settlement, Verdict
from kyotsu.contracts.audit import AuditTrail, Deed
from kyotsu.integrated.conflict_table import ConflictTable
from kyotsu.integrated.records import Conflict
from kyotsu.integrated.reserving import Reserved, reserve
from kyotsu.integrated.store import IntegratedStore, Taken
from kyotsu.integrated.table import IntegratedTable
from kyotsu.japanese.dates import JST, utc_now
from kyotsu.wiring.integrated_people import integrated_store
from kyotsu_cli import registry, viewing
from kyotsu_cli.commands import integrated, integrated_conflicts, integrated_reserve
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.integrated import ONE, TWO, subject
from tests.fakes.registry_contract import registered
from tests.fakes.sealing import LocalSealer
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.test_addressee_basis import protect
from tests.integration.test_addressee_migration import Door
from tests.integration.test_audit import OUTPUTS, trail
from tests.integration.test_integrated_people import issue
from tests.integration.test_protection import Trail, outputs

__all__ = ["trail"]
NUMBER, OTHER = "800000000000009", "800000000000017"
RIGHT, WRONG = "900000000000022", "900000000000019"
CONFLICT = Conflict("1", "900000000000001", RIGHT, "010", "20260501090000")
HOW = Settlement(verdict=Verdict.DIFFERENT, operator="arn", settled_at="2026-05-02T09:00:00+09:00")


@pytest.fixture
def deployment(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    keys = {"PersonalKey": os.environ["PERSONAL_KEY"], "FingerprintSecret": os.environ["FINGERPRINT_SECRET"]}
    found = Deployment(MUNICIPALITY, outputs() | keys | OUTPUTS | {"IntegratedTable": "integrated"})
    for place in (integrated, integrated_conflicts, integrated_reserve):
        monkeypatch.setattr(place, "connect", lambda: found)
    for module in (registry, viewing, integrated_conflicts):
        monkeypatch.setattr(module, "operator", lambda: "arn:aws:sts::1:assumed-role/Operators/hanako")
    return found


@pytest.fixture
def told(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """The audit trail in memory."""
    made = Trail()
    monkeypatch.setattr(Deployment, "audit", property(lambda _: made))
    return made


def kyotsu(*arguments: str, stdin: str | bytes | None = None) -> Any:
    return CliRunner().invoke(command_line(), ["integrated", *arguments], input=stdin)


def failed(*arguments: str) -> Exit:
    error = kyotsu(*arguments).exception
    assert isinstance(error, CommandError)
    return error.code


def test_a_person_is_shown_with_rows_flag_and_record_and_the_trail_knows(
    deployment: Deployment, trail: AuditTrail
) -> None:
    number = issue(subject(atenabango=NUMBER))
    assert issue(subject(atenabango=OTHER, shimei="見本　はな子"), system="022") == number
    done = kyotsu("show", number, "--json")
    shown = json.loads(done.stdout)
    assert [(row["addressee_number"], row["system"], row["flagged"]) for row in shown["rows"]] == [
        (NUMBER, "010", False),
        (OTHER, "022", True),
    ]
    assert (shown["integrated_number"], shown["deleted"], shown["withheld"]) == (number, False, False)
    record = shown["record"]
    assert (record["shimei"], record["seinengappi"], record["jusho_todofuken"]) == (
        "見本　はな子",
        "1980-02-29",
        "東京都",
    )
    table, by_addressee = kyotsu("show", number), kyotsu("show", OTHER, "--by-addressee")
    for text in (table.stdout, by_addressee.stdout):
        assert all(part in text for part in (number, NUMBER, OTHER, "統合宛名フラグ", "見本　はな子", "東京都"))
    assert not [one for one in (done, table, by_addressee) if ONE in one.output]
    now = utc_now().astimezone(JST)
    day_before, day = ((now - timedelta(days=days)).date().isoformat() for days in (1, 0))
    for addressee in (NUMBER, OTHER):
        seen = deployment.seeing.of(addressee, day_before, day).accesses
        assert len(seen) == 3
        accesses = {(one.access.subject, one.access.deed, one.access.purpose) for one in seen}
        assert accesses == {("integrated show", Deed.READ, "operation")}


def test_the_address_of_a_protected_person_is_absent_whichever_number_is_protected(
    cloud: Cloud, deployment: Deployment, told: Trail
) -> None:
    number = issue(subject(atenabango=NUMBER))
    issue(subject(atenabango=OTHER), system="022")
    protect(cloud, NUMBER, "1")
    done = kyotsu("show", number, "--json")
    shown = json.loads(done.stdout)
    assert shown["withheld"]
    assert shown["record"]["shimei"] == "見本　花子"
    assert not [name for name in shown["record"] if name.startswith("jusho_")]
    table = kyotsu("show", number).stdout
    assert "支援措置対象者のため" in table
    assert not [text for text in (done.output, table) for part in ("東京都", "千代田区", "131016", ONE) if part in text]
    assert [(access.withheld, numbers) for access, numbers in told.told] == [(True, (NUMBER, OTHER))] * 2


@pytest.mark.usefixtures("told")
def test_a_number_that_is_linked_in_the_registry_protects_as_well(cloud: Cloud, deployment: Deployment) -> None:
    number, table = issue(subject(atenabango=NUMBER)), registry.Registry(deployment).table
    assert table.write(registered(OTHER))
    assert table.write(registered(NUMBER, principal=OTHER))
    assert not json.loads(kyotsu("show", number, "--json").stdout)["withheld"]
    protect(cloud, OTHER, "1")
    shown = json.loads(kyotsu("show", number, "--json").stdout)
    assert (shown["withheld"], "jusho_todofuken" in shown["record"]) == (True, False)


def test_nothing_is_shown_that_the_trail_can_not_know(deployment: Deployment, told: Trail) -> None:
    number, told.broken = issue(subject(atenabango=NUMBER)), True
    done = kyotsu("show", number, "--json")
    assert isinstance(done.exception, CommandError)
    assert not done.stdout
    assert failed("show", WRONG) is Exit.NOT_FOUND


def test_conflicts_are_listed_without_individual_numbers_until_they_are_settled(
    deployment: Deployment, told: Trail
) -> None:
    number, other = issue(subject(atenabango=NUMBER)), issue(subject(atenabango=OTHER, kojinbango=TWO))
    with pytest.raises(KeyError):  # nobody was done
        issue(subject(atenabango=NUMBER, kojinbango=TWO), system="022")
    done, table = kyotsu("conflicts", "--json"), kyotsu("conflicts")
    assert json.loads(done.stdout) == {
        "conflict_id": f"{NUMBER}-{number}-{other}",
        "addressee_number": NUMBER,
        "integrated_number": number,
        "other_integrated_number": other,
        "by": "022",
        "operated_at": "2026-05-01T09:00:00+09:00",
    }
    assert "未確認" in table.stdout
    assert not [one for one in (done, table) for secret in (ONE, TWO, "見本") if secret in one.output]
    name, people = f"{NUMBER}-{number}-{other}", (NUMBER, number, other)
    assert failed("conflicts", "settle", name, "--verdict", "checked") is Exit.USAGE
    assert failed("conflicts", "settle", f"{NUMBER}-{number}", "--verdict", "same") is Exit.NOT_FOUND
    assert kyotsu("conflicts", "settle", name, "--verdict", "different").exit_code == 0
    assert failed("conflicts", "settle", name, "--verdict", "same") is Exit.NOT_FOUND
    assert kyotsu("conflicts", "--json").stdout == ""
    settled = json.loads(kyotsu("conflicts", "--settled", "--json").stdout)["settled"]
    assert (settled["verdict"], settled["operator"].rpartition("/")[2]) == ("different", "hanako")
    assert [(one.business, one.subject, one.deed, numbers) for one, numbers in told.told] == [
        ("032", "integrated conflicts", Deed.READ, people),
        ("032", "integrated conflicts", Deed.READ, people),
        ("032", "integrated conflicts settle", Deed.CHANGED, people),
        ("032", "integrated conflicts", Deed.READ, people),
    ]


def test_a_conflict_that_is_told_again_while_it_is_settled_stays_open(
    deployment: Deployment, told: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = issue(subject(atenabango=NUMBER))
    found = Conflict(NUMBER, number, "", "001", "20260501090000")
    integrated_store().note([found])
    later = found._replace(at="20260502090000")
    monkeypatch.setattr(told, "record", lambda *_: integrated_store().note([later]))
    assert failed("conflicts", "settle", f"{NUMBER}-{number}", "--verdict", "same") is Exit.NOT_ACCEPTED
    assert list(integrated_store().conflicts()) == [later]


def test_what_was_settled_comes_again_by_a_later_operation_alone(cloud: Cloud, quick_transactions: None) -> None:
    table = ConflictTable(cloud.dynamodb, "integrated", MUNICIPALITY)
    table.note([CONFLICT])
    for _ in range(2):  # the first answer may be lost
        assert table.settle(CONFLICT, HOW)
        table.note([CONFLICT, CONFLICT._replace(at="20260430090000")])
    other = Settlement(verdict=Verdict.SAME, operator="arn2", settled_at="2026-05-02T09:00:01+09:00")
    assert not table.settle(CONFLICT, other)
    assert (list(table.open()), list(table.settled())) == ([], [(CONFLICT, HOW)])
    again = CONFLICT._replace(at="20260503090000")
    table.note([again])
    assert list(table.open()) == [again]
    assert not table.settle(CONFLICT._replace(by="001"), other)
    assert table.settle(again, other)
    assert (list(table.open()), list(table.settled())) == ([], [(CONFLICT, HOW), (again, other)])
    assert not table.settle(CONFLICT._replace(number="2"), HOW)


def test_a_list_of_former_numbers_is_surveyed_reserved_and_not_reserved_twice(
    deployment: Deployment, told: Trail, tmp_path: Path
) -> None:
    used = issue(subject(atenabango=NUMBER))
    path = tmp_path / "former.txt"
    path.write_text(f"\ufeff{RIGHT}\r\n{WRONG}\r\n\r\n{used}\r\n見本\r\n{ONE}\r\n", "utf-8")
    expected = {
        "lines": 5,
        "numbers": 3,
        "reserved": 2,
        "reserved_before": 0,
        "outside_range": 0,
        "used": [used],
        "irregular": [WRONG],
        "invalid_lines": [5],
        "individual_number_lines": [6],
    }
    store: IntegratedStore = integrated_store()
    for arguments, written in ((["--dry-run"], False), ([], True)):
        assert store.taken([RIGHT, WRONG]) == {}
        done = kyotsu("reserve", str(path), "--json", *arguments)
        assert (done.exit_code, json.loads(done.stdout)) == (Exit.NOT_ACCEPTED, expected | {"written": written})
        assert ONE not in done.output
    assert store.taken([RIGHT, WRONG, used]) == {RIGHT: Taken.RESERVED, WRONG: Taken.RESERVED, used: Taken.PERSON}
    path.write_text(f"{RIGHT}\n{WRONG}", "utf-8")
    told.told.clear()
    again = kyotsu("reserve", "-", "--json", stdin=path.read_bytes())
    assert again.exit_code == 0
    assert (json.loads(again.stdout)["reserved"], json.loads(again.stdout)["reserved_before"]) == (0, 2)
    assert not told.told
    assert "予約済み" in kyotsu("reserve", str(path)).stdout


def test_a_list_that_can_not_be_read_is_refused(deployment: Deployment, told: Trail, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n\n")
    (tmp_path / "sjis").write_bytes("番号\n".encode("cp932"))
    assert failed("reserve", str(tmp_path / "none")) is Exit.USAGE
    assert failed("reserve", str(tmp_path / "empty")) is Exit.USAGE
    done = kyotsu("reserve", str(tmp_path / "sjis"), "--json")
    assert (done.exit_code, json.loads(done.stdout)["invalid_lines"]) == (Exit.NOT_ACCEPTED, [1])


def test_reserving_that_is_killed_at_any_call_goes_on_where_it_was(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    way: Any = BaseClient
    door, one_at_a_time = Door(way._make_api_call), RLock()

    def through(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        with one_at_a_time:
            return door.through(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", through)
    table = IntegratedTable(cloud.dynamodb, "integrated", MUNICIPALITY, LocalSealer())

    def run(numbers: list[str]) -> list[tuple[int, Reserved]]:
        return list(reserve(table, numbers, lambda *_: None, writes=True))

    calls = (1, 2, 3, 4)  # one look and three numbers
    for at, after in itertools.product(calls, (False, True)):
        numbers = [f"9{at}{after:d}{serial:012d}" for serial in range(3)]
        door.fail(at, after=after)
        with pytest.raises((ClientError, ReadTimeoutError)):
            run(numbers)
        door.fail(0, after=False)
        ((through_all, part),) = run(numbers)
        assert (through_all, part.free + part.before, part.used) == (3, 3, [])
        assert table.taken(numbers) == dict.fromkeys(numbers, Taken.RESERVED)
