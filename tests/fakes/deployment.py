"""A whole deployment in memory: the product's own use cases over the in-memory ports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kyotsu.catalogue.loading import load_catalogue
from kyotsu.linkage.admission import Admission
from kyotsu.linkage.keys import ObjectRef, answer_key, errors_key
from kyotsu.linkage.reception import SMALL_CHUNKS, Reception
from kyotsu.protection.rows import protection_applier
from kyotsu.residents.applier import ResidentApplier
from kyotsu.residents.reading import ResidentReader
from kyotsu.wiring.catalogue import effect_rules, layout_columns
from tests.fakes.memory import (
    FixedClock,
    MemoryEvents,
    MemoryLargeFiles,
    MemoryObjects,
    MemoryReceipts,
    MemoryResidents,
)
from tests.fakes.sealing import FINGERPRINTS

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "catalogue")
PREFIX = "kyotsu-test-141003-"
BUCKET = f"{PREFIX}001"
COLUMNS = tuple(layout_columns(CATALOGUE, "001o006/v1"))
NUMBER = "000000000000019"


@dataclass
class Deployment:
    """Receives files and reads residents, all in memory."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    receipts: MemoryReceipts = field(default_factory=MemoryReceipts)
    residents: MemoryResidents = field(default_factory=MemoryResidents)
    protected: MemoryResidents = field(default_factory=MemoryResidents)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    clock: FixedClock = field(default_factory=FixedClock)
    large_files: MemoryLargeFiles = field(default_factory=MemoryLargeFiles)
    small_chunks: int = SMALL_CHUNKS

    def __post_init__(self) -> None:
        rules = effect_rules(CATALOGUE, "residents")
        self.support = protection_applier(self.protected, FINGERPRINTS)
        self.reception = Reception(
            admission=Admission(CATALOGUE, "141003", frozenset({"141003"}), PREFIX, {"residents", "protection"}),
            appliers={
                "residents": ResidentApplier(self.residents, rules, FINGERPRINTS),
                "protection": self.support,
            },
            objects=self.objects,
            receipts=self.receipts,
            events=self.events,
            clock=self.clock,
            large_files=self.large_files,
            small_chunks=self.small_chunks,
        )
        self.reader = ResidentReader(self.residents, lambda layout: layout_columns(CATALOGUE, layout))

    def send(self, name: str, body: bytes, metadata: dict[str, str] | None = None, system: str = "001") -> Any:
        """Put a file, receive it, and return its answer."""
        folder = "-".join(name.split("_")[:2])
        return self.receive(self.objects.put(f"{PREFIX}{system}", f"outbox/{folder}/{name}", body, metadata))

    def receive(self, ref: ObjectRef) -> Any:
        """Receive one object, do the work of the state machine if it is handed over, and return its answer."""
        receipt = self.reception.receive(ref)
        if receipt and receipt.status is None:
            for group in self.large_files.started[receipt.receipt_id]:
                self.reception.apply_group(receipt.receipt_id, group.first, group.last)
            self.reception.answer(receipt.receipt_id)
        return json.loads(self.objects.written[ref.bucket, answer_key(ref)])

    def errors(self, answer: Any) -> list[dict[str, str]]:
        """Return the lines of an answer's errors file."""
        ref = ObjectRef(BUCKET, answer["object_key"], answer["version_id"])
        body = self.objects.written.get((BUCKET, errors_key(ref)), b"")
        return list(csv.DictReader(io.StringIO(body.decode())))


def name(branch: str = "01", mode: str = "D", version: str = "v1", sequence: int = 1) -> str:
    """Return a lawful file name."""
    return f"001o006_{branch}_{mode}_{version}_20261120093000_{sequence:06d}.csv"


def row(**items: str) -> dict[str, str]:
    """Return a lawful row of 001o006 with some items set otherwise."""
    lawful = {
        "shikuchosonkodo": "141003",
        "atenabango": NUMBER,
        "kojinrirekibango": "1",
        "kojinrirekibango_edabango": "0",
        "saishinfuragu": "1",
        "juminshubetsu": "1",
        "juminjotai": "1",
        "idonengappi": "2026-04-01",
        "idojiyu": "01",
        "shimei": "架空　太郎",
        "seinengappi": "1990-01-02",
        "sosashaid": "op01",
        "sosanengappi": "2026-04-01",
        "sosajikoku": "09:30:00",
        "sakujofuragu": "0",
    }
    return {**lawful, **items}


def body(rows: Sequence[dict[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Return a file's bytes."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
