"""Protection on moto: from a file to a decision, faults of reading, what is stored, and no address anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from typer.testing import CliRunner

from kyotsu.contracts.audit import Access
from kyotsu.contracts.protection import OPERATOR, ProtectionDecision, Reader, Verdict
from kyotsu.linkage.keys import ObjectRef
from kyotsu.runtime import batches
from kyotsu.wiring import protection, undoing
from kyotsu_cli import deployment as command
from kyotsu_cli.commands import linkage, resident
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.deployment import NUMBER, PREFIX, body, name, row
from tests.fakes.sealing import local_sealing
from tests.fakes.support import ANYBODY, support_body, support_name, support_row
from tests.integration.cloud import MUNICIPALITY, Cloud, notification
from tests.integration.conftest import ROOT, Handler, load
from tests.integration.test_full_sets import Compared, compared
from tests.integration.test_stored_bytes import items, sizes, written
from tests.integration.test_watching import Context

__all__ = ["compared"]
OTHER = "000000000000027"
Door = Callable[[BaseClient, str, dict[str, Any]], Any]


@pytest.fixture
def decision(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtectionDecision]:
    """The decision as functions have it."""
    assert cloud
    monkeypatch.setattr(protection, "layer_root", lambda: ROOT / "catalogue")
    protection.protection_decision.cache_clear()
    yield protection.protection_decision()
    protection.protection_decision.cache_clear()


class Unhurried(Context):
    """An invocation with all the time there is."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def receive(cloud: Cloud, handler: Handler, rows: list[dict[str, str]], sequence: int = 1) -> ObjectRef:
    """Send a file of 001o009 and have it answered."""
    ref = cloud.put(f"outbox/001o009-00/{support_name(sequence=sequence)}", support_body(*rows))
    assert handler(notification([ref]), None) == {"batchItemFailures": []}
    return ref


def spoil(cloud: Cloud, number: str) -> None:
    """Put something into a person's head that nobody can read."""
    keys = {"pk": {"S": f"{MUNICIPALITY}#{number}"}, "sk": {"S": "H"}}
    cloud.dynamodb.put_item(TableName="protection", Item={**keys, "n": {"N": "1"}, "b": {"B": b"\xff"}})


def people(count: int) -> list[str]:
    return [f"{number:015d}" for number in range(1, count + 1)]


