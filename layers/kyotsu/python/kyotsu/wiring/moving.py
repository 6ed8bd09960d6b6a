"""What the functions of 引越しOSS are made of. Built once per worker, on its first event.

Each part reads its settings when it is first asked for, so that a function needs those of its own parts alone.
"""

from __future__ import annotations

import functools

import msgspec

from kyotsu.moving.awaiting import Awaiting
from kyotsu.moving.case_table import CaseTable
from kyotsu.moving.cases import CaseKind
from kyotsu.moving.machines import StepFunctions
from kyotsu.moving.papers_table import PapersTable
from kyotsu.moving.rules import Rules
from kyotsu.moving.starting import Starting
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.fingerprints import HmacFingerprints, secret_key
from kyotsu.runtime.sealing import PAPERS, KmsSealer
from kyotsu.runtime.settings import setting

_MACHINES = {
    CaseKind.MOVE_OUT: "MOVE_OUT_MACHINE",
    CaseKind.MOVE_IN: "MOVE_IN_MACHINE",
    CaseKind.IN_CITY: "MOVE_IN_MACHINE",
}


@functools.cache
def cases() -> CaseTable:
    """Return the cases. Settings: MUNICIPALITY, MOVING_TABLE."""
    return CaseTable(clients.dynamodb(), setting("MOVING_TABLE"), setting("MUNICIPALITY"))


@functools.cache
def papers() -> PapersTable:
    """Return the papers. Settings: MUNICIPALITY, PAPERS_TABLE, PAPER_BUCKET, PAPER_KEY."""
    municipality = setting("MUNICIPALITY")
    sealer = KmsSealer(clients.kms, setting("PAPER_KEY"), municipality, PAPERS)
    tables = (setting("PAPERS_TABLE"), setting("PAPER_BUCKET"))
    return PapersTable(clients.dynamodb(), clients.s3(), *tables, municipality, sealer)


@functools.cache
def machines() -> StepFunctions:
    """Return the machines. Settings: MOVE_OUT_MACHINE, MOVE_IN_MACHINE, MOVING_TIMEOUTS; who only tells needs none."""
    return StepFunctions(clients.states(), lambda kind: setting(_MACHINES[kind]), _timeouts)


@functools.cache
def starting() -> Starting:
    """Return what starts machines and lets them hear."""
    return Starting(cases(), machines(), SystemClock())


@functools.cache
def awaiting() -> Awaiting:
    """Return what registers waits."""
    return Awaiting(cases(), machines())


@functools.cache
def rules() -> Rules:
    """Return the municipality's rules. Setting: MOVING_RULES."""
    return msgspec.json.decode(setting("MOVING_RULES"), type=Rules)


@functools.cache
def fingerprints() -> HmacFingerprints:
    """Return what people are found by. Settings: MUNICIPALITY, FINGERPRINT_SECRET."""
    return HmacFingerprints(
        lambda: secret_key(clients.secrets(), setting("FINGERPRINT_SECRET")), setting("MUNICIPALITY")
    )


def _timeouts() -> dict[str, int]:
    return msgspec.json.decode(setting("MOVING_TIMEOUTS"), type=dict[str, int])
