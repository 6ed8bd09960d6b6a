"""A distribution serves what its bucket's policy lets it, on an address that templates know as its domain name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox.deployment import UnknownTemplateError
from infra.sandbox.sandbox import running
from tests.integration.sandbox.small_api import RESOURCES, Answered, SmallApi, send, stack
from tests.integration.sandbox.small_cloud import resource

DOCUMENT = ".well-known/jwks.json"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with running([stack()], 0, tmp_path_factory.mktemp("origin")) as (cloud, _outputs):
        s3, bucket = cloud.client("s3"), cloud.created["AWS::S3::Bucket"]["Bucket"]
        for key in (DOCUMENT, "private.json"):
            s3.put_object(
                Bucket=bucket, Key=key, Body=b'{"keys": []}', ContentType="application/json", CacheControl="max-age=60"
            )
        yield SmallApi(cloud)


def fetch(api: SmallApi, target: str, verb: str = "GET") -> Answered:
    environment = api.cloud.functions.environment(api.cloud.created["AWS::Lambda::Function"]["Echo"])
    return send(environment["ISSUER"].removeprefix("http://"), verb, target)


def test_object_is_served_with_its_own_headers(api: SmallApi) -> None:
    answered = fetch(api, f"/{DOCUMENT}")
    assert (answered.status, answered.json) == (200, {"keys": []})
    assert answered.values("Content-Type") == ["application/json"]
    assert answered.values("Cache-Control") == ["max-age=60"]
    head = fetch(api, f"/{DOCUMENT}", "HEAD")
    assert (head.status, head.body, head.values("Content-Length")) == (200, b"", ["12"])


@pytest.mark.parametrize(
    ("verb", "target"),
    [
        ("GET", "/private.json"),
        ("GET", "/.well-known/nothing.json"),
        ("GET", "/"),
        ("GET", "/.well-known/../private.json"),
        ("GET", "/.well-known/%2e%2e/private.json"),
        ("PUT", f"/{DOCUMENT}"),
        ("DELETE", f"/{DOCUMENT}"),
    ],
)
def test_anything_else_is_refused_without_a_reason(api: SmallApi, verb: str, target: str) -> None:
    answered = fetch(api, target, verb)
    assert answered.status == 403
    assert answered.body == b"<Error><Code>AccessDenied</Code></Error>"


@pytest.mark.parametrize(
    "changed",
    [
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Action": "s3:ListBucket"},
        {"Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/OTHER"}}},
    ],
)
def test_distribution_without_a_grant_of_its_own_serves_nothing(api: SmallApi, changed: dict[str, Any]) -> None:
    bucket, s3 = api.cloud.created["AWS::S3::Bucket"]["Bucket"], api.cloud.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    policy = json.loads(before)
    policy["Statement"][0] |= changed
    try:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        assert fetch(api, f"/{DOCUMENT}").status == 403
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=before)
    assert fetch(api, f"/{DOCUMENT}").status == 200


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"DefaultRootObject": "index.html"}, "property DefaultRootObject"),
        ({"DefaultCacheBehavior": {"TargetOriginId": "o", "LambdaFunctionAssociations": []}}, "LambdaFunctionAssoc"),
        ({"Origins": [{"Id": "o", "DomainName": "example.com"}]}, "only a bucket"),
    ],
)
def test_what_is_not_served_stops_the_sandbox_by_name(changed: dict[str, Any], named: str, tmp_path: Path) -> None:
    config = RESOURCES["Distribution"]["Properties"]["DistributionConfig"] | changed
    odd = {"Distribution": resource("AWS::CloudFront::Distribution", DistributionConfig=config)}
    with pytest.raises(UnknownTemplateError, match=named), running([stack(odd)], 0, tmp_path):
        pass


def test_firewall_is_accepted_and_does_nothing(tmp_path: Path) -> None:
    acl = resource("AWS::WAFv2::WebACL", Scope="REGIONAL", DefaultAction={"Block": {}}, VisibilityConfig={}, Rules=[])
    association = resource(
        "AWS::WAFv2::WebACLAssociation", ResourceArn="arn:x", WebACLArn={"Fn::GetAtt": ["Acl", "Arn"]}
    )
    with running([stack({"Acl": acl, "Association": association})], 0, tmp_path) as (cloud, _outputs):
        assert SmallApi(cloud).send("GET", "/echo").status == 200
