"""A link made by an operator reaches every business that uses the record, by its own rights, and 住民区分 is X."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import boto3

from tests.fakes.addressees import COMPLETE
from tests.flows.api_calls import ISSUE, Systems
from tests.flows.conftest import Sandbox
from tests.flows.files import new_number
from tests.flows.sandbox_process import eventually


def test_a_link_is_told_in_the_bucket_of_each_business_and_twins_are_listed(sandbox: Sandbox) -> None:
    name = f"見本　{new_number()[-4:].translate(str.maketrans('0123456789', '〇一二三四五六七八九'))}"
    one, two = (issued(sandbox, shimei=name, shorikubun="0") for _ in range(2))
    issued(sandbox, shimei=name, shorikubun="2", atenabango=one, gyomuid="022")
    found = json.loads(sandbox.kyotsu("resident", "category", one, "--json").stdout)
    assert (found["category"], found["source"]) == ("X", {"registered_by": "010"})
    listed: Any = eventually(lambda: pair(sandbox, {one, two}))
    assert listed["kind"] == "repeat"

    assert sandbox.kyotsu("addressee", "link", one, "--to", two).returncode == 0
    key = f"notices/141003-{one}-3-addressee-linked.json"
    for system in ("010", "022"):
        notice = json.loads(eventually(partial(read, sandbox, system, key)) or b"")
        assert (notice["kind"], notice["atenabango"], notice["nayosesakiatenabango"]) == ("LINKED", one, two)
    assert pair(sandbox, {one, two}) is None, "linked: there is nothing left to decide"
    other = client(sandbox, "024").get_object
    assert refused(lambda: other(Bucket=sandbox.endpoints["buckets"]["010"], Key=key))


def issued(sandbox: Sandbox, **items: str) -> str:
    """Ask for a number over HTTP, as the business whose id the request has."""
    request = COMPLETE | items
    answered = Systems(sandbox.endpoints).call(ISSUE, request, system=str(request["gyomuid"]))
    assert answered.status == 200, answered
    return str(answered.json["result"][0]["atenabango"])


def pair(sandbox: Sandbox, numbers: set[str]) -> Any:
    lines = sandbox.kyotsu("addressee", "suspects", "list", "--json").stdout.splitlines()
    return next((e for e in map(json.loads, lines) if set(e["addressee_numbers"]) == numbers), None)


def client(sandbox: Sandbox, system: str) -> Any:
    """Return S3 as a linked system has it: with its own role alone."""
    where = {"endpoint_url": sandbox.endpoints["aws_endpoint"], "region_name": sandbox.endpoints["region"]}
    keys = sandbox.endpoints["credentials"][system]
    names = ("aws_access_key_id", "aws_secret_access_key")
    return boto3.client("s3", **where, **{name: keys[name] for name in names})


def read(sandbox: Sandbox, system: str, key: str) -> bytes | None:
    s3, bucket = client(sandbox, system), sandbox.endpoints["buckets"][system]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="notices/").get("Contents", [])
    if key not in {each["Key"] for each in listed}:
        return None
    found: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return found


def refused(call: Any) -> bool:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, its code is looked at
        return "AccessDenied" in str(error)
    return False
