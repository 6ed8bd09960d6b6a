"""The `kyotsu` command against the sandbox: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number


def test_send_waits_for_the_answer_and_ends_with_zero(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / new_name()
    path.write_bytes(body([row(atenabango=new_number())]))
    done = sandbox.kyotsu("send", str(path), "--wait", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"], answer["counts"]["added"]) == (0, "ACCEPTED", 1)


def test_send_ends_with_four_if_a_file_is_not_wholly_accepted(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / new_name()
    path.write_bytes(body([row(atenabango=new_number(), seinengappi="1990-02-30")]))
    done = sandbox.kyotsu("send", str(path), "--wait")
    assert done.returncode == 4
    assert "E1003" in done.stdout
    assert "一部受付" in done.stdout


def test_send_gives_the_completeness_metadata(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / new_name()
    path.write_bytes(body([row(atenabango=new_number())] * 3))
    sent = json.loads(sandbox.kyotsu("send", str(path), "--json").stdout)
    head = sandbox.client("s3").head_object(Bucket=sent["bucket"], Key=sent["object_key"])
    assert head["Metadata"]["row-count"] == "3"
    assert head["Metadata"]["sha256"] == sandbox.answer(path.name)["sha256"]


def test_receipts_are_listed_and_shown_with_their_errors(sandbox: Sandbox) -> None:
    name = new_name()
    sandbox.put(name, body([row(atenabango=new_number(), shimei="half")]))
    receipt = sandbox.answer(name)["receipt_id"]
    listed = [json.loads(line) for line in sandbox.kyotsu("receipts", "list", "--json").stdout.splitlines()]
    assert receipt in [entry["receipt_id"] for entry in listed]
    shown = json.loads(sandbox.kyotsu("receipts", "show", receipt, "--json").stdout)
    assert [(error["line"], error["code"]) for error in shown["errors"]] == [("2", "E0002")]
    assert sandbox.kyotsu("receipts", "show", "unknown").returncode == 3


def test_category_of_one_person(sandbox: Sandbox) -> None:
    number, name = new_number(), new_name()
    sandbox.put(name, body([row(atenabango=number)]))
    sandbox.answer(name)
    before = sandbox.kyotsu("resident", "category", number, "--json", "--at", "2026-04-01T09:29:59+09:00")
    assert (before.returncode, json.loads(before.stdout)["category"]) == (0, None)
    exactly = sandbox.kyotsu("resident", "category", number, "--json", "--at", "2026-04-01T00:30:00Z")
    assert json.loads(exactly.stdout)["category"] == "1"
    assert "住登者" in sandbox.kyotsu("resident", "category", number).stdout


def test_category_of_nobody_ends_with_three(sandbox: Sandbox) -> None:
    done = sandbox.kyotsu("resident", "category", new_number(), "--json")
    assert (done.returncode, done.stdout) == (3, "")


def test_categories_of_many_people_in_order(sandbox: Sandbox) -> None:
    number, stranger, name = new_number(), new_number(), new_name()
    sandbox.put(name, body([row(atenabango=number)]))
    sandbox.answer(name)
    done = sandbox.kyotsu("resident", "category", "-", "--json", stdin=f"{stranger}\n{number}\n{stranger}\n")
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(entry["addressee_number"], entry["category"]) for entry in shown] == [
        (stranger, None),
        (number, "1"),
        (stranger, None),
    ]
    assert shown[0] == {"addressee_number": stranger, "category": None, "since": None, "source": None}


def test_a_record_is_shown_without_individual_number_and_record_code(sandbox: Sandbox) -> None:
    number, name = new_number(), new_name()
    items = {"kojinbango": "983205673214", "juminhyokodo": "24727059608"}
    sandbox.put(name, body([row(atenabango=number, **items)]))
    sandbox.answer(name)
    shown = sandbox.kyotsu("resident", "show", number, "--json").stdout
    assert json.loads(shown)["record"]["shimei"] == "架空　太郎"
    assert not any(value in shown + sandbox.kyotsu("resident", "show", number).stdout for value in items.values())


def test_the_demo_ends_well(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "kyotsu_cli.demo", "--people", "30", "--seed", "7"]
    done = subprocess.run(demo, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "すべて正解と一致しました" in done.stdout
    (form,) = (tmp_path / ".sandbox" / "demo" / "forms").glob("*.pdf")
    assert form.read_bytes().startswith(b"%PDF-")
    assert form.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
