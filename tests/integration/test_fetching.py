"""Fetching deliveries on moto: whole and verified or not at all, gone on with after an interruption."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from kyotsu_cli import fetching
from kyotsu_cli.failure import CommandError
from kyotsu_cli.holding import held
from kyotsu_cli.main import command_line
from kyotsu_cli.sending import upload

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BUCKET = "kyotsu-development-141003-123456789012-001"
STEM = "deliveries/010/001o006/001o006_01_D_v1_20260401093000_000001_0001"
BODY = 'atenabango,shimei\n1,架空　太郎\n2,"改行\nあり"\n'.encode()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A provider's bucket, and somebody with AWS credentials of their own."""
    monkeypatch.delenv("KYOTSU_ENDPOINTS", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    with mock_aws():
        client = boto3.client("s3")
        where: Any = {"LocationConstraint": "ap-northeast-1"}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def offer(s3: S3Client, body: bytes = BODY, stem: str = STEM, **changed: Any) -> None:
    manifest = {
        "delivery_id": "001o006-010-000001", "object_key": f"{stem}.csv", "part": 1, "last": True, "rows": 2,
        "size": len(body), "sha256": hashlib.sha256(body).hexdigest(), "deadline": None, "more": "is ignored",
    }  # fmt: skip
    s3.put_object(Bucket=BUCKET, Key=f"{stem}.csv", Body=body)
    s3.put_object(Bucket=BUCKET, Key=f"{stem}.json", Body=json.dumps({**manifest, **changed}).encode())


def fetch(folder: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
    arguments = ["fetch", "--system", "010", "--bucket", BUCKET, "--into", str(folder), "--json", *more]
    done = CliRunner().invoke(command_line(), arguments, catch_exceptions=False)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def acknowledgement(s3: S3Client, stem: str = STEM) -> Any:
    return json.loads(s3.get_object(Bucket=BUCKET, Key=f"{stem}.ack.json")["Body"].read())


def test_a_part_is_fetched_then_acknowledged_then_old(s3: S3Client, tmp_path: Path) -> None:
    offer(s3)
    code, (first,) = fetch(tmp_path)
    assert (code, first["state"], Path(first["file"]).read_bytes()) == (0, "FETCHED", BODY)
    assert acknowledgement(s3)["state"] == "FETCHED"
    assert Path(first["file"]).stat().st_mode & 0o077 == 0
    code, (second,) = fetch(tmp_path, "--acknowledge")
    assert (code, second["state"]) == (0, "ACKNOWLEDGED")
    assert acknowledgement(s3) == {"state": "ACKNOWLEDGED", "sha256": hashlib.sha256(BODY).hexdigest()}
    assert fetch(tmp_path, "--acknowledge") == (0, [])


def test_what_is_here_is_not_downloaded_again_and_what_was_moved_away_is(s3: S3Client, tmp_path: Path) -> None:
    offer(s3)
    _, (first,) = fetch(tmp_path)
    file = Path(first["file"])
    before = file.stat().st_ino
    fetch(tmp_path)
    assert file.stat().st_ino == before
    file.unlink()
    fetch(tmp_path)
    assert file.read_bytes() == BODY


@pytest.mark.parametrize(
    "left", [b"", BODY[:7], BODY[:-1], BODY, b"x" * 9, BODY + b"more"], ids=["0", "7", "-1", "all", "wrong", "long"]
)
def test_an_interrupted_download_is_gone_on_with(s3: S3Client, tmp_path: Path, left: bytes) -> None:
    offer(s3)
    folder = tmp_path / "001o006"
    folder.mkdir()
    (folder / f".{STEM.rpartition('/')[2]}.csv.part").write_bytes(left)
    code, (fetched,) = fetch(tmp_path)
    assert (code, Path(fetched["file"]).read_bytes()) == (0, BODY)
    assert [path.name for path in folder.iterdir()] == [Path(fetched["file"]).name]


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"rows": 3}, {"size": 5}])
def test_what_is_not_as_its_manifest_tells_is_not_kept_and_not_acknowledged(
    s3: S3Client, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    sound = STEM.replace("000001_0001", "000002_0001")
    offer(s3, **wrong)
    offer(s3, stem=sound)
    code, (fetched,) = fetch(tmp_path, "--acknowledge")
    assert (code, fetched["object_key"]) == (1, f"{sound}.csv")  # one that is damaged does not keep the others
    assert list((tmp_path / "001o006").iterdir()) == [Path(fetched["file"])]
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{STEM}.ack")["KeyCount"] == 0


def test_a_part_without_manifest_is_not_offered_and_one_taken_back_is_not_fetched(s3: S3Client, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"{STEM}.csv", Body=BODY)
    undone = STEM.replace("000001_0001", "000002")
    offer(s3, stem=f"{undone}_0001")
    s3.put_object(Bucket=BUCKET, Key=f"{undone}.undone.json", Body=b"{}")
    assert fetch(tmp_path, "--acknowledge") == (0, [])


@pytest.mark.parametrize("name", ["../../etc/x_0001", "a/b_0001", "..%2Fx_0001", "x_0001\n", "a\\b_0001"])
def test_names_that_lead_elsewhere_are_passed_over(s3: S3Client, tmp_path: Path, name: str) -> None:
    offer(s3, stem=f"deliveries/010/001o006/{name}")
    assert list(fetching.offers(s3, BUCKET, "010")) == []


def test_a_refused_acknowledgement_is_told_and_put_right(s3: S3Client, tmp_path: Path) -> None:
    offer(s3)
    refused = s3.put_object(Bucket=BUCKET, Key=f"{STEM}.ack.json", Body=b'{"state": "ACKNOWLEDGED"}')
    told = {"version_id": refused["VersionId"], "message": "sha256 がありません"}
    s3.put_object(Bucket=BUCKET, Key=f"{STEM}.ack-error.json", Body=json.dumps(told).encode())
    code, (fetched,) = fetch(tmp_path, "--acknowledge")
    assert (code, fetched["state"]) == (1, "ACKNOWLEDGED")
    assert fetch(tmp_path, "--acknowledge") == (0, [])


def test_two_at_once_do_not_share_a_folder(s3: S3Client, tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(CommandError, match="別の取得"):
        fetch(tmp_path)


def test_a_sender_learns_the_version_that_it_made(s3: S3Client, tmp_path: Path) -> None:
    path = tmp_path / "001o006_01_D_v1_20260401093000_000001.csv"
    for size in (10, 9 * 1024 * 1024):  # at once, and in parts
        path.write_bytes(b"a" * size)
        sent = upload(s3, BUCKET, path, {}, lambda _: None)
        assert sent.ref.version_id == s3.head_object(Bucket=BUCKET, Key=sent.ref.key)["VersionId"]
