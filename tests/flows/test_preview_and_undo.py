"""`kyotsu linkage`: what a file would do, and taking back what it did, against the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually


def category(sandbox: Sandbox, number: str) -> Any:
    """住民区分 now, or None of somebody who is not known."""
    done = sandbox.kyotsu("resident", "category", number, "--json")
    return json.loads(done.stdout)["category"] if done.returncode == 0 else None


def test_a_preview_tells_the_answer_and_changes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    number, path = new_number(), tmp_path / new_name()
    path.write_bytes(body([row(atenabango=number), row(atenabango=new_number(), seinengappi="1990-02-30")]))
    done = sandbox.kyotsu("linkage", "preview", str(path), "--json")
    shown = json.loads(done.stdout)
    assert (done.returncode, shown["status"], shown["receipt_id"]) == (4, "PARTIALLY_ACCEPTED", None)
    assert [(error["line"], error["code"]) for error in shown["errors"]] == [("3", "E1003")]
    change = {"addressee_number": number, "before": None, "after": "1", "since": "2026-04-01T09:30:00+09:00"}
    assert (shown["category_changes"], shown["category_changes_total"]) == ([change], 1)
    assert category(sandbox, number) is None
    sent = json.loads(sandbox.kyotsu("send", str(path), "--wait", "--json").stdout)
    assert (sent["status"], sent["counts"]) == (shown["status"], shown["counts"])
    again = sandbox.kyotsu("linkage", "preview", str(path))
    assert "変更なし1" in again.stdout


def test_a_preview_of_a_wrong_name_is_the_refusal(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / new_name().replace("_v1_", "_v0_")
    path.write_bytes(body([row()]))
    shown = json.loads(sandbox.kyotsu("linkage", "preview", str(path), "--json").stdout)
    assert (shown["status"], shown["reason"]["code"]) == ("REJECTED", "E1109")


def test_a_file_is_taken_back_and_may_come_again(sandbox: Sandbox, tmp_path: Path) -> None:
    number, path = new_number(), tmp_path / new_name()
    path.write_bytes(body([row(atenabango=number)]))
    receipt = json.loads(sandbox.kyotsu("send", str(path), "--wait", "--json").stdout)["receipt_id"]
    tried = json.loads(sandbox.kyotsu("linkage", "undo", receipt, "--dry-run", "--json").stdout)
    counts = {"versions": 1, "people": 1, "records_changed": 1, "categories_changed": 1}
    assert (tried["counts"], tried["category_changes_total"], category(sandbox, number)) == (counts, 1, "1")

    done = sandbox.kyotsu("linkage", "undo", receipt, "--reason", "誤送信", "--by", "運用者A", "--json")
    assert done.returncode == 0, done.stderr
    undone = json.loads(done.stdout)
    assert (undone["status"], undone["counts"], undone["by"], undone["reason"]) == (
        "UNDONE",
        counts,
        "運用者A",
        "誤送信",
    )
    assert category(sandbox, number) is None
    key = f"answers/{path.stem}.undo.json"
    assert json.loads(sandbox.client("s3").get_object(Bucket=sandbox.bucket, Key=key)["Body"].read()) == undone
    assert json.loads(sandbox.kyotsu("linkage", "undo", receipt, "--json").stdout) == undone
    assert json.loads(sandbox.kyotsu("receipts", "show", receipt, "--json").stdout)["undo"] == undone
    assert "誤送信" in sandbox.kyotsu("receipts", "show", receipt).stdout

    renamed = tmp_path / new_name()
    renamed.write_bytes(path.read_bytes())
    again = json.loads(sandbox.kyotsu("send", str(renamed), "--wait", "--json").stdout)
    assert (again["status"], again["counts"]["added"]) == ("ACCEPTED", 1)
    assert category(sandbox, number) == "1"


def test_what_can_not_be_taken_back_is_refused(sandbox: Sandbox) -> None:
    unknown = sandbox.kyotsu("linkage", "undo", "unknown", "--by", "test")
    assert (unknown.returncode, "E1201" in unknown.stderr) == (3, True)
    name = new_name().replace("_v1_", "_v0_")
    sandbox.put(name, body([row()]))
    receipt = sandbox.answer(name)["receipt_id"]
    for options in ([], ["--dry-run"]):
        rejected = sandbox.kyotsu("linkage", "undo", receipt, *options)
        assert (rejected.returncode, "E1203" in rejected.stderr) == (4, True)


def test_the_undo_is_told_to_the_event_bus(sandbox: Sandbox, tmp_path: Path) -> None:
    number, path = new_number(), tmp_path / new_name()
    path.write_bytes(body([row(atenabango=number)]))
    receipt = json.loads(sandbox.kyotsu("send", str(path), "--wait", "--json").stdout)["receipt_id"]
    assert sandbox.kyotsu("linkage", "undo", receipt).returncode == 0
    show = ("receipts", "show", receipt, "--json")
    by = eventually(lambda: json.loads(sandbox.kyotsu(*show).stdout)["undo"]["by"], 10)
    assert str(by).startswith("arn:aws:")
