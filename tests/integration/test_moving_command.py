"""`kyotsu moving` on moto: what is shown of whom, what decisions come to, and which forms are printed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pypdfium2
import pytest
from typer.testing import CliRunner

from kyotsu.contracts import outcomes
from kyotsu.contracts.audit import Deed
from kyotsu.japanese.dates import utc_now
from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.cases import (
    Case,
    CaseKind,
    CasePerson,
    CaseState,
    CertificatePart,
    Entry,
    SignalKind,
    Wait,
    WaitName,
)
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import Certificate, CertificatePerson, encode
from kyotsu.moving.ports import PaperKind
from kyotsu.moving.reconciling import Difference, Differences
from kyotsu.runtime.tables import TableItem, bound
from kyotsu_cli import registry, viewing
from kyotsu_cli.commands import moving, moving_decide, moving_forms
from kyotsu_cli.deployment import Deployment
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from kyotsu_cli.moving import Moving
from kyotsu_cli.moving_words import FINDINGS, ITEMS, KINDS, MACHINE, STATES, WAITS
from tests.fakes.moving_contract import case
from tests.fakes.moving_world import family
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud
from tests.integration.test_addressee_basis import protect
from tests.integration.test_protection import Trail, outputs

HANAKO, JIRO = "arn:aws:sts::1:assumed-role/Clerks/hanako", "arn:aws:sts::1:assumed-role/Clerks/jiro"
NUMBER, OTHER = "000000000000011", "000000000000021"
OUT, IN, DAY = "O-A2026000001", "I-A2026000001", date(2026, 4, 3)
KINDS_OF_DECISION = ("accepted", "corrected", "amended", "returned", "withdrawn")


@dataclass
class World:
    """Cases of a deployment, and who types."""

    moving: Moving
    trail: Trail
    patch: pytest.MonkeyPatch

    def types(self, arn: str) -> None:
        for module in (registry, viewing, moving_decide):
            self.patch.setattr(module, "operator", lambda: arn)

    def wait(self, name: WaitName, *kinds: str, visit: int = 1) -> None:
        found = frozenset(map(SignalKind, kinds))
        self.moving.cases.wait(OUT, Wait(name, visit, f"token-{visit}", found, "000001/a/0000"))


@pytest.fixture
def world(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    cloud.s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    states = boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/states"
    made = {
        name: states.create_state_machine(name=name, definition='{"StartAt": "x"}', roleArn=role)["stateMachineArn"]
        for name in ("move_out", "move_in")
    }
    own = {"MovingTable": "moving", "PapersTable": "papers", "PaperBucket": "papers", "PaperKey": key}
    machines = {"MoveOutMachine": made["move_out"], "MoveInMachine": made["move_in"]}
    deployment = Deployment(MUNICIPALITY, outputs() | own | machines)
    for place in (moving, moving_decide, moving_forms):
        monkeypatch.setattr(place, "connect", lambda: deployment)
    trail = Trail()
    monkeypatch.setattr(Deployment, "audit", property(lambda _: trail))
    world = World(Moving(deployment), trail, monkeypatch)
    world.types(HANAKO)
    return world


@pytest.fixture
def different(world: World) -> World:
    """A case whose address was filed otherwise than recorded, and that waits for a clerk."""
    now = utc_now()
    people = (CasePerson(1, NUMBER), CasePerson(2, OTHER))
    found = replace(
        case(),
        id=OUT,
        kind=CaseKind.MOVE_OUT,
        application_number="A2026000001",
        state=CaseState.DIFFERENT,
        revision=1,
        stage=1,
        generation=1,
        people=people,
        differs=True,
        counterpart="131016",
        planned_on=date(2026, 4, 1),
        erase_on=date(2026, 6, 1),
    )
    opened = world.moving.cases.open(found, Entry(now, "Receive", "opened", "portal"))
    world.moving.cases.save(opened, Entry(now, "Reconcile", "different", "machine"))
    differences = (
        Difference(position=1, item="previous_address", finding="different", filed="港町1-1", recorded="港町9-9"),
        Difference(position=2, item="name", finding="different", filed="見本　花子", recorded="見本　華子"),
    )
    papers = world.moving.papers
    papers.put(OUT, PaperKind.RAW, encode(family(size=2)), 1)
    papers.put(OUT, PaperKind.DIFFERENCES, msgspec.json.encode(Differences(revision=1, items=differences)))
    world.wait(WaitName.DECISION, *KINDS_OF_DECISION)
    return world


def kyotsu(*arguments: str) -> Any:
    return CliRunner(env={"COLUMNS": "200"}).invoke(command_line(), ["moving", *arguments], catch_exceptions=True)


def shown(*arguments: str) -> Any:
    done = kyotsu(*arguments, "--json")
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def refused(*arguments: str) -> CommandError:
    error = kyotsu(*arguments).exception
    assert isinstance(error, CommandError), error
    return error


def test_a_list_tells_nothing_of_people(different: World) -> None:
    listed = shown("list", "--kind", "out", "--state", "different")
    assert (listed["case_id"], listed["state"], listed["people"]) == (OUT, "different", 2)
    assert "131016" not in kyotsu("list").stdout
    assert kyotsu("list", "--kind", "in", "--json").stdout == kyotsu("list", "--state", "closed", "--json").stdout == ""
    assert kyotsu("list", "--kind", "x").exit_code == Exit.USAGE


def test_what_was_filed_and_what_was_recorded_are_told_apart(different: World) -> None:
    found = shown("show", OUT)
    first, second = found["people"]
    assert (first["addressee_number"], first["filed"]["name"], first["confirmed"]) == (NUMBER, "見本　太郎", None)
    assert second["differences"][0] == {
        "position": 2,
        "item": "name",
        "finding": "different",
        "filed": "見本　花子",
        "recorded": "見本　華子",
    }
    assert found["case"]["counterpart"] == found["filed"]["to_municipality"] == "131016"
    assert found["waits_for"] == sorted(KINDS_OF_DECISION)
    way = "\n".join(found["way"])
    assert "║ AwaitDecision 職員の決定待ち" in way
    assert "accepted → Confirm" in way
    (access, numbers), *_ = different.trail.told
    assert (access.deed, access.purpose, numbers) == (Deed.READ, "operation", (NUMBER, OTHER))
    assert OUT in access.subject


def test_people_read_the_same(different: World) -> None:
    read = kyotsu("show", OUT)
    assert read.exception is None
    for text in ("差異確認中", "港町9-9", "見本　華子", "職員の決定", "╔"):
        assert text in read.stdout


@pytest.mark.parametrize(("purpose", "told"), [("operation", False), ("protected_address", True)])
def test_where_protected_people_live_and_go_is_not_shown(
    different: World, cloud: Cloud, purpose: str, told: bool
) -> None:
    """Requirement: a violent spouse's friend at a desk learns nothing."""
    protect(cloud, OTHER, "1")
    for found in (kyotsu("show", OUT, "--purpose", purpose), kyotsu("show", OUT, "--purpose", purpose, "--json")):
        assert found.exception is None
        assert all((place in found.stdout) is told for place in ("港町", "131016"))
        assert "見本　華子" in found.stdout
    assert [access.withheld for access, _ in different.trail.told] == [not told] * 2


