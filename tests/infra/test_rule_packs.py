"""Rule packs over every template: AwsSolutions of cdk-nag, and cfn-lint."""

from __future__ import annotations

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.infra.conftest import Synthesis


def test_cdk_nag_finds_nothing_that_is_not_acknowledged_beside_its_resource(synthesis: Synthesis) -> None:
    assert synthesis.findings == []


@pytest.mark.parametrize("stack", ["Stateful", "Access", "Numbering", "Linkage", "Delivery", "Moving", "Watch"])
def test_cfn_lint_finds_nothing(synthesis: Synthesis, deployment: str, stack: str) -> None:
    template = synthesis.template(deployment, stack)
    text = (synthesis.folder / f"{template.stack}.template.json").read_text(encoding="utf-8")
    # W3005: the CDK repeats a dependency that a reference already makes.
    config = ManualArgs(ignore_checks=["W3005"], regions=["ap-northeast-1"])
    assert [str(finding) for finding in lint(text, config=config)] == []
