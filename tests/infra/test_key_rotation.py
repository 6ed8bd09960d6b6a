"""Changing the key that signs tokens: each deployment can follow the one before, and nobody's token loses its key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra.app import ROOT, new_app
from infra.bundling import build_layers
from infra.parameters import production
from infra.parameters.access import TokenServer
from infra.stacks.access import AccessStack
from infra.stacks.stateful import StatefulStack
from infra.systems import provider_systems
from tests.infra.conftest import CITY

STEPS = (
    TokenServer(signing_keys=("A",)),
    TokenServer(signing_keys=("A", "B")),
    TokenServer(signing_keys=("B", "A")),
    TokenServer(signing_keys=("B",), retired_keys=("A",)),
    TokenServer(signing_keys=("B",)),
)
"""As docs/decisions/0100 says."""
Body = Mapping[str, Any]


@pytest.fixture(scope="module")
def deployments(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Body, Body]]:
    """The stateful and the access template of each step."""
    return [_templates(tmp_path_factory.mktemp("step"), tokens) for tokens in STEPS]


def _templates(folder: Path, tokens: TokenServer) -> tuple[Body, Body]:
    app, parameters = new_app(str(folder)), replace(production(CITY), tokens=tokens)
    app.node.set_context("aws:cdk:disable-asset-staging", value=True)
    stateful = StatefulStack(app, parameters=parameters, systems=provider_systems())
    AccessStack(app, parameters=parameters, stateful=stateful, functions=ROOT / "functions", layers=build_layers())
    app.synth()
    paths = (folder / f"{parameters.name}-{name}.template.json" for name in ("Stateful", "Access"))
    written, using = (json.loads(path.read_text("utf-8")) for path in paths)
    return written, using


def _exports(body: Body) -> set[str]:
    return {output["Export"]["Name"] for output in body["Outputs"].values() if "Export" in output}


def _imports(value: Any) -> Iterator[str]:
    match value:
        case {"Fn::ImportValue": str(name)}:
            yield name
        case dict():
            for each in value.values():
                yield from _imports(each)
        case list():
            for each in value:
                yield from _imports(each)


def test_the_stateful_stack_drops_nothing_that_the_access_stack_deployed_before_still_imports(
    deployments: list[tuple[Body, Body]],
) -> None:
    """Requirement: CloudFormation refuses to drop an export in use, and the stateful stack is deployed first."""
    for (_, before), (stateful, access) in pairwise(deployments):
        assert set(_imports(before)) <= _exports(stateful)
        assert set(_imports(access)) <= _exports(stateful)


def test_without_the_step_of_the_retired_key_it_would(deployments: list[tuple[Body, Body]]) -> None:
    (_, both), (stateful, _) = deployments[2], deployments[4]
    missing = set(_imports(both)) - _exports(stateful)
    assert [name for name in missing if "SigningA" in name]


def test_a_retired_key_is_used_by_nobody_and_gone_in_the_end(deployments: list[tuple[Body, Body]]) -> None:
    keys = [{name for name in stateful["Resources"] if name.startswith("Signing")} for stateful, _ in deployments]
    assert [len(found) for found in keys] == [1, 2, 2, 2, 1]
    assert not [name for name in _imports(deployments[3][1]) if "SigningA" in name]
    assert keys[0].isdisjoint(keys[4])
