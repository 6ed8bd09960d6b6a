"""Published schemas of what 引越しOSS tells others, held against what the functions really write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from kyotsu.moving.announcing import notice_of
from kyotsu.runtime import clients
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.objects import S3Objects
from kyotsu.wiring.moving_certificates import BucketNotices
from tests.fakes.moving_intake import application, withdrawal
from tests.integration.cloud import REGION, Cloud
from tests.integration.test_moving_command import prepared_case
from tests.integration.test_moving_intake import Portal, portal
from tools.moving_told import FOLDER, schemas

__all__ = ["portal"]
OWN = "kyotsu-test-001"


def fits(name: str, document: Any) -> None:
    Draft202012Validator(schemas()[f"moving-{name}.schema.json"]).validate(document)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_committed_schema_is_the_tool_s(name: str) -> None:
    committed = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert committed == schemas()[name], "run .venv/bin/python -m tools.moving_told"
    Draft202012Validator.check_schema(committed)


def test_answers_and_statuses_fit(portal: Portal) -> None:
    for name, document in (
        ("a", application()),
        ("b", application(planned_on="2030-01-01", revision=2)),
        ("c", withdrawal()),
        ("d", application()),
    ):
        answer = portal.send(name, document)
        fits("answer", answer)
        fits("status", portal.read(f"status/{answer['application_number']}.json"))


def test_a_notice_is_put_once_told_each_time_and_fits(cloud: Cloud) -> None:
    """Requirement: nothing lost, nothing twice: whoever crashed between the two tells the same event again."""
    cloud.s3.create_bucket(Bucket=OWN, CreateBucketConfiguration={"LocationConstraint": REGION})
    notices = BucketNotices(S3Objects(cloud.s3), EventBus(clients.events(), "kyotsu"), OWN)
    case = prepared_case("B1")
    for _ in range(2):
        notices.announce(case)
    (found,) = cloud.s3.list_objects_v2(Bucket=OWN)["Contents"]
    body = cloud.s3.get_object(Bucket=OWN, Key=found["Key"])["Body"].read()
    assert (found["Key"], body) == (notice_of(case).key, notice_of(case).body)
    fits("certificate-notice", json.loads(body))
    events = cloud.events()
    assert [(kind, event["object_key"], event["recipient"]) for kind, event in events] == [
        ("NoticeOffered", found["Key"], "001")
    ] * 2
    assert len({event["event_id"] for _, event in events}) == 1
