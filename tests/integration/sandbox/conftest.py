"""The small cloud, running in this process for the tests of one module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.sandbox.sandbox import running
from tests.integration.sandbox.small_cloud import Small, stack


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("small")
    with running([stack(folder)], 0, folder / "state") as (cloud, _outputs):
        yield Small(cloud)