def test_who_is_not_identified_may_be_protected(different: World) -> None:
    stored = different.moving.cases.get(OUT)
    different.moving.cases.save(replace(stored, people=(CasePerson(1, NUMBER), CasePerson(2))))
    assert "港町" not in kyotsu("show", OUT).stdout
    assert "港町" in kyotsu("show", OUT, "--purpose", "protected_address").stdout


def test_without_a_trail_nothing_is_shown_or_decided(different: World) -> None:
    different.trail.broken = True
    for words in (["show", OUT], ["decide", OUT, "accept"], ["cancel", OUT, "--reason", "x"]):
        assert "監査証跡" in str(refused(*words))
    assert different.moving.cases.waiting(OUT) is not None
    assert not different.moving.cases.pending(OUT)


def test_clerks_decide_and_approve(different: World) -> None:
    for _ in range(2):
        assert shown("decide", OUT, "accept", "--reason", "電話で確認") == {"case_id": OUT, "choice": "accept"}
    taken = different.moving.cases.taken(OUT)
    assert taken is not None
    assert (taken.signal.kind, taken.signal.by, taken.signal.visit) == (SignalKind.ACCEPTED, f"operator:{HANAKO}", 1)
    assert shown("show", OUT)["decisions"][0]["reason"] == "電話で確認"
    assert str(refused("decide", OUT, "return")).startswith(outcomes.CASE_DECIDED_OTHERWISE.code)
    different.wait(WaitName.APPROVAL, "approved", "amended", "returned", "withdrawn", visit=2)
    assert str(refused("decide", OUT, "approve")).startswith(outcomes.SAME_CLERK.code)
    different.types(JIRO)
    shown("decide", OUT, "approve")
    deeds = [(access.deed, access.subject) for access, _ in different.trail.told]
    assert (Deed.CHANGED, f"moving decide {OUT} approve") in deeds