def through(monkeypatch: pytest.MonkeyPatch, instead: Callable[[Door, dict[str, Any]], Any]) -> None:
    """Let something else answer BatchGetItem; it is given the way to the cloud."""
    way: Any = BaseClient
    call: Door = way._make_api_call

    def made(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return call(client, operation, arguments)
        return instead(lambda _, __, changed: call(client, operation, changed), arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", made)


def test_a_file_protects_whom_it_names(cloud: Cloud, receive_file: Handler, decision: ProtectionDecision) -> None:
    assert decision.decide([NUMBER, OTHER], ANYBODY) == {NUMBER: Verdict.OPEN, OTHER: Verdict.OPEN}
    ref = receive(cloud, receive_file, [support_row()])
    assert cloud.answer(ref)["counts"]["added"] == 1
    found = decision.decide([NUMBER, OTHER], ANYBODY)
    assert found == {NUMBER: Verdict.WITHHELD, OTHER: Verdict.OPEN}
    end = support_row(rirekibango="2", shiensochikubun="3", sosajikoku="12:00:00")
    receive(cloud, receive_file, [end], 2)
    assert decision.decide([NUMBER], ANYBODY) == {NUMBER: Verdict.OPEN}


def test_it_needs_two_consistent_requests_for_fifty_people_in_two_forms_or_a_hundred_in_one(
    cloud: Cloud, decision: ProtectionDecision
) -> None:
    with cloud.counted() as calls:
        assert len(decision.decide(people(230), ANYBODY)) == 230
    assert calls == {"BatchGetItem": 5 + 5}, "links and measures, with and without leading zeros"
    with cloud.counted() as calls:
        assert len(decision.decide([f"9{number:014d}" for number in range(230)], ANYBODY)) == 230
    assert calls == {"BatchGetItem": 3 + 3}
    reads = [arguments["RequestItems"] for operation, arguments in cloud.calls if operation == "BatchGetItem"]
    assert {table for read in reads for table in read} == {"addressees", "protection"}
    assert all(asked["ConsistentRead"] for read in reads for asked in read.values())


def test_whoever_is_entitled_costs_no_request(cloud: Cloud, decision: ProtectionDecision) -> None:
    with cloud.counted() as calls:
        assert decision.decide([NUMBER], Reader(OPERATOR, "protected_address")) == {NUMBER: Verdict.OPEN}
        assert decision.decide([], ANYBODY) == {}
    assert calls == {}


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "BatchGetItem"),
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetItem"),
        ReadTimeoutError(endpoint_url="https://aws"),
    ],
)
def test_people_of_a_request_that_fails_wait_and_the_others_go(
    decision: ProtectionDecision, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    numbers = people(150)
    unlucky = f"{MUNICIPALITY}#{numbers[0]}"

    def instead(call: Door, arguments: dict[str, Any]) -> Any:
        if unlucky in str(arguments):
            raise error
        return call(None, "", arguments)  # type: ignore[arg-type] # its client is known

    through(monkeypatch, instead)
    assert decision.decide(numbers, ANYBODY) == dict.fromkeys(numbers[50:], Verdict.OPEN)


def test_keys_that_stay_unprocessed_wait_alone(
    cloud: Cloud,
    receive_file: Handler,
    decision: ProtectionDecision,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive(cloud, receive_file, [support_row()])
    monkeypatch.setattr(batches, "_FIRST_PAUSE", 0)
    tries = list[int]()

    def instead(call: Door, arguments: dict[str, Any]) -> Any:
        if "protection" not in arguments["RequestItems"]:
            return call(None, "", arguments)  # type: ignore[arg-type] # its client is known
        keys = arguments["RequestItems"]["protection"]["Keys"]
        tries.append(len(keys))
        kept = [key for key in keys if key["pk"]["S"].endswith(OTHER.lstrip("0"))]
        if len(kept) == len(keys):
            return {"Responses": {}, "UnprocessedKeys": {"protection": {"Keys": keys}}}
        asked = {"protection": {**arguments["RequestItems"]["protection"], "Keys": [k for k in keys if k not in kept]}}
        found = call(None, "", {**arguments, "RequestItems": asked})  # type: ignore[arg-type] # as above
        return {**found, "UnprocessedKeys": {"protection": {"Keys": kept}}}

    through(monkeypatch, instead)
    assert decision.decide([NUMBER, OTHER], ANYBODY) == {NUMBER: Verdict.WITHHELD}
    assert tries == [4, *[2] * 7]


def test_a_head_that_is_broken_and_a_number_that_is_none_wait_alone(cloud: Cloud, decision: ProtectionDecision) -> None:
    broken: dict[str, Any] = {
        "pk": {"S": f"{MUNICIPALITY}#{OTHER}"},
        "sk": {"S": "H"},
        "n": {"N": "1"},
        "b": {"B": b"\xff"},
    }
    cloud.dynamodb.put_item(TableName="protection", Item=broken)
    found = decision.decide([NUMBER, OTHER, "", "宛名番号", "1" * 16, NUMBER], ANYBODY)
    assert found == {NUMBER: Verdict.OPEN}


def test_an_undo_releases_and_one_under_way_protects(
    cloud: Cloud, receive_file: Handler, decision: ProtectionDecision
) -> None:
    receipt = cloud.answer(receive(cloud, receive_file, [support_row()]))["receipt_id"]
    undoing.undoing.cache_clear()
    handler = load("linkage/undo_file").handler
    cloud.calls.clear()
    assert "undo" in handler({"receipt_id": receipt, "by": "test", "reason": ""}, Unhurried())
    undoing.undoing.cache_clear()
    with cloud.counted() as calls:
        assert decision.decide([NUMBER], ANYBODY) == {NUMBER: Verdict.OPEN}
    assert calls == {"BatchGetItem": 2 + 2, "GetItem": 1}, "links as well, and again: there was a measure once"
    with cloud.counted() as calls:
        decision.decide([NUMBER], ANYBODY)
    assert calls == {"BatchGetItem": 1 + 2}, "that an undo has ended is remembered"
    (undo,) = [item for item in items(cloud, "linkage") if "finished_at" in item]
    cloud.dynamodb.put_item(
        TableName="linkage", Item={name: value for name, value in undo.items() if name != "finished_at"}
    )
    protection.protection_decision.cache_clear()
    assert protection.protection_decision().decide([NUMBER], ANYBODY) == {NUMBER: Verdict.WITHHELD}


def test_a_typical_row_and_head_cost_one_write_unit_each(cloud: Cloud, receive_file: Handler) -> None:
    rows = [support_row(rirekibango=str(number), sosajikoku=f"{number:02d}:00:00") for number in range(1, 9)]
    receive(cloud, receive_file, rows)
    stored = items(cloud, "protection")
    assert len(stored) == len(rows) + 1, "no data key: none of the items is sealed"
    assert max(map(sizes, stored)) <= 1024
    assert items(cloud, "residents") == []


SECRETS = {
    "setaibango": "777000777000777",
    "jusho_choazakodo": "7770001",
    "jusho_todofuken": "秘匿県",
    "jusho_shikugunchosonmei": "隠里市",
    "jusho_choaza": "忍ヶ丘町",
    "jusho_banchigohyoki": "７７７番地",
    "jusho_katagaki": "隠れ荘",
    "jusho_yubinbango": "7770777",
    "tenshutsusakijushoyotei": "遠方市秘町",
    "tennyumaejusho": "旧住市秘町",
}
SPOILED = {
    **SECRETS,
    "jusho_todofuken": "秘匿県" * 20,
    "jusho_choazakodo": "忍ヶ丘町",
    "jusho_yubinbango": "７７７０７７７",
}
"""Values that are refused; the answer must not repeat them."""


def outputs() -> dict[str, str]:
    return {
        "LinkageTable": "linkage",
        "ResidentsTable": "residents",
        "ProtectionTable": "protection",
        "AddresseesTable": "addressees",
        "WorkBucket": "work",
        "AcceptedMunicipalities": MUNICIPALITY,
        "BucketPrefix": PREFIX,
        "NumberRanges": os.environ["NUMBER_RANGES"],
        "ResidentsKeepNumbers": "true",
    }


@dataclass
class Trail:
    """An `AuditTrail` in memory that may be out of order."""

    told: list[tuple[Access, tuple[str, ...]]] = field(default_factory=list)
    broken: bool = False

    def record(self, access: Access, numbers: Collection[str]) -> None:
        if self.broken:
            raise ReadTimeoutError(endpoint_url="https://aws")
        self.told.append((access, tuple(numbers)))


@pytest.fixture
def trail() -> Trail:
    """Whatever operators did."""
    return Trail()


@pytest.fixture
def operator(cloud: Cloud, trail: Trail, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The `kyotsu` command on the cloud."""
    assert cloud
    found = command.Deployment(MUNICIPALITY, outputs())
    for place in (linkage, resident):
        monkeypatch.setattr(place, "connect", lambda: found)
    monkeypatch.setattr(command.Deployment, "audit", property(lambda _: trail))
    monkeypatch.setattr(command.Deployment, "sealing", property(lambda _: local_sealing()))

    def run(*arguments: str, stdin: str | None = None) -> Any:
        return CliRunner().invoke(command_line(), list(arguments), input=stdin)

    return run


def test_no_address_of_a_protected_person_leaves_the_records(
    cloud: Cloud,
    receive_file: Handler,
    compared: Compared,
    operator: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    caplog.set_level("DEBUG", logger="test")
    receive(cloud, receive_file, [support_row(), support_row(atenabango=OTHER, shiensochikubun="2")])
    protected = [row(**SECRETS), row(atenabango=OTHER, **SECRETS), row(atenabango=OTHER, **SPOILED)]
    refs, events = list[ObjectRef](), list[tuple[str, Any]]()
    for sequence, rows in enumerate([protected, [row(atenabango="000000000000035")]], start=1):
        refs.append(cloud.put(f"outbox/001o006-00/{name('00', 'F', sequence=sequence)}", body(rows)))
        assert receive_file(notification(refs[-1:]), None) == {"batchItemFailures": []}
        events += cloud.events()
    ref, ref2 = refs
    assert cloud.errors(ref), "the spoiled row is told of"
    for answered in (detail for kind, detail in events if kind == "FileAnswered" and detail["interface"] == "001o006"):
        compared.run(answered, Context())
    assert set(compared.missing(ref2)) == {NUMBER, OTHER}
    path = tmp_path / name("03", sequence=9)
    path.write_bytes(body([row(**SECRETS, juminjotai="2", kojinrirekibango="2"), row(**SPOILED)]))
    shown = [
        operator("linkage", "preview", str(path), "--json"),
        operator("linkage", "undo", cloud.answer(ref)["receipt_id"], "--dry-run", "--json"),
        operator("resident", "show", NUMBER, "--json"),
        operator("resident", "show", NUMBER),
        operator("resident", "category", NUMBER, "--json"),
        operator("resident", "show", "-", "--json", stdin=f"{NUMBER}\n{OTHER}\n"),
    ]
    assert [done.exit_code for done in shown] == [4, 0, 0, 0, 0, 0], [done.output for done in shown]
    assert all(NUMBER in done.stdout for done in shown[2:3])
    told = "".join(done.output for done in shown)
    logged = "".join(str(vars(record)) for record in caplog.records)
    # Records themselves hold addresses; that they leave them nowhere is what this test is about.
    told += json.dumps(events, ensure_ascii=False)
    everything = b"\0".join([*outside(cloud), (logged + told + "".join(capfd.readouterr())).encode()])
    for value in {*SECRETS.values(), *SPOILED.values()}:
        at = everything.find(value.encode())
        assert at < 0, everything[max(0, at - 60) : at + 60].decode(errors="replace")
        assert json.dumps(value).strip('"').encode() not in everything, "nor as escapes"


def outside(cloud: Cloud) -> Iterator[bytes]:
    """Yield everything the product wrote but the items of `Residents`."""
    for item in items(cloud, "residents"):
        cloud.dynamodb.delete_item(TableName="residents", Key={key: item[key] for key in ("pk", "sk")})
    yield from written(cloud)


def test_the_command_shows_others_though_one_cannot_be_decided(
    cloud: Cloud, receive_file: Handler, operator: Callable[..., Any]
) -> None:
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(**SECRETS), row(atenabango=OTHER, **SECRETS)]))
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    broken: dict[str, Any] = {
        "pk": {"S": f"{MUNICIPALITY}#{NUMBER}"},
        "sk": {"S": "H"},
        "n": {"N": "1"},
        "b": {"B": b"\xff"},
    }
    cloud.dynamodb.put_item(TableName="protection", Item=broken)
    done = operator("resident", "show", "-", "--json", stdin=f"{NUMBER}\n{OTHER}\n")
    (shown,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert (done.exit_code, shown["addressee_number"], shown["withheld"]) == (Exit.UNDECIDED, OTHER, False)
    assert shown["record"]["jusho_choaza"] == SECRETS["jusho_choaza"]
    alone = operator("resident", "show", NUMBER)
    assert isinstance(alone.exception, CommandError)
    assert alone.exception.code is Exit.UNDECIDED
    assert "判定できない" in str(alone.exception)
    assert SECRETS["jusho_choaza"] not in alone.output


def test_a_purpose_nobody_knows_is_refused(operator: Callable[..., Any]) -> None:
    done = operator("resident", "show", NUMBER, "--purpose", "curiosity")
    assert isinstance(done.exception, CommandError)
    assert done.exception.code is Exit.USAGE


@pytest.mark.parametrize(("purpose", "shown"), [("operation", False), ("linkage", False), ("protected_address", True)])
def test_addresses_are_shown_for_their_purpose_alone_and_every_look_is_told(
    cloud: Cloud, receive_file: Handler, operator: Callable[..., Any], trail: Trail, purpose: str, shown: bool
) -> None:
    receive(cloud, receive_file, [support_row()])
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(**SECRETS)]))
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    done = operator("resident", "show", NUMBER, "--purpose", purpose, "--json")
    assert done.exit_code == 0
    person = json.loads(done.stdout)
    assert person["withheld"] is not shown
    assert set(SECRETS) & set(person["record"]) == (set(SECRETS) if shown else set())
    ((access, numbers),) = trail.told
    assert numbers == (NUMBER,)
    assert (access.purpose, access.withheld, access.deed, access.business) == (purpose, not shown, "read", "030")
    assert access.actor.startswith("operator:arn:aws:")


@pytest.mark.parametrize("purpose", ["operation", "protected_address"])
def test_what_cannot_be_told_to_the_trail_is_not_shown(
    cloud: Cloud, receive_file: Handler, operator: Callable[..., Any], trail: Trail, purpose: str
) -> None:
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(**SECRETS)]))
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    trail.broken = True
    done = operator("resident", "show", NUMBER, "--purpose", purpose, "--json")
    assert isinstance(done.exception, CommandError)
    assert "監査証跡" in str(done.exception)
    assert done.stdout == ""
