"""The script of docs/runbooks/restoring: what is missing comes back, and no number is issued a second time."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from kyotsu.addressees.link_table import LinkTable
from kyotsu.addressees.numbers import NumberKind, Serials
from kyotsu.addressees.serial_table import SerialTable
from kyotsu.addressees.table import RegistryTable
from kyotsu.addressees.table_items import NumberItem
from kyotsu.runtime.tables import bound
from tests.fakes.addressees import FRESH, TAX, record
from tests.fakes.registry_contract import NOTE, SECOND, edited, registered
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.test_link_table import store
from tests.integration.test_stored_bytes import items

__all__ = ["store"]
PAGE = Path(__file__).parents[2] / "docs/runbooks/restoring/addressees-table.md"
RANGE = Serials(1, 1000)


def restore(monkeypatch: pytest.MonkeyPatch) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    monkeypatch.setattr(sys, "argv", ["restore", "restored", "addressees"])
    exec(compile(textwrap.dedent(script), str(PAGE), "exec"), {})  # noqa: S102 - the page's own


def test_what_is_missing_comes_back_and_counters_do_not(
    cloud: Cloud, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(NumberItem, "restored").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    serials = SerialTable(cloud.dynamodb, "addressees", MUNICIPALITY)
    serials.reserve(NumberKind.NON_RESIDENT, 20, RANGE)
    assert store.write(registered(), NOTE)
    assert store.write(registered(SECOND, principal=FRESH))
    for item in items(cloud, "addressees"):
        cloud.dynamodb.put_item(TableName="restored", Item=item)
    last = serials.reserve(NumberKind.NON_RESIDENT, 20, RANGE)
    assert store.write(edited(record(), closed_to_others=True))
    lost: list[Any] = [item for item in items(cloud, "addressees") if SECOND in str(item) or "#O#" in str(item)]
    for item in lost:
        cloud.dynamodb.delete_item(TableName="addressees", Key={name: item[name] for name in ("pk", "sk")})
    restore(monkeypatch)
    restore(monkeypatch)
    seen = store.look([FRESH, SECOND], TAX, NOTE.key)
    assert seen.numbers[SECOND].record == record(SECOND, principal=FRESH)
    assert seen.numbers[FRESH].record == edited(record(), closed_to_others=True).record, "what is there is not touched"
    assert seen.done is None
    assert LinkTable(cloud.dynamodb, "addressees", MUNICIPALITY).numbers_of([FRESH])[FRESH] == {FRESH, SECOND}
    following = serials.reserve(NumberKind.NON_RESIDENT, 20, RANGE)
    assert last is not None
    assert following == Serials(last.last + 1, last.last + 20), "and so no number is issued twice"
