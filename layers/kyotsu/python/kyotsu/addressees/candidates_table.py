"""The `Candidates` table as a search reads it: who stands under which key. It is made from the registry and residents.

| item | pk | sk | attributes |
|---|---|---|---|
| posting | 団体コード#scope#fingerprint of the key | birth date#宛名番号 | f form |
| standing | 団体コード#S#宛名番号 | S | n revision, c state, k places, f form, m scopes: see `index_table` |
| frequencies | 団体コード#F | F | b |
| walk | 団体コード#W | W | b how far the sweep is |

A key is a text of personal data: its keyed fingerprint stands in its place. A read is eventually consistent: the index
follows the registry by seconds anyway, and it costs half.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.candidates import forms
from kyotsu.addressees.candidates.postings import Posting
from kyotsu.contracts.sealing import Fingerprints

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PURPOSE, _STATE = "candidate", "candidate-state"
_DIGEST = 16


class Scope(StrEnum):
    """Whom a search is about (対象, `taisho`)."""

    NON_RESIDENTS = "1"
    """住登外者: records of the registry that are open."""
    EVERYBODY = "2"
    """Residents, whatever their 住民区分, and 住登外者."""


@dataclass(frozen=True, slots=True)
class CandidateKeys:
    """Makes the keys of postings."""

    municipality: str
    fingerprints: Fingerprints

    def digest(self, key: str) -> bytes:
        """Return the fingerprint of a blocking key: 16 bytes, which tell nothing about it."""
        return self.fingerprints.of(_PURPOSE, key)[:_DIGEST]

    def state(self, texts: Iterable[str]) -> bytes:
        """Return the fingerprint of all that stands of a person."""
        return self.fingerprints.of(_STATE, "\x1f".join(texts))[:_DIGEST]

    def partition(self, scope: str, digest: bytes) -> str:
        """Return the partition of a key's postings."""
        return f"{self.municipality}#{scope}#{urlsafe_b64encode(digest).decode().rstrip('=')}"


def place(birth: str, number: str) -> str:
    """Return the sort key of somebody's postings: by birth date, unknown ones first."""
    return f"{birth}#{number}"


@dataclass(frozen=True, slots=True)
class TablePostings:
    """`kyotsu.addressees.candidates.postings.Postings` on DynamoDB. Right: Query of the scope's partitions."""

    client: DynamoDBClient
    table: str
    keys: CandidateKeys
    scope: Scope

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        """Return postings of a key, as `Postings.read` promises, by one Query: never more than DynamoDB's megabyte."""
        values: dict[str, Any] = {":pk": {"S": self.keys.partition(self.scope, self.keys.digest(key))}}
        condition = "pk = :pk"
        if starts:
            condition += " AND begins_with(sk, :starts)"
            values[":starts"] = {"S": starts}
        found = self.client.query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ProjectionExpression="sk, f",
            Limit=most,
        )
        return [_posting(item) for item in found["Items"]]


def _posting(item: Any) -> Posting:
    return Posting(item["sk"]["S"].partition("#")[2], forms.unpack(item["f"]["B"]))
