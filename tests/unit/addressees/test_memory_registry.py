"""The registry in memory that other tests stand on."""

from __future__ import annotations

import pytest

from tests.fakes.registry import MemoryRegistry
from tests.fakes.registry_contract import RegistryContract


class TestMemoryRegistry(RegistryContract):
    @pytest.fixture
    def store(self) -> MemoryRegistry:
        return MemoryRegistry()

    def residents(self, store: MemoryRegistry, number: str, category: str) -> None:
        store.residents[number] = category
