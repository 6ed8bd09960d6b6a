"""Cases of one deployment, for operators with rights to their tables, papers and machines."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import boto3

from kyotsu.contracts import outcomes
from kyotsu.contracts.audit import Deed
from kyotsu.japanese.dates import JST
from kyotsu.linkage.deliveries import Delivery
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.moving.application import DocumentRefusedError
from kyotsu.moving.case_table import CaseTable
from kyotsu.moving.cases import Case, CaseKind, Entry
from kyotsu.moving.cs.lanes import Entry as MessageEntry
from kyotsu.moving.cs.outbox_table import OutboxTable
from kyotsu.moving.deciding import Deciding, DecisionRefusedError
from kyotsu.moving.executions import Executions
from kyotsu.moving.machines import StepFunctions
from kyotsu.moving.out_reconcile import PapersMissingError
from kyotsu.moving.papers_table import PapersTable
from kyotsu.moving.ports import NoSuchCaseError, PapersDestroyedError
from kyotsu.moving.way import Machine, Visit
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.sealing import PAPERS, KmsSealer
from kyotsu_cli.deployment import Deployment, catalogue
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.registry import Registry
from kyotsu_cli.viewing import Viewing

BUSINESS = "029"
"""申請管理, of which 引越しOSS is a part."""
_FILES = {CaseKind.MOVE_OUT: "move_out", CaseKind.MOVE_IN: "move_in", CaseKind.IN_CITY: "move_in"}
_HANDED = frozenset({"Distribute", "Recall", "HandOverNotice"})
"""Steps whose entries name a file."""


@dataclass(frozen=True)
class Moving:
    """引越しOSS of one deployment."""

    deployment: Deployment

    @functools.cached_property
    def cases(self) -> CaseTable:
        """Cases."""
        return CaseTable(boto3.client("dynamodb"), self._outputs["MovingTable"], self.deployment.municipality)

    @functools.cached_property
    def papers(self) -> PapersTable:
        """Their papers."""
        outputs, municipality = self._outputs, self.deployment.municipality
        sealer = KmsSealer(lambda: boto3.client("kms"), outputs["PaperKey"], municipality, PAPERS)
        tables = (outputs["PapersTable"], outputs["PaperBucket"])
        return PapersTable(boto3.client("dynamodb"), boto3.client("s3"), *tables, municipality, sealer)

    @property
    def deciding(self) -> Deciding:
        """What brings decisions to cases."""
        machines = StepFunctions(boto3.client("stepfunctions"), self._machine, dict)
        return Deciding(self.cases, self.papers, machines, SystemClock(), self._residents)

    def case(self, case_id: str) -> Case:
        """Return a case; raises CommandError if there is none."""
        try:
            return self.cases.get(case_id)
        except NoSuchCaseError:
            raise _unknown() from None

    def machine(self, kind: CaseKind) -> Machine:
        """Return a kind's machine, as its file says it."""
        path = Path(__file__).resolve().parents[2] / "statemachines" / f"{_FILES[kind]}.asl.json"
        return Machine(json.loads(path.read_text("utf-8")))

    def way(self, case: Case) -> list[Visit]:
        """Return the states a case passed: by its executions, or by its history once they are gone."""
        executions = Executions(boto3.client("stepfunctions"), self._machine)
        found = executions.passed(case) if case.generation else None
        machine = self.machine(case.kind)
        if found and any(visit.state in machine.states for visit in found):
            return found
        waiting = self.cases.waiting(case.id)
        return machine.passed(self.cases.history(case.id), waiting.name if waiting else None)

    def messages(self, case_id: str) -> list[MessageEntry]:
        """Return a case's messages to the CS."""
        store = OutboxTable(self._outputs["MovingTable"], self.deployment.municipality)
        lanes = sorted(set(store.messages_of(case_id).values()))
        return [entry for lane in lanes for entry in store.read(lane).entries if entry.case_id == case_id]

    def deliveries(self, history: Collection[Entry]) -> Iterator[tuple[str, list[Delivery]]]:
        """Yield the files that a case was handed out in, and what each recipient was offered of them."""
        table = DeliveryTable(self._outputs["LinkageTable"], self.deployment.municipality)
        for entry in history:
            name = dict(entry.details).get("file")
            if entry.step in _HANDED and name:
                receipt = self._receipt_of(name)
                yield name, table.of_receipt(receipt) if receipt else []

    def _receipt_of(self, name: str) -> str | None:
        # Its name has the moment of its edition's first try.
        received = self.deployment.receipts.received(BUSINESS, _handed_at(name), SystemClock().now())
        found = (one.receipt_id for one in received if one.ref.key.rpartition("/")[2] == name)
        return next(found, None)

    def _residents(self, numbers: Collection[str]) -> set[str]:
        return {number for number in numbers if self.deployment.residents.record(number) is not None}

    def _machine(self, kind: CaseKind) -> str:
        return self._outputs["MoveOutMachine" if kind is CaseKind.MOVE_OUT else "MoveInMachine"]

    @property
    def _outputs(self) -> Mapping[str, str]:
        return self.deployment.outputs


def _handed_at(name: str) -> datetime:
    """Return the moment in the name of a linkage file."""
    return datetime.strptime(name.split("_")[4], "%Y%m%d%H%M%S").replace(tzinfo=JST)


def numbers_of(case: Case) -> list[str]:
    """Return 宛名番号 of a case's people, as far as they are known."""
    return sorted({person.addressee_number for person in case.people if person.addressee_number})


def is_withheld(viewing: Viewing, case: Case, purpose: str) -> bool:
    """Tell whether places are kept back: somebody is protected, or may be and isn't identified yet.

    Whoever comes from elsewhere is identified once 転出証明書情報 was held against the residents.
    Ask after what is shown was read. Raises CommandError if nobody can tell now.
    """
    numbers = numbers_of(case)
    if numbers and viewing.withholds(numbers):
        return True
    matched = case.kind is CaseKind.MOVE_IN and case.has_certificate
    matched = matched and case.matched_revision == case.certificate_revision
    identified = matched or all(person.addressee_number for person in case.people)
    return not identified and not catalogue().purposes[purpose].protected_addresses


def tell(deployment: Deployment, subject: str, numbers: Collection[str]) -> None:
    """Record in the audit trail what is about to be changed."""
    Registry(deployment).tell(subject, sorted(numbers), Deed.CHANGED, business=BUSINESS)


@contextmanager
def refusals() -> Iterator[None]:
    """Tell the operator why something is not taken."""
    try:
        yield
    except NoSuchCaseError:
        raise _unknown() from None
    except DecisionRefusedError as error:
        raise CommandError(f"{error.code} {error}", Exit.NOT_ACCEPTED) from error
    except DocumentRefusedError as error:
        told = "、".join(f"{problem.outcome.code} {problem.sentence}" for problem in error.problems)
        raise CommandError(told, Exit.NOT_ACCEPTED) from error
    except (PapersMissingError, PapersDestroyedError) as error:
        raise CommandError("届出の内容が消去されているため、決定できません。", Exit.NOT_ACCEPTED) from error


def _unknown() -> CommandError:
    return CommandError(f"{outcomes.CASE_UNKNOWN.code} {outcomes.CASE_UNKNOWN.sentence()}", Exit.NOT_FOUND)
