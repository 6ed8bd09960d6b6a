"""Sending a file as a linked system does: with the storage's own API, and the completeness metadata of the contract."""

from __future__ import annotations

import csv
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from kyotsu.linkage.admission import ROW_COUNT, SHA256
from kyotsu.linkage.keys import OUTBOX, ObjectRef, answer_key, errors_key
from kyotsu_cli.failure import CommandError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BLOCK = 1024 * 1024
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Sent:
    """A file that is in the bucket."""

    ref: ObjectRef
    path: Path


def object_key(path: Path) -> str:
    """Return the key of a file, from its name: `outbox/{連携ID}-{枝番}/{name}`."""
    parts = path.name.split("_")
    if len(parts) < 2:
        raise CommandError(f"{path.name}: ファイル名から連携IDと枝番が分かりません。")
    return f"{OUTBOX}{parts[0]}-{parts[1]}/{path.name}"


def completeness(path: Path) -> dict[str, str]:
    """Return row-count and sha256 of a CSV file; without row-count if it can't be read as CSV."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    metadata = {SHA256: digest.hexdigest()}
    try:
        # Quotes, separators and line ends are ASCII: counting needs no decoding, and works for any sender's mistake.
        with path.open(encoding="latin-1", newline="") as text:
            rows = sum(1 for record in csv.reader(text, strict=True) if record)
    except csv.Error:
        return metadata
    return {**metadata, ROW_COUNT: str(max(rows - 1, 0))}


def upload(
    client: S3Client, bucket: str, path: Path, metadata: dict[str, str], progress: Callable[[int], None]
) -> Sent:
    """Upload a file, in several parts if it is large; `progress` is told the bytes that went out."""
    key = object_key(path)
    try:
        with _version_of(client, key) as version:
            client.upload_file(
                str(path), bucket, key, ExtraArgs={"Metadata": metadata, "ContentType": "text/csv"}, Callback=progress
            )
    except (ClientError, S3UploadFailedError) as error:
        raise CommandError(f"{path.name}: 送信できません：{error}") from error
    return Sent(ObjectRef(bucket, key, version()), path)


@contextmanager
def _version_of(client: S3Client, key: str) -> Iterator[Callable[[], str]]:
    """Tell, after the block, which version it made of an object.

    Asking afterwards could find somebody else's newer one, and a sender may not read its own outbox.
    """
    told: list[str] = []
    events, name = client.meta.events, f"kyotsu-{key}"
    answers = ("after-call.s3.PutObject", "after-call.s3.CompleteMultipartUpload")

    def listen(parsed: dict[str, Any], **_: object) -> None:
        if "VersionId" in parsed:
            told.append(parsed["VersionId"])

    for answer in answers:
        events.register(answer, listen, unique_id=f"{name}-{answer}")
    try:
        yield lambda: told[-1]
    finally:
        for answer in answers:
            events.unregister(answer, unique_id=f"{name}-{answer}")


def answers(client: S3Client, sent: list[Sent], timeout: float) -> Iterator[tuple[Sent, dict[str, Any] | None]]:
    """Yield the answer to every file as it appears, and None for those that had none in time (seconds)."""
    deadline = time.monotonic() + timeout
    waiting = list(sent)
    while waiting:
        for file in list(waiting):
            answer = _answer(client, file.ref)
            if answer is not None:
                waiting.remove(file)
                yield file, answer
        if waiting and time.monotonic() > deadline:
            yield from ((file, None) for file in waiting)
            return
        if waiting:
            # A linked system has no event to wait for: the contract is an object beside its file.
            time.sleep(POLL_SECONDS)


def errors_of(client: S3Client, ref: ObjectRef) -> list[dict[str, str]]:
    """Return the lines of the errors file of an answered file; none if it has none."""
    # Under the receipt's id if another key's answer has the name (docs/decisions/0080).
    body = _object(client, ref.bucket, errors_key(ref, taken=True)) or _object(client, ref.bucket, errors_key(ref))
    return list(csv.DictReader(body.decode("utf-8").splitlines())) if body else []


def _answer(client: S3Client, ref: ObjectRef) -> dict[str, Any] | None:
    for key in (answer_key(ref), answer_key(ref, taken=True)):
        body = _object(client, ref.bucket, key)
        answer: dict[str, Any] | None = json.loads(body) if body else None
        # An earlier version of the same key, or another key of this name, may have been answered before.
        if answer and (answer["object_key"], answer["version_id"]) == (ref.key, ref.version_id):
            return answer
    return None


def _object(client: S3Client, bucket: str, key: str) -> bytes | None:
    # Who may list a prefix only is told "access denied" of an object that is not there, so the listing is asked.
    listed = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    if [found["Key"] for found in listed] != [key]:
        return None
    with closing(client.get_object(Bucket=bucket, Key=key)["Body"]) as body:
        return body.read()
