"""Fetching deliveries as their recipient does: whole and verified, or not at all; each one acknowledged beside it.

A part is `deliveries/{recipient}/{連携ID}/{…}_{number}_{part}.csv`; its manifest `.json` beside it is written after it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from kyotsu.linkage.delivery_documents import ACK_ERROR_SUFFIX, ACK_SUFFIX
from kyotsu.linkage.withdrawing import UNDONE_SUFFIX

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BLOCK = 1024 * 1024
_ATTEMPTS = 3
_PART = re.compile(
    r"deliveries/[0-9a-z]{3}/(?P<interface>[0-9A-Za-z]{3}[a-z][0-9]{3})/(?P<name>(?P<label>\w{1,100})_[0-9]{4,5})\.json",
    re.ASCII,
)
FETCHED, ACKNOWLEDGED = "FETCHED", "ACKNOWLEDGED"
SETTLED = (ACKNOWLEDGED, "REFUSED")


class DamagedError(Exception):
    """What was downloaded is not what its manifest tells; nothing of it was kept."""


class Manifest(msgspec.Struct, frozen=True):
    """What a recipient needs to know of a part."""

    delivery_id: str
    object_key: str
    part: int
    last: bool
    rows: int
    size: int
    sha256: str
    deadline: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A part as its bucket's listing shows it."""

    bucket: str
    stem: str
    """Its key without `.csv`."""
    interface: str
    answered: bool
    """Something of ours stands beside it: it was fetched before."""
    refused: bool
    """One of our acknowledgements was answered with an error."""
    undone: bool
    """Its file was taken back."""

    @property
    def name(self) -> str:
        """What its file is called here."""
        return self.stem.rpartition("/")[2] + ".csv"


def offers(client: S3Client, bucket: str, system: str) -> Iterator[Offer]:
    """Yield the parts that a bucket offers to a system, those of a delivery in their order."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"deliveries/{system}/")
    keys = {found["Key"] for page in pages for found in page.get("Contents", [])}
    for key in sorted(keys):
        match = _PART.fullmatch(key)
        # `….ack.json` and the like have no place in the pattern, and neither have names that lead elsewhere here.
        if match is None or f"{key.removesuffix('.json')}.csv" not in keys:
            continue
        stem, folder = key.removesuffix(".json"), key.rpartition("/")[0]
        yield Offer(
            bucket=bucket,
            stem=stem,
            interface=match["interface"],
            answered=stem + ACK_SUFFIX in keys,
            refused=stem + ACK_ERROR_SUFFIX in keys,
            undone=f"{folder}/{match['label']}{UNDONE_SUFFIX}" in keys,
        )


def standing(client: S3Client, offer: Offer) -> tuple[str, str]:
    """Return what we told of a part, and why that was refused; both empty if they are not."""
    if not offer.answered:
        return "", ""
    said, version = _document(client, offer.bucket, offer.stem + ACK_SUFFIX)
    if offer.refused:
        refusal, _ = _document(client, offer.bucket, offer.stem + ACK_ERROR_SUFFIX)
        if refusal["version_id"] == version:  # and not one that we have put right since
            return "", str(refusal["message"])
    return str(said["state"]), ""


def manifest_of(client: S3Client, offer: Offer) -> Manifest:
    """Return the manifest of a part."""
    told, _ = _document(client, offer.bucket, f"{offer.stem}.json")
    return msgspec.convert(told, Manifest)


def is_here(path: Path, manifest: Manifest) -> bool:
    """Tell whether a file is a part, whole and unchanged."""
    return path.is_file() and path.stat().st_size == manifest.size and _sha256(path) == manifest.sha256


def download(client: S3Client, offer: Offer, manifest: Manifest, target: Path, progress: Callable[[int], None]) -> None:
    """Put a part into a file, which appears whole and verified; what an interruption left is gone on with.

    Raises DamagedError if it is not what its manifest tells. Only its owner may read the file.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = target.with_name(f".{target.name}.part")
    for attempt in range(_ATTEMPTS):
        _continue(client, offer, unfinished, progress)
        if is_here(unfinished, manifest):
            _check_rows(unfinished, manifest)
            unfinished.replace(target)
            return
        # Perhaps the beginning was another part's, or damaged here: once more from the start.
        unfinished.unlink()
        if attempt:
            break
    raise DamagedError(f"{offer.name}: 内容がマニフェストの sha256 と一致しません。")


def acknowledge(client: S3Client, offer: Offer, state: str, manifest: Manifest) -> None:
    """Tell beside a part that we have it (FETCHED), or took it over (ACKNOWLEDGED). Telling it twice does no harm."""
    body = json.dumps({"state": state, "sha256": manifest.sha256}).encode()
    client.put_object(Bucket=offer.bucket, Key=offer.stem + ACK_SUFFIX, Body=body, ContentType="application/json")


def _document(client: S3Client, bucket: str, key: str) -> tuple[Any, str]:
    """Return an object that holds JSON, and its version."""
    found = client.get_object(Bucket=bucket, Key=key)
    with closing(found["Body"]) as body:
        return json.loads(body.read()), found["VersionId"]


def _continue(client: S3Client, offer: Offer, unfinished: Path, progress: Callable[[int], None]) -> None:
    """Download what is missing at the end of an unfinished file."""
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:  # noqa: PTH123 - for its mode
        start = file.seek(0, os.SEEK_END)
        progress(start)
        try:
            found = client.get_object(Bucket=offer.bucket, Key=f"{offer.stem}.csv", Range=f"bytes={start}-")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "InvalidRange":  # nothing is missing
                return
            raise
        with closing(found["Body"]) as body:
            for block in body.iter_chunks(BLOCK):
                file.write(block)
                progress(len(block))
        file.flush()
        os.fsync(file.fileno())


def _check_rows(path: Path, manifest: Manifest) -> None:
    with path.open(encoding="utf-8", newline="") as text:
        rows = sum(1 for record in csv.reader(text, strict=True) if record) - 1
    if rows != manifest.rows:
        path.unlink()
        raise DamagedError(f"{path.name}: {rows}行あり、マニフェストの {manifest.rows}行と一致しません。")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
