"""引越しOSS on the deployed stacks: a clerk decides a difference, another one approves; an application is withdrawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import CaseState
from kyotsu.moving.deciding import Deciding, Said
from kyotsu.moving.decisions import Choice
from kyotsu.moving.machines import StepFunctions
from kyotsu_cli.demo.side import PORTAL, Side, awaited
from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually

NAMES = {"differs": "相違　梅子", "withdrawn": "撤回　竹子"}
LIVES = {"jusho_todofuken": "神奈川県", "jusho_shikugunchosonmei": "横浜市中区", "jusho_choaza": "港町"}


@pytest.fixture(scope="module")
def side(sandbox: Sandbox) -> Side:
    return Side(sandbox.path)


def document(number: str, kind: str, **items: Any) -> bytes:
    """A document on 転出 to a city that the simulator of 住基ネット plays."""
    told = {
        "document": kind,
        "application_number": number,
        "submitted_at": datetime.now(JST).isoformat(timespec="seconds"),
        "parts": ["tenshutsutodoke"],
        "from_municipality": "141003",
        "to_municipality": "131016",
    }
    return json.dumps(told | items, ensure_ascii=False).encode()


def application(number: str, name: str) -> bytes:
    """An application whose address differs from where that person lives."""
    address = {
        "prefecture": "神奈川県",
        "municipality_name": "横浜市中区",
        "machiaza": "港町",
        "street_number": "9番9号",
    }
    return document(
        number,
        "application",
        revision=1,
        planned_on=str(datetime.now(JST).date() + timedelta(days=7)),
        previous_address=address,
        new_address={"prefecture": "東京都", "municipality_name": "千代田区"},
        people=[{"position": 1, "name": name, "birth_date": "1980-02-29", "sex": "2"}],
    )


def settled(sandbox: Sandbox) -> dict[str, str]:
    """Register both, and return their numbers once the search finds them."""
    numbers = {case: new_number() for case in NAMES}
    common = {"seibetsu": "2", "seinengappi": "1980-02-29", "jusho_banchigohyoki": "１－１", **LIVES}
    rows = [row(atenabango=numbers[case], shimei=name, **common) for case, name in NAMES.items()]
    file = new_name()
    sandbox.put(file, body(rows))
    assert sandbox.answer(file)["status"] == "ACCEPTED"
    search = ("candidates", "search", "--name", NAMES["differs"], "--birth", "1980-02-29", "--target", "2", "--json")
    assert eventually(lambda: numbers["differs"] in sandbox.kyotsu(*search).stdout, 30)
    return numbers


def approve(side: Side, case_id: str) -> None:
    """Approve as somebody else than whoever runs the command here."""
    machines = StepFunctions(side.client("stepfunctions"), lambda _: side.output("MoveOutMachine"), dict)
    deciding = Deciding(side.cases, side.papers, machines, _Clock(), lambda _: [])
    deciding.decide(case_id, Said(choice=Choice.APPROVE, by="operator:second"))


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def shown(sandbox: Sandbox, case_id: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sandbox.kyotsu("moving", "show", case_id, "--json").stdout)
    return told


def file(side: Side, number: str, name: str) -> str:
    """File an application, and return its case once the difference is found."""
    side.put(PORTAL, f"inbox/{number}.json", application(number, name))
    return side.reached(f"O-{number}", CaseState.DIFFERENT).id


def test_a_difference_is_decided_by_two_and_a_withdrawal_ends_its_case(sandbox: Sandbox, side: Side) -> None:
    numbers = settled(sandbox)
    # One after the other: two at once would start a second worker of each function.
    differs = file(side, f"A{numbers['differs']}", NAMES["differs"])
    accept = ("moving", "decide", differs, "accept", "--number", f"1={numbers['differs']}", "--reason", "転居届の前")
    assert eventually(lambda: sandbox.kyotsu(*accept).returncode == 0, 30)
    side.reached(differs, CaseState.APPROVAL)
    assert "E1872" in sandbox.kyotsu("moving", "decide", differs, "approve").stderr
    approve(side, differs)
    side.reached(differs, CaseState.COMPLETED)
    told = shown(sandbox, differs)
    assert [each["item"] for person in told["people"] for each in person["differences"]] == ["previous_address"]
    assert [message["state"] for message in told["messages"]] == ["ACKNOWLEDGED"]

    number = f"A{numbers['withdrawn']}"
    withdrawn = file(side, number, NAMES["withdrawn"])
    side.put(PORTAL, f"inbox/{number}-2.json", document(number, "withdrawal"))
    side.reached(withdrawn, CaseState.WITHDRAWN)
    awaited("取下げの表示", lambda: (side.get(PORTAL, f"status/{number}.json") or {}).get("status") == "取下げ")
