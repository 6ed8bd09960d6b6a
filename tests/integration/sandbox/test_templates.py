"""What the sandbox makes of a template, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox import endpoints
from infra.sandbox.assembly import read_stacks
from infra.sandbox.deployment import UnknownTemplateError
from infra.sandbox.intrinsics import Created, Scope, UnknownIntrinsicError, references
from infra.sandbox.sandbox import running
from tests.integration.sandbox.small_cloud import RESOURCES, Small, arn, mapping, resource, stack

SCOPE = Scope(
    names={"AWS::Region": "here"},
    created={"Thing": Created("thing-1", {"Arn": "arn:thing", "Endpoint.Port": 80})},
    exports={"Shared": "from-elsewhere"},
)


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Thing"}, "thing-1"),
        ({"Ref": "AWS::Region"}, "here"),
        ({"Fn::GetAtt": ["Thing", "Arn"]}, "arn:thing"),
        ({"Fn::GetAtt": "Thing.Arn"}, "arn:thing"),
        ({"Fn::GetAtt": ["Thing", "Endpoint.Port"]}, 80),
        ({"Fn::Join": ["-", ["a", {"Ref": "Thing"}]]}, "a-thing-1"),
        ({"Fn::Sub": "${Thing}/${Thing.Arn}/${AWS::Region}/${!Literal}"}, "thing-1/arn:thing/here/${Literal}"),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "Thing"}}]}, "thing-1"),
        ({"Fn::Select": ["1", {"Fn::Split": ["-", {"Ref": "Thing"}]}]}, "1"),
        ({"Fn::ImportValue": "Shared"}, "from-elsewhere"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
    ],
)
def test_intrinsic_functions(value: Any, resolved: Any) -> None:
    assert SCOPE.resolve(value) == resolved


@pytest.mark.parametrize("value", [{"Fn::Base64": "x"}, {"Ref": "Nobody"}, {"Fn::GetAtt": ["Thing", "Name"]}])
def test_unknown_intrinsic_is_named(value: Any) -> None:
    with pytest.raises(UnknownIntrinsicError, match=r"Base64|Nobody|Name"):
        SCOPE.resolve(value)


def test_references_are_found_wherever_they_stand() -> None:
    value = {"a": [{"Ref": "A"}, {"Fn::Join": ["", [{"Fn::GetAtt": ["B", "Arn"]}]]}], "c": {"Fn::Sub": "${C.Arn}${!D}"}}
    assert set(references(value)) == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"Dog": resource("AWS::Dog::House")}, "AWS::Dog::House"),
        ({"Queue": resource("AWS::SQS::Queue", Colour="red")}, "property Colour"),
        ({"Queue": resource("AWS::SQS::Queue") | {"Condition": "Sometimes"}}, "conditions"),
        (
            {
                "Rule": resource(
                    "AWS::Events::Rule",
                    EventPattern={"source": ["x"]},
                    Targets=[{"Arn": "arn:aws:sqs:r:1:q", "Id": "q", "InputPath": "$.detail"}],
                )
            },
            "property InputPath",
        ),
        (
            RESOURCES | {"Source": mapping(arn("Queue"), "Receive", ScalingConfig={"MinimumConcurrency": 1})},
            "property MinimumConcurrency",
        ),
        (
            RESOURCES | {"Source": mapping(arn("Queue"), "Receive", FilterCriteria={"Filters": []})},
            "property FilterCriteria",
        ),
    ],
)
def test_unknown_type_or_property_stops_the_sandbox_with_its_name(
    changed: dict[str, Any], named: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(UnknownTemplateError, match=named),
        running([stack(tmp_path, changed)], 0, tmp_path / "state"),
    ):
        pass


def test_unknown_section_stops_the_sandbox(tmp_path: Path) -> None:
    odd = stack(tmp_path, {})
    odd.template["Transform"] = "AWS::Serverless"
    with pytest.raises(UnknownTemplateError, match="Transform"), running([odd], 0, tmp_path / "state"):
        pass


def test_everything_in_the_template_exists(small: Small) -> None:
    made = {logical_id for kind in small.cloud.created.values() for logical_id in kind}
    assert made == set(RESOURCES)


def test_endpoints_name_what_clients_need(small: Small) -> None:
    content = endpoints.describe(small.cloud, "141003", {"Bucket": small["Bucket"]})
    assert content["aws_endpoint"] == small.cloud.endpoint
    assert content["buckets"] == {"001": "kyotsu-development-141003-123456789012-001"}
    (credentials,) = content["credentials"].values()
    assert credentials["role_arn"] == "arn:aws:iam::210987654321:role/linked-system-001"
    assert credentials["aws_access_key_id"].startswith("AKIA")
    assert content["tables"]["indexed"] == small["Indexed"]
    assert content["queues"]["Dead"] == small["Dead"]
    assert content["event_bus"] == "domain"
    assert json.loads(json.dumps(content)) == content


def test_assembly_is_read_in_order_of_dependency(tmp_path: Path) -> None:
    def artifact(name: str, *needs: str) -> dict[str, Any]:
        (tmp_path / f"{name}.template.json").write_text(json.dumps({"Resources": {}}), "utf-8")
        properties = {"templateFile": f"{name}.template.json", "stackName": f"Stack-{name}"}
        return {"type": "aws:cloudformation:stack", "properties": properties, "dependencies": list(needs)}

    assets = {
        "files": {
            "abc": {"source": {"path": "asset.abc"}, "destinations": {"here": {"objectKey": "abc.zip"}}},
        }
    }
    (tmp_path / "assets.json").write_text(json.dumps(assets), "utf-8")
    artifacts = {
        "Second": artifact("Second", "First", "Assets"),
        "First": artifact("First"),
        "Assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
        "Tree": {"type": "cdk:tree"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), "utf-8")

    stacks = read_stacks(tmp_path)

    assert [found.name for found in stacks] == ["Stack-First", "Stack-Second"]
    assert stacks[1].assets == {"abc.zip": tmp_path / "asset.abc"}
