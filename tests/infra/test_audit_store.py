"""The audit trail is added to, and nothing else: not by our functions, and in production by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.parameters import ParameterError
from infra.parameters.auditing import Auditing
from tests.infra.conftest import Synthesis
from tests.infra.templates import Template, granted

DELETING = ("s3:Delete", "s3:Bypass", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "dynamodb:Delete",
            "dynamodb:Update", "dynamodb:BatchWrite", "dynamodb:PartiQL")  # fmt: skip


def _bucket(stateful: Template) -> dict[str, Any]:
    (bucket,) = [v for k, v in stateful.properties("S3::Bucket").items() if k.startswith("AuditRecords")]
    return dict(bucket)


def _refusals(stateful: Template) -> list[dict[str, Any]]:
    (policy,) = [v for k, v in stateful.statements("S3::BucketPolicy").items() if k.startswith("AuditRecords")]
    found: list[dict[str, Any]] = [s for s in policy if "aws:SecureTransport" not in str(s)]
    return found


def test_in_production_nobody_deletes_or_changes_an_object_before_its_time(stateful: Template, deployment: str) -> None:
    bucket = _bucket(stateful)
    if deployment == "development":
        assert not {"ObjectLockEnabled", "ObjectLockConfiguration"} & bucket.keys()
        return
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 5 * 365}},
    }
    (expiry,) = [r["ExpirationInDays"] for r in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in r]
    assert expiry >= 5 * 365


def test_no_write_may_replace_an_object(stateful: Template) -> None:
    refusals = [s for s in _refusals(stateful) if s["Action"] == "s3:PutObject"]
    assert [(s["Effect"], s["Principal"], s["Condition"]) for s in refusals] == [
        ("Deny", {"AWS": "*"}, {"Null": {"s3:if-none-match": "true"}})
    ]


def test_in_production_everybody_is_refused_deleting(stateful: Template, deployment: str) -> None:
    refusals = [s for s in _refusals(stateful) if "s3:DeleteObject" in s["Action"]]
    if deployment == "development":
        assert not refusals
        return
    (refusal,) = refusals
    assert (refusal["Effect"], refusal["Principal"]) == ("Deny", {"AWS": "*"})
    assert "Condition" not in refusal
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"} == set(refusal["Action"])


def test_the_bucket_has_a_key_of_its_own(stateful: Template) -> None:
    (rule,) = _bucket(stateful)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"].startswith("<KeysAudit")


def _granted(template: Template) -> Iterator[tuple[str, str, str]]:
    """Yield what each policy of a template allows: its name, an action, a resource."""
    present = {resource["Type"] for resource in template.body["Resources"].values()}
    for kind in ("IAM::Policy", "IAM::ManagedPolicy"):
        if f"AWS::{kind}" not in present:
            continue
        for name, statements in template.statements(kind).items():
            allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
            yield from ((name, action, resource) for action, resource in granted(allowed))


def test_no_role_takes_anything_out_of_the_trail(synthesis: Synthesis, deployment: str) -> None:
    """Requirement: nobody gets delete."""
    seen = set()
    for template in synthesis.templates(deployment):
        for role, action, resource in _granted(template):
            if "AuditRecords" in resource or "AuditIndex" in resource:
                seen.add(action)
                assert not action.startswith(DELETING), role
            if resource == "*":
                assert not action.startswith(("s3:", "dynamodb:Delete", "dynamodb:Put")), role
    assert seen >= {"s3:PutObject", "dynamodb:PutItem"}


def test_a_function_writes_below_its_own_name_alone(synthesis: Synthesis, deployment: str) -> None:
    folders = [
        resource.rpartition(">")[2]
        for template in synthesis.templates(deployment)
        for _, action, resource in _granted(template)
        if action == "s3:PutObject" and "AuditRecords" in resource
    ]
    assert len(folders) == len(set(folders))
    assert set(folders) >= {"/records/linkage-deliver_files/*", "/digests/*", "/completeness/*"}
    assert all(folder.startswith(("/records/", "/digests/", "/completeness/")) for folder in folders)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kept_days": 10, "locked_days": 11},
        {"kept_days": 0},
        {"locked_days": 0, "kept_days": 0},
        {"digest_grace": 24 * 60},
        {"digest_every": 0},
        {"open_days": 0},
    ],
)
def test_parameters_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ParameterError):
        Auditing(**wrong)
