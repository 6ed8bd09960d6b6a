"""The table against the registry in memory: the same clerks at once, the same outcome of each write."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings

from tests.fakes.registry import MemoryRegistry
from tests.integration.cloud import Cloud
from tests.integration.test_registry_table import put_resident, registry_of
from tests.properties.interleaved_links import RESIDENTS, STEPS, Clerks, Step

_towns = itertools.count(300_000)


@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_links_hold_in_every_interleaving(cloud: Cloud, quick_transactions: None, steps: list[Step]) -> None:
    town = str(next(_towns))  # a registry of its own
    for number in RESIDENTS:
        put_resident(cloud, number, "1", town)
    memory = MemoryRegistry(residents=dict.fromkeys(RESIDENTS, "1"))
    assert list(Clerks(registry_of(cloud, town)).work(steps)) == list(Clerks(memory).work(steps))
