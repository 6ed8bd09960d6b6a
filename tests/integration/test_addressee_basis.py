"""`kyotsu addressee basis` on real tables: protected 住登外者 of whom no basis is recorded (issue part 4, 1.1.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from kyotsu.addressees.issuing import Known, issue
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.table import RegistryTable
from kyotsu.residents.packing import pack_entries
from kyotsu.residents.stream import HEAD
from kyotsu.residents.versions import Entry
from kyotsu_cli import registry
from kyotsu_cli.commands import addressee_basis
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import Exit
from kyotsu_cli.main import command_line
from tests.fakes.addressees import request
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.cloud import MUNICIPALITY, Cloud

LACKING, BASED, ENDED = "800000000000009", "800000000000025", "800000000000033"
OUTPUTS = {"AddresseesTable": "addressees", "ResidentsTable": "residents", "ProtectionTable": "protection"}
ARN = "arn:aws:iam::123456789012:user/clerk"


def protect(cloud: Cloud, number: str, measure: str) -> None:
    """Have a measure stand for somebody; 3 is one that was ended."""
    entry = Entry(
        1, 141003, "20260401093000", measure, "D", latest=True, deleted=False, digest="d" * 16, receipt_id="r", line=2
    )
    item: Any = {
        "pk": {"S": f"{MUNICIPALITY}#{number}"},
        "sk": {"S": HEAD},
        "n": {"N": "1"},
        "b": {"B": pack_entries([entry])},
    }
    cloud.dynamodb.put_item(TableName="protection", Item=item)


def test_protected_people_without_a_basis_are_listed_and_the_trail_knew_before(
    cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = RegistryTable(
        cloud.dynamodb, "addressees", "residents", MUNICIPALITY, sealer=LocalSealer(), fingerprints=FINGERPRINTS
    )
    for number, measure in ((LACKING, "1"), (BASED, "1"), (ENDED, "3")):
        change: Any = issue(request(), Known(), Ranges(), number)
        assert table.write(change)
        protect(cloud, number, measure)
    told: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(addressee_basis, "connect", lambda: Deployment(MUNICIPALITY, OUTPUTS))
    monkeypatch.setattr(addressee_basis, "operator", lambda: ARN)
    monkeypatch.setattr(
        registry.Registry, "tell", lambda _, subject, numbers, __: told.append((subject, list(numbers)))
    )

    def kyotsu(*arguments: str) -> Any:
        return CliRunner().invoke(command_line(), ["addressee", "basis", *arguments])

    recorded = kyotsu("set", BASED, "--kind", "consent", "--document", "R8-1", "--day", "2026-05-01")
    assert recorded.exit_code == 0, recorded.exception
    listed = kyotsu("list", "--json")
    assert (listed.exit_code, json.loads(listed.stdout)) == (
        Exit.NOT_ACCEPTED,
        {"addressee_number": LACKING, "withdrawn": False},
    )
    assert told == [("addressee basis set", [BASED]), ("addressee basis list", [LACKING])]
    assert json.loads(kyotsu("list", BASED, "--json").stdout)["document"] == "R8-1"
    assert told[2:] == [("addressee basis list", [BASED])]
    assert kyotsu("list", LACKING, "--json").stdout == ""
    assert len(told) == 3
