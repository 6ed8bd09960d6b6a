"""A file of edits of the registry, through the synthesized stacks and their policies; its preview and its undo."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.registry_files import registry_body, registry_row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_number

INDIVIDUAL = "123456789018"


def test_a_file_of_edits_is_tried_received_and_never_taken_back(sandbox: Sandbox, tmp_path: Path) -> None:
    """Flows (3), (5) and (4): two numbers are carried over, linked, and one of them ends."""
    first, second = sorted((new_number(), new_number()))
    name = f"031i001_00_D_v1_20261120093000_{first[-7:-1]}.csv"
    data = registry_body(
        registry_row(first, kojinbango=INDIVIDUAL),
        registry_row(second, kojinbango=INDIVIDUAL),
        registry_row(second, nayosemotofuragu="1", nayosesakiatenabango=first),
        registry_row(first, sakujofuragu="1"),
        registry_row(second, sakujofuragu="1"),
    )
    (tmp_path / name).write_bytes(data)
    tried = sandbox.kyotsu("linkage", "preview", str(tmp_path / name), "--system", "001", "--json")
    sandbox.put(name, data)
    answer = sandbox.answer(name)
    counts = {kind: count for kind, count in answer["counts"].items() if count}
    assert counts == {"read": 5, "added": 2, "updated": 1, "deleted": 1, "failed": 1, "warned": 2}
    told = json.loads(tried.stdout)
    assert {kind: count for kind, count in told["counts"].items() if count} == counts
    undone = sandbox.kyotsu("linkage", "undo", answer["receipt_id"], "--reason", "誤送信")
    assert (undone.returncode != 0, "E1526" in undone.stdout + undone.stderr) == (True, True)
