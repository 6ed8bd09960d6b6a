"""`kyotsu addressee` against the sandbox: numbers of an existing system are taken over, linked, and joined over the API
of the deployed functions (issue part 4, points 4 and 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.fakes.addressees import COMPLETE
from tests.fakes.deployment import body, row
from tests.fakes.migration import old_file, old_row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number


def told(sandbox: Sandbox, *arguments: str, code: int = 0, stdin: str | None = None) -> Any:
    """Run a command that prints one JSON object."""
    done = sandbox.kyotsu(*arguments, "--json", stdin=stdin)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def issued(sandbox: Sandbox, key: str, **items: str) -> str:
    """Ask for a number over the API; return it."""
    command = ("addressee", "issue", "--file", "-", "--idempotency-key", key)
    found = told(sandbox, *command, stdin=json.dumps(COMPLETE | items))
    return str(found["result"][0]["atenabango"])


def test_an_existing_systems_numbers_are_taken_over_linked_and_joined(sandbox: Sandbox, tmp_path: Path) -> None:
    resident, one, two = new_number(), new_number(), new_number()
    name = new_name()
    sandbox.put(name, body([row(atenabango=resident)]))
    assert sandbox.answer(name)["status"] == "ACCEPTED"
    path = old_file(tmp_path / "old.csv", old_row(resident), old_row(one), old_row(two, gyomuid="022"))

    surveyed = told(sandbox, "addressee", "import", str(path), "--dry-run", code=4)
    assert (surveyed["blocked"], surveyed["rows"]["excluded"], surveyed["rows"]["registers"]) == (True, 1, 2)
    assert sandbox.kyotsu("addressee", "show", one).returncode == 3
    taken = told(sandbox, "addressee", "import", str(path), "--skip-duplicates", code=4)
    assert (taken["written"], taken["codes"]["E1604"]["rows"]) == (True, 1)

    assert issued(sandbox, f"joined-{one}", shorikubun="2", atenabango=one, gyomuid="022") == one
    shown = told(sandbox, "addressee", "show", one)
    assert (shown["origin"], shown["systems"]) == ("migrated", ["010", "022"])
    new, again = (issued(sandbox, f"again-{one}") for _ in range(2))
    assert new == again
    assert told(sandbox, "addressee", "link", one, "--to", new)["principal"] == new
    assert sandbox.kyotsu("addressee", "link", new, "--to", two).returncode == 4
    told(sandbox, "addressee", "unlink", one)
    lines = sandbox.kyotsu("addressee", "history", one, "--json").stdout.splitlines()
    assert [json.loads(line)["deed"] for line in lines] == ["registered", "used", "linked", "unlinked"]
    assert "addressee import" in sandbox.kyotsu("audit", "who-saw", one, "--json").stdout
