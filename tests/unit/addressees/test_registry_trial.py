"""A file of edits on trial, and its undo: the one says what would happen, the other is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from kyotsu.contracts import outcomes
from kyotsu.linkage.reception import always
from kyotsu.linkage.undos import UndoRefusedError
from kyotsu.residents.applier import ResidentApplier
from kyotsu.wiring.trial import LocalFile, Previewed, Source, previewed
from tests.fakes.addressees import FRESH, RESIDENT
from tests.fakes.deployment import PREFIX
from tests.fakes.registry_contract import SECOND, THIRD, registered
from tests.fakes.registry_files import RegistryFiles, registry_body, registry_name, registry_row
from tests.fakes.undos import MemoryUndos, Undoable

INDIVIDUAL = "123456789018"
ROWS = [
    registry_row(kojinbango=INDIVIDUAL),
    registry_row(kojinbango=INDIVIDUAL),
    registry_row(SECOND, nayosemotofuragu="1", nayosesakiatenabango=FRESH),
    registry_row(sakujofuragu="1"),
    registry_row(SECOND),
    registry_row(sakujofuragu="1"),
    registry_row(sakujofuragu="1"),
    registry_row(FRESH, seibetsu="1"),
    registry_row(RESIDENT),
    registry_row("800000000000033"),
    registry_row(THIRD, nayosemotofuragu="1", nayosesakiatenabango=RESIDENT),
    registry_row(THIRD, nayosemotofuragu="1", nayosesakiatenabango=RESIDENT),
]


@pytest.fixture
def files() -> RegistryFiles:
    found = RegistryFiles()
    for number in (FRESH, SECOND, THIRD):
        assert found.registry.write(registered(number))
    return found


def told(found: Previewed) -> tuple[Any, list[tuple[str, str]]]:
    problems = found.problems(100)
    return found.receipt.counts.as_dict(), [(line["line"], line["code"]) for line in problems]


def test_a_preview_is_what_then_happens(files: RegistryFiles, tmp_path: Path) -> None:
    deployment = files.deployment
    applier = deployment.reception.appliers["residents"]
    assert isinstance(applier, ResidentApplier)
    source = Source(
        deployment.residents,
        applier,
        deployment.protected,
        deployment.support,
        deployment.receipts,
        deployment.clock,
        files.applier,
    )
    path = tmp_path / "file.csv"
    path.write_bytes(registry_body(*ROWS))
    file = LocalFile(path, f"{PREFIX}010", f"outbox/031i001-00/{registry_name()}", {})
    before = copy.deepcopy((files.registry.records, files.registry.entries, files.registry.done))
    with previewed(file, deployment.reception.admission, source, lambda _: None) as found:
        counts, problems = told(found)
    assert (files.registry.records, files.registry.entries, files.registry.done) == before
    answer = files.send(*ROWS)
    assert counts == answer["counts"]
    assert problems == [(line, code) for line, _, code in files.told(answer)]
    assert {name for name, count in counts.items() if count} == {*counts} - {"stale"}


def test_a_file_of_edits_is_not_taken_back(files: RegistryFiles) -> None:
    """History is in the order processed: what others did after it stands on it."""
    answer = files.send(registry_row(seibetsu="1"))
    undoable = Undoable(files.deployment, MemoryUndos(files.deployment.receipts))
    with pytest.raises(UndoRefusedError) as error:
        undoable.undoing.undo(answer["receipt_id"], "op", "reason", always)
    assert error.value.outcome is outcomes.UNDO_OF_EDITS
    assert undoable.undos.undos == {}, "nothing began"
    assert files.registry.records[FRESH].person["seibetsu"] == "1"
