"""A dropped file becomes records, 住民区分 and an answer: the whole way, through the synthesized stacks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.fakes.deployment import body, row
from tests.flows.conftest import TOOLS, Sandbox
from tests.flows.files import large, new_name, new_number
from tests.flows.sandbox_process import eventually


def _file(folder: Path, **items: str) -> tuple[Path, str]:
    number, path = new_number(), folder / new_name()
    path.write_bytes(body([row(atenabango=number, **items)]))
    return path, number


def test_aws_cli_sends_a_file_and_reads_its_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    path, number = _file(tmp_path)
    _aws(sandbox, "s3", "cp", str(path), f"s3://{sandbox.bucket}/outbox/001o006-01/", "--metadata", "row-count=1")
    answer = f"answers/{path.stem}.json"
    _aws(sandbox, "s3api", "wait", "object-exists", "--bucket", sandbox.bucket, "--key", answer)
    found = json.loads(_aws(sandbox, "s3", "cp", f"s3://{sandbox.bucket}/{answer}", "-"))
    assert (found["status"], found["counts"]["added"]) == ("ACCEPTED", 1)
    shown = json.loads(sandbox.kyotsu("resident", "category", number, "--json").stdout)
    source = {"receipt_id": found["receipt_id"], "line": 2}
    since = "2026-04-01T09:30:00+09:00"
    assert shown == {"addressee_number": number, "category": "1", "since": since, "source": source}


def test_aws_cli_sends_a_file_in_parts_and_every_refused_row_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    path, rows = large(tmp_path, 9)
    _aws(sandbox, "s3", "cp", str(path), f"s3://{sandbox.bucket}/outbox/001o006-01/")
    answer = sandbox.answer(path.name)
    head = sandbox.client("s3").head_object(Bucket=sandbox.bucket, Key=f"outbox/001o006-01/{path.name}")
    assert "-" in head["ETag"]  # really came in parts
    assert answer["status"] == "PARTIALLY_ACCEPTED"
    assert (answer["counts"]["read"], answer["counts"]["failed"]) == (rows, rows - 1)
    errors = sandbox.client("s3").get_object(Bucket=sandbox.bucket, Key=f"answers/{path.stem}.errors.csv")
    lines = errors["Body"].read().decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [str(number) for number in range(3, rows + 2)]


def test_another_sdk_sends_a_file_and_reads_its_answer(sandbox: Sandbox, tmp_path: Path, node_modules: Path) -> None:
    path, _ = _file(tmp_path)
    assert _javascript(sandbox, path)["status"] == "ACCEPTED"


def test_another_sdk_sends_a_file_in_parts(sandbox: Sandbox, tmp_path: Path, node_modules: Path) -> None:
    path, rows = large(tmp_path, 6)
    assert _javascript(sandbox, path, "multipart")["counts"]["read"] == rows


ANSWERED = {"source": ["kyotsu"], "detail-type": ["FileAnswered"]}


def test_domain_events_tell_of_answer_record_and_category(sandbox: Sandbox) -> None:
    number, name = new_number(), new_name()
    # What other tests' files and people still have to tell is told on the same bus.
    own = {"detail": {"addressee_number": [number]}}
    answers = sandbox.listen("flow-answers", {"detail": {"object_key": [f"outbox/001o006-01/{name}"]}} | ANSWERED)
    changes = sandbox.listen("flow-changes", own | {"source": ["kyotsu"]})
    sandbox.put(name, body([row(atenabango=number)]))
    answer = sandbox.answer(name)
    told = _received(sandbox, answers, 1) | _received(sandbox, changes, 2)
    assert told["FileAnswered"]["receipt_id"] == answer["receipt_id"]
    assert told["ResidentRecorded"]["addressee_number"] == number
    changed = told["ResidentCategoryChanged"]
    assert (changed["addressee_number"], changed["before"], changed["after"]) == (number, None, "1")


def test_a_repeated_notification_leaves_the_answer_as_it_is(sandbox: Sandbox) -> None:
    name = new_name()
    version = sandbox.put(name, body([row(atenabango=new_number())]))
    sandbox.answer(name)
    first = _answer_version(sandbox, name)
    detail = {
        "bucket": {"name": sandbox.bucket},
        "object": {"key": f"outbox/001o006-01/{name}", "version-id": version},
    }
    queue = sandbox.endpoints["outputs"]["ReceiveFileQueue"]
    sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({"detail": detail}))
    eventually(lambda: _is_empty(sandbox, queue), 60)
    assert _answer_version(sandbox, name) == first


def test_an_object_deleted_before_it_is_read_is_answered_with_a_reason(sandbox: Sandbox) -> None:
    name = new_name()
    key = f"outbox/001o006-01/{name}"
    detail = {"bucket": {"name": sandbox.bucket}, "object": {"key": key, "version-id": "gone"}}
    queue = sandbox.endpoints["outputs"]["ReceiveFileQueue"]
    sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({"detail": detail}))
    answer = sandbox.answer(name)
    assert (answer["status"], answer["reason"]["code"]) == ("REJECTED", "E1120")


def _aws(sandbox: Sandbox, *arguments: str) -> str:
    command = subprocess.run(
        [TOOLS / "aws", *arguments], env=sandbox.environment, capture_output=True, text=True, check=False
    )
    assert command.returncode == 0, command.stderr
    return command.stdout


def _javascript(sandbox: Sandbox, path: Path, *options: str) -> Any:
    script = Path(__file__).parent / "javascript" / "send.mjs"
    command = ["node", str(script), sandbox.bucket, str(path), *options]
    done = subprocess.run(command, env=sandbox.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _received(sandbox: Sandbox, queue: str, kinds: int) -> dict[str, Any]:
    """Return the details of so many kinds of events."""
    sqs, told = sandbox.client("sqs"), dict[str, Any]()

    def look() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            told[event["detail-type"]] = event["detail"]
        return len(told) >= kinds

    eventually(look, 60)
    return told


def _answer_version(sandbox: Sandbox, name: str) -> str:
    key = f"answers/{name.removesuffix('.csv')}.json"
    return str(sandbox.client("s3").head_object(Bucket=sandbox.bucket, Key=key)["VersionId"])


def _is_empty(sandbox: Sandbox, queue: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sandbox.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return all(found[name] == "0" for name in names)
