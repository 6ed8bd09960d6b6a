"""Documents of マイナポータル on moto, by the function: from the inbox to the case, the answer and the status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest

from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.cases import CaseState
from kyotsu.moving.ports import PaperKind
from kyotsu.moving.rules import Rules
from kyotsu.runtime.tables import TableItem, bound
from kyotsu.wiring import moving, moving_intake, moving_status
from tests.fakes.deployment import PREFIX
from tests.fakes.moving_contract import NOON
from tests.fakes.moving_intake import HERE, NUMBER, application, as_bytes, person, withdrawal
from tests.integration.cloud import REGION, Cloud
from tests.integration.conftest import load
from tests.integration.test_watching import Context

BUCKET = f"{PREFIX}029"
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:"


def _forget() -> None:
    for module in (moving, moving_intake, moving_status):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


class Portal:
    """The portal's bucket and the functions behind it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.s3 = cloud, cloud.s3
        self.function: ModuleType = load("moving/receive_application")
        self.states = boto3.client("stepfunctions")
        for name in ("move_out", "move_in"):
            self.states.create_state_machine(
                name=name, definition='{"StartAt": "x"}', roleArn="arn:aws:iam::123456789012:role/x"
            )

    def put(self, key: str, body: bytes) -> str:
        return self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"]

    def tell(self, key: str, version: str, attempt: int = 1) -> list[Any]:
        """Tell the function of an object; return what it failed."""
        detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "version-id": version}}
        record = {
            "messageId": "1",
            "body": json.dumps({"detail": detail}),
            "eventSource": "aws:sqs",
            "receiptHandle": "handle",
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        failed: list[Any] = self.function.handler({"Records": [record]}, Context())["batchItemFailures"]
        return failed

    def send(self, name: str, document: Any, attempt: int = 1) -> dict[str, Any]:
        """Send a document and return its answer."""
        key = f"inbox/{name}.json"
        version = self.put(key, document if isinstance(document, bytes) else as_bytes(document))
        assert self.tell(key, version, attempt) == []
        return self.read(f"answers/inbox/{name}.json")

    def read(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        return found

    def versions(self, prefix: str) -> list[str]:
        found = self.s3.list_object_versions(Bucket=BUCKET, Prefix=prefix)
        return [version["Key"] for version in (*found.get("Versions", []), *found.get("DeleteMarkers", []))]

    def executions(self) -> list[str]:
        found = self.states.list_executions(stateMachineArn=f"{MACHINE}move_out")["executions"]
        return [execution["name"] for execution in found]


@pytest.fixture
def portal(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    _forget()
    for name, value in {
        "APPLICATION_BUCKET": BUCKET,
        "MOVING_TABLE": "moving",
        "MOVING_RULES": '{"window_before": 3000, "window_after": 3000}',
        "MOVING_TIMEOUTS": '{"step": 900}',
        "MOVE_OUT_MACHINE": f"{MACHINE}move_out",
        "MOVE_IN_MACHINE": f"{MACHINE}move_in",
        "PAPERS_TABLE": "papers",
        "PAPER_BUCKET": "papers",
        "PAPER_KEY": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
        "MOST_GENERATIONS": "20",
    }.items():
        monkeypatch.setenv(name, value)
    bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    for bucket in (BUCKET, "papers"):
        cloud.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield Portal(cloud)
    _forget()


def test_an_application_becomes_a_case_and_leaves_the_inbox(portal: Portal) -> None:
    portal.put("inbox/kojinbango/r1", NUMBER.encode())
    portal.put("inbox/kojinbango/r1", NUMBER.encode())
    portal.put("inbox/kojinbango/r10", NUMBER.encode())
    people = [person(1, "山田　太郎", individual_number_reference="r1")]
    answer = portal.send("2026/a", application(people=people))
    assert (answer["status"], answer["case_id"], answer["problems"]) == ("ACCEPTED", "O-A1", [])
    assert moving.cases().get("O-A1").generation == 1
    assert portal.executions() == ["O-A1.1"]
    assert portal.read("status/A1.json")["status"] == "受付済"
    assert portal.versions("inbox/") == ["inbox/kojinbango/r10"]
    assert moving.papers().get("O-A1", PaperKind.NUMBERS) == f'{{"1":"{NUMBER}"}}'.encode()
    kept = str(portal.cloud.dynamodb.scan(TableName="moving")["Items"])
    assert NUMBER not in kept
    assert "山田" not in kept


def test_a_redelivered_notification_finds_nothing_left_to_do(portal: Portal) -> None:
    version = portal.put("inbox/a.json", as_bytes(application()))
    for attempt in (1, 2, 3):
        assert portal.tell("inbox/a.json", version, attempt) == []
    assert portal.executions() == ["O-A1.1"]
    assert portal.read("answers/inbox/a.json")["status"] == "ACCEPTED"


def test_a_refusal_is_answered_and_shown_to_the_applicant(portal: Portal) -> None:
    answer = portal.send("a", application(to_municipality=HERE))
    assert answer["status"] == "REJECTED"
    assert [problem["code"] for problem in answer["problems"]] == ["E1707"]
    status = portal.read("status/A1.json")
    assert (status["status"], status["reason"]["code"]) == ("受付不可", "E1707")
    assert portal.versions("inbox/") == []
    portal.send("b", application(revision=2))
    assert portal.read("status/A1.json")["status"] == "受付済"
    portal.send("c", application(revision=1, to_municipality=HERE))
    assert portal.read("status/A1.json")["status"] == "受付済"


@pytest.mark.parametrize("body", [b"{", b" " * 5_000_000])
def test_what_can_t_be_read_is_answered_and_stays(portal: Portal, body: bytes) -> None:
    assert portal.send("a", body)["status"] == "REJECTED"
    assert portal.versions("inbox/") == ["inbox/a.json"]


def test_a_number_is_waited_for_by_delivering_again(portal: Portal) -> None:
    document = as_bytes(application(people=[person(1, "x", individual_number_reference="r1")]))
    version = portal.put("inbox/a.json", document)
    assert portal.tell("inbox/a.json", version, 1) != []
    assert portal.tell("inbox/a.json", version, 2) != []
    assert portal.tell("inbox/a.json", version, 3) == []
    assert moving.cases().get("O-A1").remarks == ("W1700",)


def test_other_objects_of_the_inbox_are_none_of_its_business(portal: Portal) -> None:
    for key in ("inbox/kojinbango/x.json", "inbox/x.txt", "outbox/x.json"):
        assert portal.tell(key, portal.put(key, b"{")) == []
    assert portal.versions("answers/") == []


def test_a_withdrawal_before_its_application(portal: Portal) -> None:
    assert portal.send("w", withdrawal())["status"] == "ACCEPTED"
    assert portal.send("a", application())["status"] == "UNCHANGED"
    assert moving.cases().get("O-A1").state is CaseState.WITHDRAWN
    assert portal.executions() == []
    assert portal.read("status/A1.json")["status"] == "取下げ"


def test_a_status_is_never_replaced_by_an_older_one(portal: Portal) -> None:
    status = moving_status.applicant_status()
    for order, text in ((3, "審査中"), (1, "受付済"), (3, "繰返し"), (5, "完了"), (0, "受付不可")):
        status.show("A1", text, "E1708" if order == 0 else "", NOON, order)
    shown = portal.read("status/A1.json")
    assert (shown["status"], shown["order"], shown["at"]) == ("完了", 5, "2026-04-01T12:00:00+09:00")


def test_of_two_who_show_a_status_at_once_the_newer_counts(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    status = moving_status.applicant_status()
    client = status.client

    def another_is_first(**call: Any) -> Any:
        monkeypatch.undo()
        moving_status.BucketStatus(client, BUCKET).show("A1", "完了", "", NOON, 9)
        return client.put_object(**call)

    monkeypatch.setattr(client, "put_object", another_is_first)
    status.show("A1", "審査中", "", NOON, 3)
    assert portal.read("status/A1.json")["status"] == "完了"


def test_the_watch_starts_what_a_crash_left(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("kyotsu.moving.machines.StepFunctions.start", fails)
        version = portal.put("inbox/a.json", as_bytes(application()))
        assert portal.tell("inbox/a.json", version) != []
    watch = load("moving/watch_cases")
    found = watch.handler({}, Context())
    assert (found["started"], found["failed"], found["stuck"]) == (1, 0, 0)
    assert portal.executions() == ["O-A1.1"]
    assert watch.handler({}, Context())["started"] == 0


def test_rules_of_a_deployment_are_read(portal: Portal) -> None:
    assert moving.rules() == Rules(window_before=3000, window_after=3000)
