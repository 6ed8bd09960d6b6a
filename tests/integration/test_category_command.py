"""`kyotsu resident category` and `kyotsu addressee retell` on moto: both sources, now and at a moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from kyotsu.addressees.records import Deed, Use
from kyotsu_cli import deployment as command
from kyotsu_cli.commands import addressee_retell, resident
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.addressees import FRESH, TAX, WELFARE, record
from tests.fakes.sealing import local_sealing
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.test_protection import Trail, outputs
from tests.integration.test_publish_addressees import OTHER, Registry, kinds, notices, registry
from tests.integration.test_registry_table import put_resident

__all__ = ["registry"]
RESIDENT = "000000000000213"


@pytest.fixture
def operator(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The `kyotsu` command on the cloud."""
    keys = {"PersonalKey": os.environ["PERSONAL_KEY"], "FingerprintSecret": os.environ["FINGERPRINT_SECRET"]}
    found = command.Deployment(MUNICIPALITY, outputs() | keys | {"EventBus": "kyotsu"})
    for place in (resident, addressee_retell):
        monkeypatch.setattr(place, "connect", lambda: found)
    trail = Trail()
    monkeypatch.setattr(command.Deployment, "audit", property(lambda _: trail))
    monkeypatch.setattr(command.Deployment, "sealing", property(lambda _: local_sealing()))

    def run(*arguments: str, stdin: str | None = None) -> Any:
        return CliRunner().invoke(command_line(), list(arguments), input=stdin)

    return run


def test_the_category_of_a_non_resident_names_who_registered(
    cloud: Cloud, registry: Registry, operator: Callable[..., Any]
) -> None:
    registry.register(record())
    put_resident(cloud, RESIDENT, "1")
    registry.register(record(RESIDENT))
    done = operator("resident", "category", FRESH, "--json")
    assert json.loads(done.stdout) == {
        "addressee_number": FRESH,
        "category": "X",
        "since": "2026-05-01T09:00:00+09:00",
        "source": {"registered_by": "010"},
    }
    shown = operator("resident", "category", FRESH).stdout
    assert "X 住登外者" in shown
    assert "登録元" in shown
    lines = operator("resident", "category", "-", stdin=f"{FRESH}\n{RESIDENT}\n{OTHER}\n").stdout.splitlines()
    assert [json.loads(line)["category"] for line in lines] == ["X", "1", None]
    nobody = operator("resident", "category", OTHER)
    assert isinstance(nobody.exception, CommandError)
    assert nobody.exception.code is Exit.NOT_FOUND


def test_at_a_moment_before_and_after_a_record_was_closed(
    cloud: Cloud, registry: Registry, operator: Callable[..., Any]
) -> None:
    put_resident(cloud, FRESH, "2")
    shared = record()
    registry.register(shared)
    registry.change(shared, Deed.CLOSED, deleted=True, uses=frozenset[Use]())

    def at(moment: str) -> Any:
        return json.loads(operator("resident", "category", FRESH, "--json", "--at", moment).stdout)["category"]

    moments = ("2026-04-30T00:00:00", "2026-05-01T08:59:59", "2026-05-01T09:00:00", "2026-05-02T10:00:00")
    assert [at(moment) for moment in moments] == ["2", "2", "X", "2"]


def test_what_was_lost_is_told_again(cloud: Cloud, registry: Registry, operator: Callable[..., Any]) -> None:
    shared = record(uses=frozenset({TAX, WELFARE}))
    registry.register(record(OTHER))
    registry.register(shared)
    registry.change(shared, Deed.LINKED, principal=OTHER)
    for _ in range(2):
        done = operator("addressee", "retell", FRESH)
        assert (done.exit_code, "履歴2件" in done.stdout) == (0, True), done.output
        assert "AddresseeLinked" in {kind for kind, _ in kinds(cloud)}
        assert len(notices(cloud, "022")) == 1
    unknown = operator("addressee", "retell", RESIDENT)
    assert isinstance(unknown.exception, CommandError)
