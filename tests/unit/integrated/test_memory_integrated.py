"""The store in memory that other tests stand on."""

from __future__ import annotations

import pytest

from tests.fakes.integrated import MemoryIntegrated
from tests.fakes.integrated_contract import IntegratedContract


class TestMemoryIntegrated(IntegratedContract):
    @pytest.fixture
    def store(self) -> MemoryIntegrated:
        return MemoryIntegrated()
