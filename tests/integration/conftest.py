"""A cloud per test, and the functions as Lambda has them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from infra.sandbox.adaptations import transactions
from infra.sandbox.adaptations.patching import Patches
from kyotsu.runtime import clients
from kyotsu.wiring import (
    candidates,
    changes,
    following,
    functions,
    indexing,
    integrated,
    integrated_people,
    numbering,
    numbers,
    registry,
    retries,
)
from tests.integration import shared_models
from tests.integration.cloud import Cloud, running

shared_models.share()

ROOT = Path(__file__).parents[2]
Handler = Callable[[dict[str, Any], Any], Any]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A municipality's resources on moto, empty; the catalogue where the layer is built from."""
    for composing in (changes, following, functions, registry):
        monkeypatch.setattr(composing, "layer_root", lambda: ROOT / "catalogue")
    made = (clients.dynamodb, clients.s3, clients.sqs, clients.events, clients.kms, clients.secrets, clients.states)
    told = (changes.resident_changes, changes.registry_changes)
    modules = (candidates, indexing, numbering, numbers, registry, integrated, integrated_people, following)
    composed = (vars(module).values() for module in modules)
    issuing = (value for values in composed for value in values if hasattr(value, "cache_clear"))
    caches = (*made, functions.reception, functions.sealing, functions.event_bus, retries.retries, *told, *issuing)
    for cached in caches:
        cached.cache_clear()
    with running() as cloud:
        yield cloud
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def quick_transactions() -> Iterator[None]:
    """moto copies a whole table for each item of a transaction; the sandbox's adaptation does without."""
    patches = Patches()
    transactions.adapt(patches)
    yield
    patches.undo()


def load(folder: str) -> ModuleType:
    """Load a function's handler as Lambda does: by its folder."""
    path = ROOT / "functions" / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(folder.replace("/", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def receive_file(cloud: Cloud) -> Handler:
    """The function behind the queue of notifications."""
    handler: Handler = load("linkage/receive_file").handler
    return handler


@pytest.fixture
def publish_changes(cloud: Cloud) -> Handler:
    """The function behind the stream of `Residents`."""
    handler: Handler = load("residents/publish_changes").handler
    return handler


@pytest.fixture
def publish_addressees(cloud: Cloud) -> Handler:
    """The function behind the stream of `Addressees`."""
    handler: Handler = load("addressees/publish_changes").handler
    return handler
