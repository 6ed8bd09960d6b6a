"""The table against the registry in memory: the same clerks at once, the same outcome of each write."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings

from kyotsu.addressees.table import RegistryTable
from tests.fakes.registry import MemoryRegistry
from tests.fakes.sealing import FINGERPRINTS, LocalSealer
from tests.integration.cloud import Cloud
from tests.integration.test_registry_table import put_resident
from tests.properties.interleaved_links import RESIDENTS, STEPS, Clerks, Step

_towns = itertools.count(200_000)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_links_hold_in_every_interleaving(cloud: Cloud, quick_transactions: None, steps: list[Step]) -> None:
    town = str(next(_towns))  # a registry of its own
    for number in RESIDENTS:
        put_resident(cloud, number, "1", town)
    table = RegistryTable(
        cloud.dynamodb, "addressees", "residents", town, sealer=LocalSealer(), fingerprints=FINGERPRINTS
    )
    memory = MemoryRegistry(residents=dict.fromkeys(RESIDENTS, "1"))
    assert list(Clerks(table).work(steps)) == list(Clerks(memory).work(steps))
