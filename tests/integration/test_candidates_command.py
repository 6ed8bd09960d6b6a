"""`kyotsu candidates search`, `rebuild` and `check` on moto: who is found, what the trail knew before, protection."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from typer.testing import CliRunner

from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.audit import Deed
from kyotsu.wiring import indexing, registry
from kyotsu_cli import searching, viewing
from kyotsu_cli.commands import candidates
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.addressees import FRESH, RESIDENT
from tests.fakes.index import NOW
from tests.fakes.registry_contract import registered
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT
from tests.integration.test_addressee_basis import protect
from tests.integration.test_audit import OUTPUTS
from tests.integration.test_candidates_table import live
from tests.integration.test_doubles import WHOLE
from tests.integration.test_protection import Trail, outputs

ARN = "arn:aws:sts::1:assumed-role/Operators/hanako"


@pytest.fixture
def told(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """The audit trail in memory, beside a deployment whose index is empty."""
    keys = {"PersonalKey": os.environ["PERSONAL_KEY"], "FingerprintSecret": os.environ["FINGERPRINT_SECRET"]}
    found = Deployment(MUNICIPALITY, outputs() | keys | OUTPUTS | {"CandidatesTable": "candidates"})
    monkeypatch.setattr(candidates, "connect", lambda: found)
    monkeypatch.setattr(indexing, "layer_root", lambda: ROOT / "catalogue")
    for module in (searching, viewing):
        monkeypatch.setattr(module, "operator", lambda: ARN)
    made = Trail()
    monkeypatch.setattr(Deployment, "audit", property(lambda _: made))
    store: RegistryTable = registry.registry()
    assert store.write(registered(person=WHOLE))
    live(cloud, RESIDENT, {**NOW, "shikuchosonkodo": MUNICIPALITY, "atenabango": RESIDENT, "shimei": "見本　花子"})
    return made


def kyotsu(*arguments: str) -> Any:
    return CliRunner().invoke(command_line(), ["candidates", *arguments])


def lines(*arguments: str) -> list[Any]:
    done = kyotsu("search", *arguments, "--json")
    assert done.exit_code == 0, done.exception
    return [json.loads(line) for line in done.stdout.splitlines()]


ASKED = ("--name", "見本花子", "--birth", "昭和55年2月29日", "--address", "東京都千代田区港町５-３-２")


def test_the_index_is_rebuilt_and_checked_and_people_are_found(cloud: Cloud, told: Trail) -> None:
    assert kyotsu("check").exit_code == Exit.NOT_ACCEPTED
    done = json.loads(kyotsu("rebuild", "--json").stdout)
    assert done["repaired"] == 2
    assert json.loads(kyotsu("check", "--json").stdout) == {"differing": []}
    assert not told.told, "nobody was shown"
    (found,) = lines(*ASKED)
    assert (found["atenabango"], found["seinengappi"], found["tokuten"] >= 90) == (FRESH, "1980-02-29", True)
    ((access, numbers),) = told.told
    assert (access.subject, access.deed, access.actor) == ("candidates search", Deed.READ, f"operator:{ARN}")
    assert list(numbers) == [FRESH]
    both = lines(*ASKED, "--target", "2")
    assert {one["atenabango"] for one in both} == {FRESH, RESIDENT}
    assert FRESH[:5] in kyotsu("search", *ASKED).stdout
    assert "住民" in kyotsu("search", *ASKED, "--target", "2").stdout
    assert "見つかりません" in kyotsu("search", "--name", "皆無　太郎", "--birth", "1901-01-01").stdout


def test_of_a_protected_person_no_address_is_shown(cloud: Cloud, told: Trail) -> None:
    kyotsu("rebuild")
    protect(cloud, FRESH, "1")
    (found,) = lines(*ASKED)
    assert (found["yokushifuragu"], found["jusho"]) == ("1", None)
    assert "港町" not in json.dumps(found, ensure_ascii=False)
    assert "港町" not in kyotsu("search", *ASKED).stdout
    assert all(access.withheld for access, _ in told.told)


def test_what_can_not_be_searched_for_is_said(told: Trail) -> None:
    for asked in (("--sex", "2"), ("--name", "見本花子", "--birth", "someday"), ("--name", "花", "--target", "3")):
        error = kyotsu("search", *asked).exception
        assert isinstance(error, CommandError)
        assert error.code == Exit.USAGE
    assert not told.told
