"""Fixtures every layer of tests shares."""

from __future__ import annotations

import gc
import os

from hypothesis import settings

# Whether a change may land must not depend on chance: a run tries the same examples each time. `make fuzz` explores
# with a new seed and more of them; what it finds is added to its test with `@example`.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("explore" if "KYOTSU_FUZZ_CASES" in os.environ else "gate")


def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end of the run, the libraries and tests, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
