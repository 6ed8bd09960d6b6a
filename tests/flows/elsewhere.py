"""Systems in another cloud or on premises: no credentials of AWS, only a client of the token server and a role."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually


def environment(sandbox: Sandbox, system: str) -> dict[str, str]:
    """What a system elsewhere is told by the operator, as the samples read it."""
    operators = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "KYOTSU_ENDPOINTS"}
    client = sandbox.endpoints["clients"][system]
    return {name: value for name, value in sandbox.environment.items() if name not in operators} | {
        "KYOTSU_TOKEN_URL": sandbox.endpoints["token_url"],
        "KYOTSU_CLIENT_ID": client["client_id"],
        "KYOTSU_CLIENT_SECRET": client["client_secret"],
        "KYOTSU_ROLE_ARN": role(sandbox, system),
    }


def role(sandbox: Sandbox, system: str) -> str:
    """The role of a system elsewhere."""
    return str(sandbox.endpoints["outputs"][f"FederatedRole{system}"])


def file_of(folder: Path, people: int = 2) -> Path:
    """Write a file of people whom nobody knows."""
    path = folder / new_name()
    path.write_bytes(body([row(atenabango=new_number()) for _ in range(people)]))
    return path


def delivery_of(sandbox: Sandbox, receipt_id: str, recipient: str) -> dict[str, Any]:
    """The delivery of a file to a recipient, as soon as all of it is offered."""

    def look() -> dict[str, Any] | None:
        listed = sandbox.kyotsu("deliveries", "list", "--recipient", recipient, "--limit", "200", "--json").stdout
        found = [each for each in map(json.loads, listed.splitlines()) if each["receipt_id"] == receipt_id]
        return found[0] if found and found[0]["complete"] else None

    return eventually(look, 180) or {}


def numbers_in(path: Path) -> list[str]:
    """The people of a file, by line."""
    with path.open(encoding="utf-8", newline="") as text:
        return [record["atenabango"] for record in csv.DictReader(text)]