def test_a_correction_is_read_from_a_file(different: World, tmp_path: Path) -> None:
    file = tmp_path / "correction.json"
    file.write_text('{"revision": 1, "planned_on": "2026-04-02"}', encoding="utf-8")
    assert shown("decide", OUT, "correct", str(file))["choice"] == "correct"
    file.write_text('{"revision": 1, "planned_on": "soon"}', encoding="utf-8")
    different.wait(WaitName.DECISION, *KINDS_OF_DECISION, visit=2)
    assert "planned_on" in str(refused("decide", OUT, "correct", str(file)))


def test_somebody_is_given_a_number_that_exists(different: World) -> None:
    stored = different.moving.cases.get(OUT)
    different.moving.cases.save(replace(stored, people=(CasePerson(1, NUMBER), CasePerson(2))))
    assert str(refused("decide", OUT, "accept")).startswith(outcomes.MOVE_UNIDENTIFIED.code)
    assert str(refused("decide", OUT, "accept", "--number", f"2={OTHER}")).startswith(outcomes.NUMBER_UNFIT.code)
    assert different.moving.cases.waiting(OUT) is not None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["decide", OUT, "burn"], Exit.USAGE),
        (["decide", OUT, "correct"], Exit.USAGE),
        (["decide", OUT, "accept", "file.json"], Exit.USAGE),
        (["decide", OUT, "correct", "/nowhere/file.json"], Exit.USAGE),
        (["decide", OUT, "accept", "--number", "2=13"], Exit.USAGE),
        (["decide", OUT, "accept", "--number", f"2={OTHER}", "--number", f"2={NUMBER}"], Exit.USAGE),
        (["decide", "O-A9", "accept"], Exit.NOT_FOUND),
        (["cancel", "O-A9", "--reason", "x"], Exit.NOT_FOUND),
        (["show", "O-A9"], Exit.NOT_FOUND),
        (["show", OUT, "--purpose", "x"], Exit.USAGE),
        (["decide", OUT, "approve"], Exit.NOT_ACCEPTED),
        (["decide", OUT, "release"], Exit.NOT_ACCEPTED),
    ],
)
def test_what_can_t_be_done_is_said(different: World, words: list[str], code: Exit) -> None:
    assert refused(*words).code is code
    assert different.moving.cases.waiting(OUT) is not None


def test_a_case_is_cancelled_once_and_not_after_its_end(different: World) -> None:
    for _ in range(2):
        shown("cancel", OUT, "--reason", "窓口で取下げ")
    taken = different.moving.cases.taken(OUT)
    assert taken is not None
    assert taken.signal.kind is SignalKind.WITHDRAWN
    stored = different.moving.cases.get(OUT)
    different.moving.cases.save(replace(stored, state=CaseState.WITHDRAWN))
    assert str(refused("cancel", OUT, "--reason", "x")).startswith(outcomes.CASE_OVER.code)


