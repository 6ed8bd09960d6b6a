"""One municipality of the demo, with clients of its own: the command's process talks to one deployment only."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3

from kyotsu.moving.case_table import CaseTable
from kyotsu.moving.cases import ENDED, Case, CaseState
from kyotsu.moving.papers_table import PapersTable
from kyotsu.moving.ports import NoSuchCaseError
from kyotsu.residents.reading import shown_category
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime.sealing import PAPERS, KmsSealer
from kyotsu_cli.deployment import ENDPOINTS
from kyotsu_cli.failure import CommandError

T = TypeVar("T")
PORTAL, RECORDS = "029", "001"
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.2, 2.0, 1.3
_PATIENCE = 180.0


def awaited(what: str, look: Callable[[], T | None]) -> T:
    """Return what `look` finds, as soon as it finds something; looks less often the longer it takes.

    Raises CommandError with `what` if nothing comes.
    """
    deadline, pause = time.monotonic() + _PATIENCE, _FIRST_PAUSE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise CommandError(f"{what}：{_PATIENCE:.0f}秒待っても起きません。")
        time.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
    return found


@dataclass(frozen=True)
class Side:
    """A deployment in a sandbox, by its endpoints.json."""

    path: Path

    @functools.cached_property
    def endpoints(self) -> dict[str, Any]:
        """What the sandbox tells of itself."""
        found: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return found

    @property
    def municipality(self) -> str:
        """市区町村コード."""
        return str(self.endpoints["municipality"])

    def output(self, name: str) -> str:
        """Return an output of its stacks."""
        return str(self.endpoints["outputs"][name])

    @functools.cache  # noqa: B019 - as long as the demo runs
    def client(self, service: str) -> Any:
        """Return a client of its operator."""
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            endpoint_url=self.endpoints["aws_endpoint"],
            region_name=self.endpoints["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the sandbox's operator, known to everybody
        )

    @functools.cached_property
    def cases(self) -> CaseTable:
        """Its cases."""
        return CaseTable(self.client("dynamodb"), self.output("MovingTable"), self.municipality)

    @functools.cached_property
    def papers(self) -> PapersTable:
        """Their papers."""
        sealer = KmsSealer(lambda: self.client("kms"), self.output("PaperKey"), self.municipality, PAPERS)
        places = (self.output("PapersTable"), self.output("PaperBucket"), self.municipality)
        return PapersTable(self.client("dynamodb"), self.client("s3"), *places, sealer)

    def categories(self, numbers: list[str]) -> list[str | None]:
        """Return 住民区分 of people, None of whom it has no record."""
        table = ResidentTable(self.client("dynamodb"), self.output("ResidentsTable"), self.municipality)
        heads = table.heads(numbers)
        return [shown_category(heads[number]).category for number in numbers]

    def bucket(self, system: str) -> str:
        """Return a system's bucket."""
        return str(self.endpoints["buckets"][system])

    def put(self, system: str, key: str, body: bytes) -> None:
        """Put an object into a system's bucket, as that system would."""
        self.client("s3").put_object(Bucket=self.bucket(system), Key=key, Body=body)

    def get(self, system: str, key: str) -> Any:
        """Return a JSON object of a system's bucket; None: there is none yet."""
        s3 = self.client("s3")
        try:
            return json.loads(s3.get_object(Bucket=self.bucket(system), Key=key)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    def keys(self, system: str, prefix: str) -> list[str]:
        """Return the keys of a system's bucket below a prefix."""
        found = self.client("s3").list_objects_v2(Bucket=self.bucket(system), Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", [])]

    def register(self, name: str, body: bytes) -> None:
        """Send a file of 住民記録, and see it accepted as a whole."""
        self.put(RECORDS, f"outbox/001o006-01/{name}", body)
        answer = awaited(f"{name} の回答", lambda: self.get(RECORDS, f"answers/{name.removesuffix('.csv')}.json"))
        if answer["status"] != "ACCEPTED":
            raise CommandError(f"{name} の回答が想定と違います：{json.dumps(answer)}")

    def reached(self, case_id: str, state: CaseState) -> Case:
        """Return a case once it is in a state."""
        return awaited(f"{self.municipality} {case_id} の {state}", lambda: self._in(case_id, state))

    def _in(self, case_id: str, state: CaseState) -> Case | None:
        try:
            case = self.cases.get(case_id)
        except NoSuchCaseError:
            return None
        if case.state in ENDED and case.state is not state:
            raise CommandError(f"{self.municipality} {case_id}：{case.state}（{case.reason}）、正解 {state}")
        return case if case.state is state else None

    def versions(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys of everything in a bucket below a prefix, in all versions."""
        found = self.client("s3").list_object_versions(Bucket=bucket, Prefix=prefix)
        return [one["Key"] for one in (*found.get("Versions", []), *found.get("DeleteMarkers", []))]

    def invoke(self, function: str) -> Any:
        """Invoke a function (an output names it) and return its answer; raises CommandError if it fails."""
        answer = self.client("lambda").invoke(FunctionName=self.output(function), Payload=b"{}")
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise CommandError(f"{function}：{said.get('errorType')}")
        return said

    def kyotsu(self, *arguments: str) -> str:
        """Run a command of `kyotsu` on this side and return what it prints; raises CommandError if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "kyotsu_cli.main", *arguments],
            env=os.environ | {ENDPOINTS: str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CommandError(f"kyotsu {' '.join(arguments)}：{done.stderr or done.stdout}")
        return done.stdout
