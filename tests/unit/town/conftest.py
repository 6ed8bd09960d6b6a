"""One town of 200 people for all tests of this folder."""

from __future__ import annotations

import pytest

from kyotsu_cli.town import generate
from tests.unit.town.reading import SEED, Town, read_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    root = tmp_path_factory.mktemp("town") / "out"
    return read_town(root, generate(200, SEED, root))
