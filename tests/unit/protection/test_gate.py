"""What may be shown of a person."""

from __future__ import annotations

import pytest

from kyotsu.contracts.protection import OPERATOR, Reader
from kyotsu.protection.deciding import StoredProtection
from kyotsu.protection.gate import RecordGate, UndecidedError
from kyotsu.wiring.catalogue import withheld_items
from kyotsu.wiring.protection import Entitlement
from tests.fakes.deployment import CATALOGUE, NUMBER, Deployment, body, name, row
from tests.fakes.protection import MemoryLinks
from tests.fakes.support import ANYBODY, KnownStates, MemoryHeads, decision, support_body, support_name, support_row

PLACES = {
    "setaibango": "123456789012345",
    "jusho_shikuchosonkodo": "141003",
    "jusho_choazakodo": "0001001",
    "jusho_todofuken": "架空県",
    "jusho_shikugunchosonmei": "架空市",
    "jusho_choaza": "架空町",
    "jusho_banchigohyoki": "一番地",
    "jusho_katagaki": "架空荘",
    "jusho_yubinbango": "9990001",
    "tenshutsusakijushoyotei_shikuchosonkodo": "141003",
    "tenshutsusakijushoyotei": "転出先市一番",
    "tennyumaejusho_shikuchosonkodo": "141003",
    "tennyumaejusho": "転入前市二番",
}
WITHHELD = withheld_items(CATALOGUE, "residents")


def town(*support: dict[str, str]) -> Deployment:
    deployment = Deployment()
    assert deployment.send(name(), body([row(**PLACES)]))["status"] == "ACCEPTED"
    if support:
        assert deployment.send(support_name(), support_body(*support))["status"] == "ACCEPTED"
    return deployment


def gate(deployment: Deployment) -> RecordGate:
    return RecordGate(deployment.reader, decision(deployment.protected), WITHHELD)


def test_the_catalogue_says_what_is_withheld() -> None:
    assert frozenset(PLACES) == WITHHELD
    assert withheld_items(CATALOGUE, "protection") == frozenset()


def test_of_a_protected_person_everything_is_shown_but_where_they_live() -> None:
    shown = gate(town(support_row())).shown(NUMBER, ANYBODY)
    everything = town().reader.record(NUMBER)
    assert shown.withheld
    assert shown.items is not None
    assert everything is not None
    assert set(everything) - set(shown.items) == set(PLACES), "absent, not masked"
    # 市区町村コード of whoever sends is no place where somebody lives.
    assert not set(shown.items.values()) & (set(PLACES.values()) - {"141003"})


def test_of_anybody_else_everything_is_shown() -> None:
    shown = gate(town()).shown(NUMBER, ANYBODY)
    assert not shown.withheld
    assert shown.items is not None
    assert PLACES.items() <= shown.items.items()


def test_for_the_purpose_everything_is_shown() -> None:
    shown = gate(town(support_row())).shown(NUMBER, Reader(OPERATOR, "protected_address"))
    assert not shown.withheld
    assert shown.items is not None
    assert PLACES.items() <= shown.items.items()


def test_of_whom_nobody_can_decide_nothing_is_shown() -> None:
    deployment = town()
    heads = MemoryHeads(deployment.protected, {NUMBER})
    undecided = StoredProtection(heads, KnownStates(), MemoryLinks(), Entitlement(CATALOGUE))
    with pytest.raises(UndecidedError):
        RecordGate(deployment.reader, undecided, WITHHELD).shown(NUMBER, ANYBODY)


def test_a_measure_that_comes_while_the_record_is_read_is_seen() -> None:
    deployment = town()

    class Slow:
        def record(self, number: str) -> dict[str, str] | None:
            found = deployment.reader.record(number)
            deployment.send(support_name(), support_body(support_row()))
            return found

    assert RecordGate(Slow(), decision(deployment.protected), WITHHELD).shown(NUMBER, ANYBODY).withheld


def test_nobody_known_is_nobody_shown() -> None:
    assert gate(Deployment()).shown(NUMBER, ANYBODY).items is None
