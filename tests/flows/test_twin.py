"""`kyotsu linkage twin` against the sandbox: its municipalities and its records."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number


def test_a_twin_is_held_against_the_records_and_changes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    known, new = new_number(), new_number()
    first, second = tmp_path / new_name(), tmp_path / new_name()
    first.write_bytes(body([row(atenabango=known)]))
    assert sandbox.kyotsu("send", str(first), "--wait").returncode == 0
    later = {"sosanengappi": "2026-04-02", "shimei_gaikokujinromaji": "ＴＡＲＯ"}
    second.write_bytes(body([row(atenabango=number, **later) for number in (known, new)]))

    done = sandbox.kyotsu("linkage", "twin", str(second), "--to", "v2", "--json")
    shown = json.loads(done.stdout)
    assert (done.returncode, shown["records"]["connected"], shown["records"]["differing"]) == (4, True, 2)
    since = ["2026-04-02T09:30:00+09:00", "2026-04-01T09:30:00+09:00"]
    people = {
        person["addressee_number"]: (person["category"], person["since"]) for person in shown["records"]["people"]
    }
    assert people == {
        known: ({"own": "1", "other": "1"}, {"own": since[0], "other": since[1]}),
        new: ({"own": "1", "other": None}, {"own": since[0], "other": None}),
    }
    assert sandbox.kyotsu("linkage", "twin", str(second), "--to", "v0").returncode == 0
    assert sandbox.kyotsu("resident", "category", new).returncode == 3