def test_after_erasure_the_case_is_still_shown(different: World) -> None:
    different.moving.papers.destroy(OUT)
    found = shown("show", OUT)
    assert found["filed"] is found["people"][0]["filed"] is None
    assert found["history"][0]["outcome"] == "opened"
    assert refused("decide", OUT, "accept").code is Exit.NOT_ACCEPTED


def prepared_case(number: str, **changes: Any) -> Case:
    """Return a case that is ready for its visit."""
    found = replace(
        case(kind=CaseKind.MOVE_IN),
        id=f"I-{number}",
        application_number=number,
        state=CaseState.PREPARED,
        has_reservation=True,
        revision=1,
        visit_on=DAY,
        certificate_total=1,
        certificate_revision=1,
        certificate_parts=(CertificatePart(1, "m1"),),
        matched_revision=1,
        people=(CasePerson(1),),
    )
    found = replace(found, prepared_revision=found.form_edition)
    return replace(found, **changes)


def prepare(world: World, number: str, **changes: Any) -> Case:
    """Keep a case that is ready for its visit."""
    found = prepared_case(number, **changes)
    stored = world.moving.cases.open(found, Entry(utc_now(), "Open", "opened", "cs"))
    person = CertificatePerson(position=1, name=f"見本　{number}", individual_number="983205673214")
    certificate = Certificate(from_municipality="131016", to_municipality=MUNICIPALITY, people=(person,))
    world.moving.papers.put(stored.id, part_name("m1"), encode(certificate))
    return stored


def test_the_forms_of_a_day_are_one_file(world: World, cloud: Cloud, tmp_path: Path) -> None:
    prepare(world, "B1")
    prepare(world, "B2", prepared_revision=0)
    prepare(world, "B3", people=(CasePerson(1, NUMBER),))
    prepare(world, "B4", state=CaseState.WITHDRAWN)
    prepare(world, "B5", visit_on=date(2026, 4, 4))
    protect(cloud, NUMBER, "1")
    out = tmp_path / "forms.pdf"
    done = shown("forms", "--date", str(DAY), "--out", str(out))
    assert done["cases"] == ["I-B1"]
    assert {each["case_id"]: each["code"] for each in done["left_out"]} == {
        "I-B2": outcomes.FORM_OUTDATED.code,
        "I-B3": outcomes.FORM_WITHHELD.code,
    }
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out)]
    assert len(pages) == 2
    assert "I-B1" in pages[0]
    assert "見本　B1" in pages[1]
    assert "983205673214" not in "".join(pages)
    assert out.stat().st_mode & 0o777 == 0o600
    assert "I-B1" in world.trail.told[-1][0].subject
    assert shown("forms", "--date", str(DAY), "--out", str(out), "--purpose", "protected_address")["cases"] == [
        "I-B1",
        "I-B3",
    ]


def test_where_there_is_no_form_nothing_is_written(world: World, tmp_path: Path) -> None:
    prepare(world, "B2", prepared_revision=0)
    out = tmp_path / "forms.pdf"
    assert shown("forms", "--date", str(DAY), "--case", "I-B2", "--out", str(out))["out"] is None
    assert not out.exists()
    assert refused("forms", "--date", str(DAY), "--case", "I-B9", "--out", str(out)).code is Exit.NOT_FOUND


def test_everything_has_a_name() -> None:
    kinds = (CaseKind, KINDS), (CaseState, STATES), (WaitName, WAITS)
    assert all(set(kind) == set(names) for kind, names in kinds)
    assert ITEMS
    assert FINDINGS
    states = {state for kind in CaseKind for state in Moving(Deployment("", {})).machine(kind).states}
    assert states == set(MACHINE)
