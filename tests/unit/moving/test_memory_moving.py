"""The ports of 引越しOSS in memory promise what their tables promise."""

from __future__ import annotations

import pytest

from kyotsu.moving.ports import CaseStore, Papers
from tests.fakes.moving import MemoryCases, MemoryPapers
from tests.fakes.moving_contract import CaseStoreContract, PapersContract


class TestMemoryCases(CaseStoreContract):
    @pytest.fixture
    def store(self) -> CaseStore:
        return MemoryCases()


class TestMemoryPapers(PapersContract):
    @pytest.fixture
    def papers(self) -> Papers:
        return MemoryPapers()
