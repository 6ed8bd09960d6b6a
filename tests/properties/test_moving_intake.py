"""Documents in any order, twice, with ports that break anywhere: one case, one execution, and the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kyotsu.moving.cases import CaseState, SignalKind, Wait, WaitName
from kyotsu.moving.documents import Application, Reservation, decode
from kyotsu.moving.intake import WITHDRAWN_REVISION
from kyotsu.moving.ports import PaperKind
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError
from tests.fakes.moving_intake import HERE, NUMBER, THERE, Office, application, as_bytes, person, withdrawal

DAYS = ("2026-04-01", "2026-04-02", "2026-04-03")
REFERENCE = "r1"


def corrected(revision: int) -> dict[str, Any]:
    """Return a revision: who moves is 個人番号 and all, and the day tells the revisions apart."""
    people = [person(1, "山田　太郎", individual_number_reference=REFERENCE), person(2, f"花子{revision}")]
    return application(revision=revision, planned_on=DAYS[revision - 1], people=people)


REVISIONS = st.sampled_from((1, 2, 3)).map(corrected)
ARRIVALS = st.lists(REVISIONS, min_size=1, max_size=5)
FAULTS = st.dictionaries(st.integers(1, 60), st.sampled_from([Fault.REFUSED, Fault.UNANSWERED]), max_size=4)


def deliver(office: Office, documents: Sequence[Any], faults: Faults) -> None:
    """Deliver documents in order, each until it is through, as a queue does."""
    for document in documents:
        for _ in range(len(faults.faults) + 1):
            try:
                office.intake(faults).receive(as_bytes(document))
            except StoppedError:
                continue
            break


def newest(documents: Sequence[Any]) -> int:
    return max(int(document["revision"]) for document in documents)


@given(arrivals=ARRIVALS, faults=FAULTS, here=st.booleans())
def test_of_corrections_in_any_order_the_newest_counts(
    arrivals: list[dict[str, Any]], faults: dict[int, Fault], here: bool
) -> None:
    """Requirement: any permutation, duplication or retry of the same documents ends in the same case."""
    office = Office(HERE if here else THERE)
    office.numbers.stored = {REFERENCE: NUMBER}
    deliver(office, arrivals, Faults(faults=faults))
    case_id, kind = ("O-A1", PaperKind.RAW) if here else ("I-A1", PaperKind.RESERVATION)
    found, paper = office.cases.get(case_id), office.papers.get(case_id, kind)
    assert paper is not None
    kept = decode(paper, Application) if here else decode(paper, Reservation)
    assert kept.revision == found.revision == newest(arrivals)
    assert kept.planned_on == str(found.planned_on) == DAYS[found.revision - 1]
    assert (found.generation, set(office.machines.starts)) == (1, {f"{case_id}.1"})
    assert found.remarks == ()
    assert office.papers.get(case_id, PaperKind.NUMBERS) == f'{{"1":"{NUMBER}"}}'.encode()
    assert office.numbers.stored == {}
    assert not set(office.papers.bodies) - {(case_id, kind), (case_id, "numbers"), (case_id, "references")}


@given(arrivals=ARRIVALS, faults=FAULTS)
def test_what_a_running_machine_read_it_hears_of_when_it_is_corrected(
    arrivals: list[dict[str, Any]], faults: dict[int, Fault]
) -> None:
    office = Office(HERE)
    office.numbers.stored = {REFERENCE: NUMBER}
    office.intake().receive(as_bytes(corrected(1)))
    taken = []
    breaking = Faults(faults=faults)
    for visit, document in enumerate([*arrivals, arrivals[-1]]):
        kinds = frozenset({SignalKind.AMENDED, SignalKind.WITHDRAWN})
        early = office.cases.wait("O-A1", Wait(WaitName.DECISION, visit, f"t{visit}", kinds))
        taken += [early.signal.id] if early else []
        deliver(office, [document], breaking)
        heard = office.cases.taken("O-A1")
        taken += [heard.signal.id] if heard and heard.signal.id not in taken else []
    taken += [signal.id for signal in office.cases.pending("O-A1")]
    assert len(taken) == len(set(taken))
    revision = office.cases.get("O-A1").revision
    assert revision == max(newest(arrivals), 1)
    assert (f"portal-A1-{revision}" in taken) is (revision > 1)
    assert not list(office.cases.untold())


@given(arrivals=ARRIVALS, at=st.integers(0, 5), faults=FAULTS, here=st.booleans())
def test_a_withdrawal_counts_wherever_it_comes(
    arrivals: list[dict[str, Any]], at: int, faults: dict[int, Fault], here: bool
) -> None:
    """Requirement: withdrawn is withdrawn, first or last, and its machine hears it once if one runs."""
    office = Office(HERE if here else THERE)
    documents = [*arrivals[:at], withdrawal(), *arrivals[at:]]
    deliver(office, [*documents, documents[0]], Faults(faults=faults))
    found = office.cases.get("O-A1" if here else "I-A1")
    assert found.revision == WITHDRAWN_REVISION
    assert not found.has_reservation
    pending = [signal.kind for signal in office.cases.pending(found.id) if signal.kind is SignalKind.WITHDRAWN]
    if at == 0:
        assert (found.state, found.generation, dict(office.machines.starts)) == (CaseState.WITHDRAWN, 0, {})
        assert not office.papers.bodies
    else:
        assert pending == [SignalKind.WITHDRAWN]
        assert (found.generation, set(office.machines.starts)) == (1, {f"{found.id}.1"})
