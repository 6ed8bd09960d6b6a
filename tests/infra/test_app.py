"""The app as a whole: what it composes, and what no template of it may hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.app import ROOT, chosen, new_app
from infra.parameters import Network, ParameterError, Parameters, development, production
from infra.sandbox.clock import VARIABLE as CLOCK
from infra.sandbox.synthesis import synthesized
from tests.infra.conftest import CITY, Synthesis
from tests.infra.templates import Template

NAMED = {"AWS::S3::Bucket": "BucketName", "AWS::Events::EventBus": "Name"}
"""Types that have a physical name: linked systems know their bucket by it, and a bus can't go without."""
NAMES = {"AliasName", "AlarmName", "BucketName", "FunctionName", "GroupName", "LayerName", "LogGroupName",
         "ManagedPolicyName", "QueueName", "RoleName", "RuleName", "StateMachineName", "TableName",
         "TopicName"}  # fmt: skip


STACKS = ("Access", "Delivery", "Linkage", "Moving", "Numbering", "Stateful", "Watch")
"""In the order of their names."""


def test_nothing_has_a_physical_name_but_where_one_is_needed(both: list[Template]) -> None:
    for template in both:
        for logical_id, resource in template.body["Resources"].items():
            if resource["Type"] in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission"):
                continue  # its FunctionName is a reference
            named = NAMES & set(resource.get("Properties", {}))
            assert named <= {NAMED.get(resource["Type"])}, logical_id


def test_no_template_brings_a_custom_resource_or_a_function_that_is_not_ours(both: list[Template]) -> None:
    for template in both:
        kinds = {resource["Type"] for resource in template.body["Resources"].values()}
        assert not [kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::"))]
        assert "AWS::CDK::Metadata" not in kinds


def test_stacks_stay_below_the_limit_of_cloudformation(both: list[Template]) -> None:
    for template in both:
        assert len(template.body["Resources"]) < 500
        assert len(json.dumps(template.body)) < 1_000_000


def test_templates_need_no_parameter_and_no_bootstrap_rule(both: list[Template]) -> None:
    for template in both:
        assert "Parameters" not in template.body
        assert "Rules" not in template.body


OUTPUTS = {
    "AcceptedMunicipalities": "14",
    "AccessLogBucket": "<AccessLogsBucket",
    "AccessTable": "<AccessTable",
    "AuditBucket": "<AuditRecords",
    "AuditDays": "",
    "AuditTable": "<AuditIndexTable",
    "AddresseesTable": "<AddresseesTable",
    "AlarmTopic": "<AlarmsTopic",
    "BucketPrefix": "kyotsu-",
    "ClientKey": "<KeysAccess",
    "ClientSecretPrefix": "Kyotsu-",
    "EventBus": "<DomainEventsBus",
    "ExchangeKey": "<KeysExchange",
    "FingerprintSecret": "<PersonalFingerprintKey",
    "IntegratedTable": "<IntegratedTable",
    "CandidatesTable": "<CandidatesTable",
    "LinkageTable": "<LinkageTable",
    "NumberRanges": "{",
    "JukiBucket": "<JukiBucket",
    "MovingRules": "{",
    "MovingTable": "<MovingTable",
    "PaperBucket": "<PaperFilesBucket",
    "PaperKey": "<KeysPapers",
    "PapersTable": "<PapersTable",
    "PersonalKey": "<KeysPersonal",
    "ProtectionTable": "<ProtectionTable",
    "ResidentsKeepNumbers": "true",
    "ResidentsTable": "<ResidentsTable",
    "WorkBucket": "<WorkBucket",
    "AnswerFileFunction": "<LargeFileAnswerFileFunction",
    "ApplyGroupFunction": "<LargeFileApplyGroupFunction",
    "LargeFileMachine": "<LargeFileMachine",
    "PublishAddresseesDeadLetters": "<PublishAddresseesDeadLettersQueue",
    "PublishAddresseesFunction": "<PublishAddresseesFunction",
    "PublishChangesDeadLetters": "<PublishChangesDeadLettersQueue",
    "PublishChangesFunction": "<PublishChangesFunction",
    "ReceiveFileDeadLetters": "<ReceiveFileDeadLettersQueue",
    "ReceiveFileFunction": "<ReceiveFileFunction",
    "ReceiveFileQueue": "<ReceiveFileQueue",
    "UndeliveredEvents": "<ReceiveFileUndeliveredQueue",
    "UndoFileFunction": "<UndoFileFunction",
}


def test_outputs_have_the_names_that_the_command_resolves(both: list[Template]) -> None:
    outputs = {name: t.resolve(output["Value"]) for t in both for name, output in t.body["Outputs"].items()}
    for name, value in OUTPUTS.items():
        assert outputs[name].startswith(value)
    assert {name for name in outputs if not name.startswith("ExportsOutput")} == set(OUTPUTS)


def test_plain_python_writes_the_same_templates(synthesis: Synthesis) -> None:
    folder = synthesized(CITY)  # the app in a process of its own, as sandboxes have it
    written = sorted(path.name for path in folder.glob("*.template.json"))
    assert written == [f"Kyotsu-development-{CITY}-{stack}.template.json" for stack in STACKS]
    for name in written:
        assert json.loads((folder / name).read_text()) == json.loads((synthesis.folder / name).read_text())


def test_the_cli_is_pinned_and_starts_the_same_app() -> None:
    settings = json.loads((ROOT / "cdk.json").read_text())
    assert settings["app"] == ".venv/bin/python infra/app.py"
    assert "context" not in settings, "feature flags stand in the app, or plain Python would not know them"
    lock = json.loads((ROOT / "package-lock.json").read_text())
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]
    assert lock["packages"]["node_modules/aws-cdk"]["version"] == pinned == "2.1148.1"
    assert not [package for package in lock["packages"].values() if "resolved" in package]


def test_stages_and_municipalities_are_chosen_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = new_app(str(tmp_path))
    monkeypatch.delenv("KYOTSU_STAGE", raising=False)
    monkeypatch.delenv("KYOTSU_MUNICIPALITY", raising=False)
    assert [p.name for p in chosen(app)] == ["Kyotsu-development-141003", "Kyotsu-production-141003"]
    monkeypatch.setenv("KYOTSU_STAGE", "production")
    monkeypatch.setenv("KYOTSU_MUNICIPALITY", "143413,131016")
    assert [p.name for p in chosen(app)] == ["Kyotsu-production-143413", "Kyotsu-production-131016"]


def test_an_unknown_stage_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KYOTSU_STAGE", "staging")
    with pytest.raises(ParameterError, match="staging"):
        chosen(new_app(str(tmp_path)))


@pytest.mark.parametrize("make", [development, production])
def test_what_can_not_be_deployed_is_refused(make: Callable[[str], Parameters]) -> None:
    with pytest.raises(ParameterError, match="6 digits"):
        make("14100")
    with pytest.raises(ParameterError, match="6 digits"):
        make("１４１００３")


def test_a_network_needs_a_subnet_for_each_zone() -> None:
    with pytest.raises(ParameterError, match="private subnet"):
        Network(vpc_id="vpc-1", availability_zones=("ap-northeast-1a",), subnet_ids=())


@pytest.mark.parametrize("deployment", ["development", "production", "enclosed"])
def test_no_template_knows_of_the_sandboxs_clock(synthesis: Synthesis, deployment: str) -> None:
    """What moves the clock of a sandbox's functions is the sandbox's alone."""
    templates = synthesis.templates(deployment)
    assert templates
    assert not [template.stack for template in templates if CLOCK in json.dumps(template.body)]
