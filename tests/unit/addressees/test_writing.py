"""Changes that contradict themselves are never written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import BusinessUse
from kyotsu.addressees.writing import ContradictionError, Writing
from tests.fakes.addressees import FRESH, TAX, record
from tests.fakes.registry_contract import SECOND, THIRD, closed, edited, registered

LINKED = registered(principal=SECOND)


@pytest.mark.parametrize(
    "change",
    [
        replace(LINKED, linked_to=THIRD),
        replace(LINKED, unlinked_from=SECOND),
        replace(LINKED, entry=None),
        replace(edited(record(), principal=SECOND), entry=None),
        replace(registered(), entry=None),
        registered(principal=FRESH),
        replace(edited(record(principal=SECOND), principal=None), unlinked_from=FRESH),
        replace(edited(record(), municipality="141011"), unlinked_from=None, linked_to=SECOND),
        replace(edited(record(principal=SECOND), municipality="141011"), unlinked_from=SECOND),
        replace(closed(record()), record=replace(closed(record()).record, principal=SECOND)),
        replace(closed(record()), use=BusinessUse(FRESH, TAX, None)),
    ],
)
def test_contradictions(change: Change) -> None:
    with pytest.raises(ContradictionError):
        Writing("addressees", "141003").actions(change, None, None)
