"""Both stages and one deployment under an organisation's constraints, synthesized once for all tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from infra.app import ROOT, compose, new_app
from infra.bundling import build_layers
from infra.parameters import Network, development, production
from infra.parameters.cs import CommunicationServer
from infra.systems import provider_systems
from tests.infra.templates import Template

CITY = "141003"
TOWN = "143413"
ENCLOSED = replace(
    production(TOWN),
    network=Network(
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=("ap-northeast-1a", "ap-northeast-1c"),
        subnet_ids=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
        endpoint_ids=("vpce-0123456789abcdef0", "vpce-0123456789abcdef1"),
    ),
    cs=CommunicationServer(url="https://10.20.30.40/cs", adapter_roles=("arn:aws:iam::111122223333:role/cs-adapter",)),
    permissions_boundary="arn:aws:iam::123456789012:policy/GovernmentCloudBoundary",
    reserved_concurrency=50,
)


@dataclass(frozen=True)
class Synthesis:
    """An assembly, and what cdk-nag says of it."""

    folder: Path
    findings: list[str]

    def template(self, deployment: str, stack: str) -> Template:
        """Return the template of a deployment (`development`, `production`, `enclosed`) and stack."""
        (found,) = self.templates(deployment, stack)
        return found

    def templates(self, deployment: str, stack: str = "*") -> list[Template]:
        """Return the templates of all stacks of a deployment."""
        name = {"enclosed": f"production-{TOWN}"}.get(deployment, f"{deployment}-{CITY}")
        return [
            Template(path.stem.removesuffix(".template"), json.loads(path.read_text(encoding="utf-8")))
            for path in sorted(self.folder.glob(f"Kyotsu-{name}-{stack}.template.json"))
        ]


@pytest.fixture(scope="session")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """Synthesize everything, with AwsSolutions looking on; what it finds is for its own test to tell."""
    folder = tmp_path_factory.mktemp("cdk")
    app = new_app(str(folder))
    layers, systems = build_layers(), provider_systems()
    for parameters in (development(CITY), production(CITY), ENCLOSED):
        compose(app, parameters, systems=systems, functions=ROOT / "functions", layers=layers)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
    return Synthesis(folder, list(_findings(folder / "validation-report.json")))


def _findings(report: Path) -> Iterator[str]:
    for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield f"{violation['ruleName']} {construct['constructPath']}"


@pytest.fixture(params=["development", "production", "enclosed"])
def deployment(request: pytest.FixtureRequest) -> str:
    """Each of the synthesized deployments."""
    name: str = request.param
    return name


@pytest.fixture
def stateful(synthesis: Synthesis, deployment: str) -> Template:
    """The stateful stack of each deployment."""
    return synthesis.template(deployment, "Stateful")


@pytest.fixture
def linkage(synthesis: Synthesis, deployment: str) -> Template:
    """The linkage stack of each deployment."""
    return synthesis.template(deployment, "Linkage")


@pytest.fixture
def delivery(synthesis: Synthesis, deployment: str) -> Template:
    """The delivery stack of each deployment."""
    return synthesis.template(deployment, "Delivery")


@pytest.fixture
def watch(synthesis: Synthesis, deployment: str) -> Template:
    """The watch stack of each deployment."""
    return synthesis.template(deployment, "Watch")


@pytest.fixture
def both(stateful: Template, linkage: Template) -> list[Template]:
    """The stateful and the linkage stack of each deployment."""
    return [stateful, linkage]
