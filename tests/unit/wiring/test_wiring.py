"""What the composition root hands to contexts that may not know the catalogue, and how functions begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from kyotsu.addressees.numbers import Ranges
from kyotsu.residents.effects import EffectRule
from kyotsu.runtime import clients
from kyotsu.wiring import functions, registry
from kyotsu.wiring.catalogue import effect_rules, layout_columns
from tests.fakes.deployment import CATALOGUE, COLUMNS

ROOT = Path(__file__).parents[3]


def test_rules_are_those_of_the_appliers_branches() -> None:
    rules = effect_rules(CATALOGUE, "residents")
    assert set(rules) == {("001o006", f"{number:02d}") for number in range(12)}
    assert rules["001o006", "01"] == (EffectRule("1"),)
    assert rules["001o006", "02"] == ()
    assert rules["001o006", "03"] == (EffectRule("2", planned="apply"),)
    assert rules["001o006", "07"] == (
        EffectRule("9", reasons=("21", "28"), whatever_flag=True),
        EffectRule("1", reasons=("01", "09")),
    )


def test_the_switch_of_planned_move_outs_concerns_their_branch_alone() -> None:
    interface = msgspec.structs.replace(CATALOGUE.interfaces["001o006"], planned_move_out="keep")
    rules = effect_rules(msgspec.structs.replace(CATALOGUE, interfaces={"001o006": interface}), "residents")
    assert [branch for (_, branch), found in rules.items() for rule in found if rule.planned] == ["03"]
    assert rules["001o006", "03"][0].planned == "keep"


def test_columns_are_found_by_the_name_a_version_was_stored_with() -> None:
    assert tuple(layout_columns(CATALOGUE, "001o006/v0")) == COLUMNS
    for unknown in ("001o006/v9", "001o999/v1"):
        with pytest.raises(KeyError):
            layout_columns(CATALOGUE, unknown)


def test_a_function_is_composed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "ADDRESSEES_TABLE",
        "INTEGRATED_TABLE",
        "LINKAGE_TABLE",
        "RESIDENTS_TABLE",
        "PROTECTION_TABLE",
        "WORK_BUCKET",
        "EVENT_BUS",
        "PERSONAL_KEY",
        "FINGERPRINT_SECRET",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    )
    own = {
        "MUNICIPALITY": "141003",
        "ACCEPTED_MUNICIPALITIES": "141003,141011",
        "BUCKET_PREFIX": "kyotsu-",
        "SMALL_CHUNKS": "3",
        "NUMBER_RANGES": msgspec.json.encode(Ranges()).decode(),
        "RESIDENTS_KEEP_NUMBERS": "true",
    }
    for name, value in {**dict.fromkeys(names, "x"), **own, "AWS_DEFAULT_REGION": "ap-northeast-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(functions, "layer_root", lambda: ROOT / "catalogue")
    made = (clients.dynamodb, clients.s3, clients.events)
    composed = (registry.registry_applier, registry.fingerprints, registry.ranges)
    caches = (functions.reception, functions.sealing, functions.event_bus, *made, *composed)
    for cached in caches:
        cached.cache_clear()
    reception = functions.reception()
    assert reception is functions.reception()
    assert (
        set(reception.appliers)
        == set(reception.admission.appliers)
        == {"residents", "protection", "addressees", "integrated", "passing"}
    )
    assert reception.admission.accepted_municipalities == {"141003", "141011"}
    assert reception.small_chunks == 3
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    "function",
    [
        "addressees/edit_record",
        "addressees/issue_number",
        "addressees/issue_resident_number",
        "addressees/show_history",
        "integrated/issue_number",
        "integrated/show_person",
        "linkage/answer_file",
        "linkage/apply_group",
        "linkage/receive_file",
        "residents/list_missing",
        "residents/publish_changes",
    ],
)
def test_a_function_reads_nothing_of_its_environment_at_import(function: str) -> None:
    """A worker of Lambda imports before its first event; settings are for the event."""
    path = f"{ROOT / 'layers/kyotsu/python'}"
    done = subprocess.run(
        [sys.executable, "-c", "import handler; handler.handler"],
        cwd=ROOT / "functions" / function,
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
