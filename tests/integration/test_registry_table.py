"""The registry on moto."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees.table import RegistryTable
from kyotsu.residents.packing import pack_entries
from kyotsu.residents.stream import HEAD
from kyotsu.residents.versions import Entry
from tests.fakes.registry_contract import RegistryContract
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.cloud import MUNICIPALITY, Cloud


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None) -> RegistryTable:
    sealer = LocalSealer()
    return RegistryTable(
        cloud.dynamodb, "addressees", "residents", MUNICIPALITY, sealer=sealer, fingerprints=FINGERPRINTS
    )


class TestRegistryTable(RegistryContract):
    @pytest.fixture(autouse=True)
    def remember(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def residents(self, store: RegistryTable, number: str, category: str) -> None:
        put_resident(self.cloud, number, category)


def put_resident(cloud: Cloud, number: str, category: str, municipality: str = MUNICIPALITY) -> None:
    """Have the residents' table know somebody; a category of "" is none."""
    entry = Entry(
        1,
        0,
        "20260401093000",
        category or None,
        "D",
        latest=True,
        deleted=False,
        digest="d" * 16,
        receipt_id="r",
        line=2,
    )
    item: Any = {
        "pk": {"S": f"{municipality}#{number}"},
        "sk": {"S": HEAD},
        "n": {"N": "1"},
        "b": {"B": pack_entries([entry])},
    }
    cloud.dynamodb.put_item(TableName="residents", Item=item)
