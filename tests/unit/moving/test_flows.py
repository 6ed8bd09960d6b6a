"""The flows of 引越しOSS on the real machine files, in memory: from the application to the end, both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import chain, repeat
from typing import Any

import msgspec
import pytest

from kyotsu.moving.cases import CaseKind, CaseState, SignalKind
from kyotsu.moving.cs.messages import Notice, Received
from kyotsu.moving.documents import Application, decode
from kyotsu.moving.out_advance import Restraint
from kyotsu.moving.ports import MessageKind, PaperKind
from kyotsu.moving.rules import Rules
from tests.fakes.asl import Edges, Execution, Fault, Status, edges_of
from tests.fakes.moving_world import Japan, definition, family, resident_items, settle_family

AUTOMATIC, CLERK = Rules(approval="automatic"), Rules()
Scenario = Callable[[Japan], None]


def begun(japan: Japan, application: Application | None = None, **recorded: str) -> tuple[str, str]:
    application = application or family()
    numbers = settle_family(japan.here, application, **recorded)
    moving_out = japan.here.file(application, numbers)
    moving_in = ""
    if application.reservation:
        moving_in = japan.there.reserve(application.reservation)
    japan.settle()
    return moving_out, moving_in


def moved(japan: Japan, application: Application | None = None, first: int = 1) -> None:
    for person in (application or family()).people[first - 1 :]:
        items = {**resident_items(person), "idonengappi": "2026-04-03"}
        japan.there.move_in(f"9{person.position:014d}", **items)
    japan.settle()


def no_difference(japan: Japan) -> None:
    """差異なし: nobody types anything."""
    moving_out, moving_in = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.COMPLETED
    assert japan.here.status.last("A2026000001") == ("完了", "")
    assert japan.there.of(moving_in).state is CaseState.PREPARED
    assert japan.there.papers.get(moving_in, PaperKind.FORM)
    moved(japan)
    assert japan.here.of(moving_out).state is japan.there.of(moving_in).state is CaseState.CLOSED


def difference_accepted(japan: Japan) -> None:
    """差異あり: a clerk takes what was filed, another approves; raw and confirmed stay apart."""
    moving_out, _ = begun(japan, jusho_banchigohyoki="9-9")
    assert japan.here.of(moving_out).state is CaseState.DIFFERENT
    japan.here.say(moving_out, SignalKind.ACCEPTED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.APPROVAL
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


def difference_corrected(japan: Japan) -> None:
    """差異あり: what the clerk corrected is what is sent; what was filed stays as it was."""
    filed = family()
    moving_out, moving_in = begun(japan, filed, jusho_banchigohyoki="9-9")
    corrected = msgspec.structs.replace(filed, planned_on="2026-04-02")
    japan.here.papers.put(moving_out, PaperKind.CONFIRMED, msgspec.json.encode(corrected))
    japan.here.say(moving_out, SignalKind.CORRECTED)
    japan.settle()
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    raw = japan.here.papers.get(moving_out, PaperKind.RAW)
    assert raw is not None
    assert decode(raw, Application) == filed
    planned = japan.there.of(moving_in).planned_on
    assert planned is not None
    assert planned.isoformat() == "2026-04-02"


def difference_returned(japan: Japan) -> None:
    """差戻し."""
    moving_out, _ = begun(japan, jusho_banchigohyoki="9-9")
    japan.here.say(moving_out, SignalKind.RETURNED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.RETURNED
    assert japan.here.status.last("A2026000001") == ("差戻し", "E1733")
    assert not japan.effects


def corrected_by_applicant(japan: Japan) -> None:
    """The applicant sends a correction while a clerk looks at the difference."""
    moving_out, _ = begun(japan, family(previous_address=family().new_address))
    assert japan.here.of(moving_out).state is CaseState.DIFFERENT
    japan.here.papers.put(moving_out, PaperKind.RAW, msgspec.json.encode(family(revision=2)))
    japan.here.say(moving_out, SignalKind.AMENDED, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state in {CaseState.COMPLETED, CaseState.APPROVAL}


def amended_at_approval(japan: Japan) -> None:
    """A correction at the desk of whoever approves goes back to the reconciliation."""
    moving_out, _ = begun(japan, jusho_banchigohyoki="9-9")
    japan.here.say(moving_out, SignalKind.ACCEPTED)
    japan.settle()
    japan.here.say(moving_out, SignalKind.AMENDED, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.DIFFERENT
    japan.here.say(moving_out, SignalKind.ACCEPTED, name="again")
    japan.settle()
    japan.here.say(moving_out, SignalKind.RETURNED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.RETURNED


def withdrawn_early(japan: Japan) -> None:
    """取下げ before anything was decided, and the reservation with it."""
    moving_out, moving_in = begun(japan, jusho_banchigohyoki="9-9")
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.there.say(moving_in, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN
    assert japan.there.of(moving_in).state is CaseState.WITHDRAWN
    assert [name for name in japan.there.handing.files if name.startswith("recall")]
    assert not japan.effects


def withdrawn_before_it_starts(japan: Japan) -> None:
    """取下げ that is there before the machine looks: nothing is sent, automatic or not."""
    application = family()
    numbers = settle_family(japan.here, application)
    moving_out = japan.here.file(application, numbers)
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN
    assert not japan.effects


def withdrawn_late(japan: Japan) -> None:
    """取下げ after the certificate went out: it is cancelled at the CS, each person's."""
    moving_out, moving_in = begun(japan)
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN
    assert sum("torikeshi" in message for message in japan.effects) == len(family().people)
    assert not japan.there.of(moving_in).certified
    japan.there.say(moving_in, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.there.of(moving_in).state is CaseState.WITHDRAWN


def withdrawn_while_sending(japan: Japan) -> None:
    """取下げ while the CS does not acknowledge."""
    japan.silent = True
    moving_out, _ = begun(japan)
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN
    japan.recover()
    japan.settle()
    assert not japan.effects


def period_over(japan: Japan) -> None:
    """特例期限切れ: nobody came; recipients hear that the reservation is off; a notice is missed."""
    moving_out, moving_in = begun(japan)
    japan.clock.forward(days=46)
    japan.settle()
    assert japan.there.of(moving_in).state is CaseState.EXPIRED
    assert japan.there.of(moving_in).reason == "E1760"
    japan.clock.forward(days=20)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.UNARRIVED
    japan.here.say(moving_out, SignalKind.WITHDRAWN)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN


def server_refuses(japan: Japan) -> None:
    """CS障害: refused, seen by clerks, sent anew by the CS function, and the case goes on."""
    japan.rejecting = True
    moving_out, _ = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.NOT_SENT
    assert japan.here.of(moving_out).reason == "E1731"
    japan.recover()
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


def server_is_silent(japan: Japan) -> None:
    """CS障害: no acknowledgement in time."""
    japan.silent = True
    moving_out, _ = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.SENDING
    japan.clock.forward(days=3)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.NOT_SENT
    japan.recover()
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


def moves_back(japan: Japan) -> None:
    """再転入: whoever lived there before keeps the 宛名番号."""
    first = family().people[0]
    japan.there.residents.put("800000000000001", "2", **resident_items(first))
    _, moving_in = begun(japan)
    assert japan.there.of(moving_in).people[0].addressee_number == "800000000000001"
    assert japan.there.of(moving_in).people[1].addressee_number is None
    # Offices were told at once, and again when it was known who this is.
    assert f"reservation-{moving_in}-3" in japan.there.handing.files


def within_the_city(japan: Japan) -> None:
    """転居: accepted and distributed, no CS."""
    reservation = family(number="C1", to_municipality="141003").reservation
    assert reservation is not None
    case_id = japan.here.reserve(reservation, CaseKind.IN_CITY)
    japan.settle()
    assert japan.here.of(case_id).state is CaseState.PREPARED
    for person in reservation.people:
        items = {**resident_items(person), "idojiyu": "41", "idonengappi": "2026-04-01"}
        japan.here.residents.put(f"{person.position:015d}", "1", **items)
        japan.here.arriving.hear(f"{person.position:015d}", japan.clock.now())
    japan.settle()
    assert japan.here.of(case_id).state is CaseState.CLOSED
    assert not japan.effects


def restrained(japan: Japan) -> None:
    """抑止中: nothing goes on until a clerk released it, and then another approves."""
    japan.here.restraints.known["000000000000002"] = Restraint.ERROR
    moving_out, _ = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.RESTRAINED
    assert not japan.effects
    japan.here.say(moving_out, SignalKind.RELEASED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.APPROVAL
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


def restrained_and_given_back(japan: Japan) -> None:
    """抑止中: given back; or corrected, or withdrawn."""
    japan.here.restraints.known["000000000000002"] = Restraint.ERROR
    moving_out, _ = begun(japan)
    japan.here.say(moving_out, SignalKind.AMENDED, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.RESTRAINED
    japan.here.say(moving_out, SignalKind.RETURNED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.RETURNED
    japan.here.restraints.known["000000000000003"] = Restraint.ERROR
    other = japan.here.file(family("A2"), {position: f"{position:012d}" for position in (1, 2, 3)})
    japan.settle()
    japan.here.say(other, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(other).state is CaseState.WITHDRAWN


def alerted(japan: Japan) -> None:
    """An alert asks a clerk, also where everything agrees; a withdrawal reaches whoever approves."""
    japan.here.restraints.known["000000000000002"] = Restraint.ALERT
    moving_out, _ = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.APPROVAL
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN


def withdrawn_between(japan: Japan) -> None:
    """取下げ while a step runs: it is heard by the next one."""
    application = family()
    numbers = settle_family(japan.here, application)
    moving_out = japan.here.file(application, numbers)
    execution = japan.here.execution(moving_out)
    while execution.runnable and execution.path[-1] != "MayGoOn":
        japan.step(execution)
    japan.here.say(moving_out, SignalKind.WITHDRAWN, by="portal")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.WITHDRAWN
    assert not japan.effects


def restrained_after_all(japan: Japan) -> None:
    """抑止 that is set while a clerk approves stops the case once more; what was released stays released."""
    japan.here.restraints.known["000000000000002"] = Restraint.ERROR
    moving_out, _ = begun(japan)
    japan.here.say(moving_out, SignalKind.RELEASED)
    japan.settle()
    japan.here.restraints.known["000000000000003"] = Restraint.ERROR
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.RESTRAINED
    assert not japan.effects
    japan.here.say(moving_out, SignalKind.RELEASED, name="once more")
    japan.settle()
    japan.here.say(moving_out, SignalKind.APPROVED, name="approved once more")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


def corrected_while_approved(japan: Japan) -> None:
    """A correction that is filed before the approval and heard after it is not passed over."""
    japan.here.restraints.known["000000000000002"] = Restraint.ALERT
    moving_out, moving_in = begun(japan)
    newer = family(revision=2, planned_on="2026-04-02")
    japan.here.papers.put(moving_out, PaperKind.RAW, msgspec.json.encode(newer))
    japan.here.cases.save(replace(japan.here.of(moving_out), revision=2))
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.APPROVAL
    japan.here.say(moving_out, SignalKind.APPROVED, name="of the second")
    japan.settle()
    assert japan.there.of(moving_in).planned_on == date(2026, 4, 2)


def household_in_parts(japan: Japan) -> None:
    """One of the household comes: 住民記録 is handed that 転入通知, and the others' when they come."""
    moving_out, moving_in = begun(japan)
    first = family().people[0]
    japan.there.move_in("900000000000001", **{**resident_items(first), "idonengappi": "2026-04-03"})
    japan.clock.forward(days=46)
    japan.settle()
    assert japan.there.of(moving_in).state is CaseState.CLOSED
    assert japan.there.of(moving_in).reason == "E1760"
    assert japan.here.of(moving_out).state in {CaseState.COMPLETED, CaseState.UNARRIVED}
    assert [len(japan.here.handing.bodies[name]) for name in japan.here.handing.files if "notices" in name] == [1]
    for position in (2, 3):
        _notice(japan, position, f"paper-{position}")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.CLOSED
    assert len(japan.here.handing.bodies[f"notices-{moving_out}-3"]) == 3


def noticed_anew(japan: Japan) -> None:
    """転入通知 that is sent anew while the case closes is handed over, too; one that comes twice counts once."""
    moving_out, _ = begun(japan)
    for position in (1, 2, 3):
        _notice(japan, position, f"n-{position}")
    while (execution := japan.here.execution(moving_out)).state != "Close":
        if execution.runnable:
            japan.step(execution)
        else:
            japan.here.watch()
    _notice(japan, 2, "n-2r1")
    _notice(japan, 2, "n-2r1")
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.CLOSED
    assert japan.here.of(moving_out).handed_revision == 4
    assert f"notices-{moving_out}-4" in japan.here.handing.files


def _notice(japan: Japan, position: int, message_id: str) -> None:
    content = Notice(application_number="A2026000001", position=position, name=f"見本　{message_id}")
    japan.here.notices.receive(
        Received(
            message_id=message_id,
            kind=MessageKind.NOTICE,
            sender="131016",
            to="141003",
            refers_to="",
            substituted=(),
            content=content,
            received_at=japan.clock.now(),
        )
    )


def erased_while_waiting(japan: Japan) -> None:
    """The period of papers ends whatever a case waits for: each ends, and says why."""
    approval, closed = (CaseState.RETURNED, "E1850"), (CaseState.CLOSED, "E1732")
    numbers = settle_family(japan.here, family())
    found = [japan.here.file(family("W1"), numbers)]
    japan.settle()
    japan.silent = True
    found.append(japan.here.file(family("W2"), numbers))
    japan.settle()
    japan.here.restraints.known["000000000000002"] = Restraint.ALERT
    found.append(japan.here.file(family("W3"), numbers))
    japan.settle()
    japan.here.restraints.known["000000000000002"] = Restraint.ERROR
    found.append(japan.here.file(family("W4"), numbers))
    japan.settle()
    found.append(japan.here.file(family("W5", previous_address=family().new_address), numbers))
    reservation = family("W6", planned_on="2026-05-30").reservation
    assert reservation is not None
    moving_in = japan.there.reserve(reservation)
    japan.settle()
    japan.there.papers.destroy(moving_in)
    japan.there.say(moving_in, SignalKind.ERASED, by="erasure")
    japan.clock.forward(days=75)
    assert list(japan.here.erasing.erase_due())
    japan.settle()
    states = [(japan.here.of(case_id).state, japan.here.of(case_id).reason) for case_id in found]
    assert states == [closed, approval, approval, approval, approval]
    assert japan.there.of(moving_in).state is CaseState.EXPIRED


SCENARIOS: list[Scenario] = [
    no_difference,
    difference_accepted,
    difference_corrected,
    difference_returned,
    corrected_by_applicant,
    amended_at_approval,
    withdrawn_early,
    withdrawn_before_it_starts,
    withdrawn_late,
    withdrawn_while_sending,
    withdrawn_between,
    period_over,
    server_refuses,
    server_is_silent,
    moves_back,
    within_the_city,
    restrained,
    restrained_and_given_back,
    alerted,
    restrained_after_all,
    corrected_while_approved,
    household_in_parts,
    noticed_anew,
    erased_while_waiting,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_flow(scenario: Scenario) -> None:
    scenario(Japan(AUTOMATIC))


def test_a_clerk_approves_unless_the_municipality_does_without() -> None:
    japan = Japan(CLERK)
    moving_out, _ = begun(japan)
    assert japan.here.of(moving_out).state is CaseState.APPROVAL
    japan.here.say(moving_out, SignalKind.APPROVED)
    japan.settle()
    assert japan.here.of(moving_out).state is CaseState.COMPLETED


ONCE = [Fault.KILLED, Fault.TIMED_OUT]
"""Before a step's effect, and after it."""
PERSISTENT = 40
"""More tries than any Task has."""


def _disturbed(scenario: Scenario, at: int, fault: Fault, times: int, edges: dict[str, Edges]) -> bool:
    """Run a scenario whose `at`th try of a Task fails, so many times on end; tell whether it had so many tries."""
    japan = Japan(AUTOMATIC)
    tries = chain(repeat(None, at), repeat(fault, times), repeat(None))
    japan.faults = tries
    for town in japan.towns.values():
        town.edges = edges
    scenario(japan)
    for town in japan.towns.values():
        assert not [name for name in town.outbox.posts if len(set(name)) != len(name)]
    assert set(japan.effects.values()) <= {1}
    return at < sum(execution.tried for town in japan.towns.values() for execution in town.executions.values())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_every_try_of_every_state_may_fail(scenario: Scenario) -> None:
    for fault in ONCE:
        at = 0
        while _disturbed(scenario, at, fault, 1, {"move_out": Edges(), "move_in": Edges()}):
            at += 1
        assert at > 1


def walked() -> dict[str, Edges]:
    """Return the edges of both machines, gone over by every scenario with every try of a Task failing for good."""
    edges = {"move_out": Edges(), "move_in": Edges()}
    for scenario in SCENARIOS:
        at = 0
        while all(
            [
                _disturbed(scenario, at, Fault.THROTTLED, PERSISTENT, edges),
                _disturbed(scenario, at, Fault.KILLED, PERSISTENT, edges),
            ]
        ):
            at += 1
    for name, found in edges.items():
        _odd_words(name, found)
        _waits_in_vain(name, found)
    return edges


def test_every_edge_is_gone_over() -> None:
    """Whatever fails for good ends the execution, and the next one goes on where the case stands."""
    from tools import machine_edges

    walk = walked()
    for name, found in walk.items():
        missed = [edge for edge in edges_of(definition(name)) if edge not in found.seen]
        assert missed == [], name
    page = machine_edges.FILE.read_text(encoding="utf-8")
    assert page == machine_edges.document(walk), "run .venv/bin/python -m tools.machine_edges"


def _odd_words(name: str, edges: Edges) -> None:
    """A word that no step says ends an execution; a case that has ended needs none."""
    for state, each in definition(name)["States"].items():
        if each["Type"] == "Choice":
            for word, status in (("ended", Status.SUCCEEDED), ("odd", Status.FAILED)):
                heard = {"step": {"result": word}, "heard": {"signal": word}}
                execution = Execution(state, definition(name), {}, heard, edges, state)
                execution.step()
                execution.step()
                assert execution.status is (status if _knows(each, word) else Status.FAILED)


def _knows(choice: dict[str, Any], word: str) -> bool:
    return any(each["StringEquals"] == word for each in choice["Choices"])


def _waits_in_vain(name: str, edges: Edges) -> None:
    """The bound of last resort: what has a deadline goes on as if that had passed; the rest waits anew."""
    for state, each in definition(name)["States"].items():
        if each.get("Resource", "").endswith("waitForTaskToken"):
            execution = Execution(state, definition(name), {"AwaitSignal": dict}, {"case": "c"}, edges, state)
            execution.step()
            execution.time_out()
            assert execution.state in {"NoteNotSent", "NoteUnarrived", "Assess", "NotFinished"}
