"""Items of people who are to be compared by the sweep for doubles, for whoever writes them with what changes.

| item | pk | sk | attributes |
|---|---|---|---|
| somebody noted | 団体コード#D#shard | 宛名番号 | t token, another one each time |

They stand in the `Candidates` table, and are written in the transaction that makes the index hold what is new of
somebody. The list is spread over some partitions: the first load of a city notes everybody within hours.
"""

from __future__ import annotations

import uuid
from typing import Any
from zlib import crc32

PARTITION = "D"
SHARDS = 16


def noted(municipality: str, number: str) -> Any:
    """Return the item of somebody noted."""
    return {**key_of(municipality, number), "t": {"S": uuid.uuid4().hex}}


def key_of(municipality: str, number: str) -> Any:
    """Return the key of somebody noted."""
    pk = partition(municipality, crc32(number.encode()) % SHARDS)
    return {"pk": {"S": pk}, "sk": {"S": number}}


def partition(municipality: str, shard: int) -> str:
    """Return the partition of a shard."""
    return f"{municipality}#{PARTITION}#{shard:02}"
