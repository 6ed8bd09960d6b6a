"""What is stored, sent, answered and logged holds no individual number and no resident record code in the clear."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.residents import fold
from kyotsu.residents.table import NotSealingError, ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.sealing import KmsSealer
from kyotsu.wiring import functions
from kyotsu.wiring.catalogue import layout_columns
from kyotsu_cli.town.town import generate
from tests.fakes.deployment import BUCKET, CATALOGUE, NUMBER, body, name, row
from tests.integration.cloud import MUNICIPALITY, Cloud, notification
from tests.integration.conftest import Handler

SEALED = CATALOGUE.interfaces["001o006"].sealed
WRONG = {"kojinbango": "983205673215", "juminhyokodo": "24727059609"}
"""Wrong check digits, so that a row with them is refused and told of."""
GOOD = {"kojinbango": "983205673214", "juminhyokodo": "24727059608"}


def reader(_layout: str) -> Any:
    return layout_columns(CATALOGUE, "001o006/v1")


def sizes(item: dict[str, Any]) -> int:
    """Return the bytes DynamoDB counts for an item of strings, numbers and binaries."""
    return sum(
        len(key.encode()) + len(value if isinstance(value, bytes) else value.encode())
        for key, attribute in item.items()
        for value in attribute.values()
    )


def items(cloud: Cloud, table: str) -> list[dict[str, Any]]:
    pages = cloud.dynamodb.get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def written(cloud: Cloud) -> Iterator[bytes]:
    """Yield everything the product wrote: all items, objects with their keys, events and arguments of calls."""
    for table in ("linkage", "protection", "residents"):
        for item in items(cloud, table):
            yield from (
                value if isinstance(value, bytes) else str(value).encode()
                for attribute in item.values()
                for value in attribute.values()
            )
    for bucket in (BUCKET, "work"):
        for version in cloud.s3.list_object_versions(Bucket=bucket).get("Versions", []):
            key = version["Key"]
            yield key.encode()
            if not key.startswith("outbox/"):
                found = cloud.s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
                yield found["Body"].read() + str(found["Metadata"]).encode()
    yield json.dumps(cloud.events()).encode()


def numbers_of(files: list[Path]) -> set[bytes]:
    found: set[bytes] = {value.encode() for value in (*WRONG.values(), *GOOD.values())}
    for path in files:
        with path.open(encoding="utf-8", newline="") as stream:
            found |= {line[item].encode() for line in csv.DictReader(stream) for item in SEALED if line[item]}
    return found


def test_no_sealed_value_of_a_town_is_anywhere_in_the_clear(
    cloud: Cloud,
    receive_file: Handler,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG", logger="test")
    generate(12, 5, tmp_path)
    files = sorted(tmp_path.glob("outbox/**/*.csv"))
    refs = [cloud.put(str(path.relative_to(tmp_path)), path.read_bytes()) for path in files]
    spoiled = body([row(**WRONG), row(**GOOD), row(**GOOD, idojiyu=GOOD["kojinbango"])])
    refs.append(cloud.put(f"outbox/001o006-01/{name(sequence=999)}", spoiled))
    for ref in refs:
        assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    told = {line["item"] for line in cloud.errors(refs[-1])}
    assert {"個人番号", "住民票コード"} <= told
    secret = numbers_of(files)
    assert len(secret) > 20
    logged = "".join(str(vars(record)) for record in caplog.records) + "".join(capfd.readouterr())
    everything = b"\0".join([*written(cloud), logged.encode()])
    found = [everything[max(0, at - 40) : at + 20] for value in secret if (at := everything.find(value)) >= 0]
    assert found == []
    rows = [item for item in items(cloud, "residents") if item["sk"]["S"].startswith("V#")]
    sealed_rows = [sizes(item) for item in rows if any(isinstance(v, bytes) for v in item["b"].values())]
    assert median(sealed_rows) <= 1024
    assert all("k" in item for item in rows)


def test_what_was_sealed_is_opened_by_a_reader_with_a_right_to_it_alone(cloud: Cloud, receive_file: Handler) -> None:
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(**GOOD)]))
    receive_file(notification([ref]), None)
    entry = fold.current(cloud.residents.heads([NUMBER])[NUMBER].entries)
    assert entry is not None
    shown = cloud.reader.record(NUMBER)
    assert shown is not None
    assert not set(SEALED) & shown.keys()
    authorised = ResidentTable(cloud.dynamodb, "residents", MUNICIPALITY, functions.sealing())
    with cloud.counted() as calls:
        assert authorised.sealed_values(NUMBER, entry, reader) == GOOD
    assert calls == {"GetItem": 2, "Decrypt": 1}
    with pytest.raises(NotSealingError):
        ResidentTable(cloud.dynamodb, "residents", MUNICIPALITY).sealed_values(NUMBER, entry, reader)
    with pytest.raises(SealBrokenError):
        cloud.residents.sealed_values(NUMBER, entry, reader)


def test_a_data_key_is_opened_in_its_own_context_alone(cloud: Cloud) -> None:
    key = os.environ["PERSONAL_KEY"]
    made = KmsSealer(clients.kms, key, MUNICIPALITY).new_key()
    sealed = made.seal("value", "place")
    assert KmsSealer(clients.kms, key, MUNICIPALITY).open_key(made.wrapped).open(sealed, "place") == "value"
    with pytest.raises(SealBrokenError):
        KmsSealer(clients.kms, key, "143413").open_key(made.wrapped)
    with pytest.raises(SealBrokenError):
        KmsSealer(clients.kms, key, MUNICIPALITY).open_key(b"something else")


def test_without_a_key_nothing_is_stored(cloud: Cloud, receive_file: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAL_KEY", f"{os.environ['PERSONAL_KEY'][:-1]}-")
    ref = cloud.put(f"outbox/001o006-01/{name()}", body([row(**GOOD)]))
    with cloud.counted() as calls:
        assert receive_file(notification([ref]), None)["batchItemFailures"] != []
    assert calls["BatchWriteItem"] == calls["TransactWriteItems"] == 0
    assert items(cloud, "residents") == []


def test_the_data_key_is_stored_once_and_before_its_rows(cloud: Cloud, receive_file: Handler) -> None:
    rows = [row(atenabango=f"{number:015d}", **GOOD) for number in range(60)]
    ref = cloud.put(f"outbox/001o006-01/{name()}", body(rows))
    with cloud.counted() as calls:
        receive_file(notification([ref]), None)
    assert (calls["GenerateDataKey"], calls["Decrypt"]) == (1, 0)
    order = [
        operation
        for operation, arguments in cloud.calls
        if operation == "BatchWriteItem" or arguments.get("TableName") == "residents"
    ]
    assert order[0] == "PutItem"
    assert order.count("PutItem") == 1
    stored = items(cloud, "residents")
    (key,) = [item for item in stored if item["sk"]["S"] == "K"]
    references = {item["k"]["S"] for item in stored if "k" in item}
    assert {f"{MUNICIPALITY}#K#{reference}" for reference in references} == {key["pk"]["S"]}
    assert key["f"]["S"] == functions.sealing().fingerprints.key_id
