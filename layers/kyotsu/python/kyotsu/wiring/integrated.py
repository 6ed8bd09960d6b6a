"""What the calls of 団体内統合宛名 (032) are made of. Built once per worker, on its first request."""

from __future__ import annotations

import functools

from kyotsu.integrated.beside import IssuedBeside
from kyotsu.integrated.calls import PURPOSE, IssueCall, ShowCall
from kyotsu.integrated.issuing import Issuing
from kyotsu.integrated.showing import Showing
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.integrated_people import integrated_store, known_categories, teller
from kyotsu.wiring.numbers import callers, number_source
from kyotsu.wiring.protection import protection_decision


@functools.cache
def integrated_issue_call() -> IssueCall:
    """Return 団体内統合宛名番号付番. Settings: those of `integrated_store`, `number_source` and `audit_trail`, and
    RESIDENTS_TABLE. Rights: `infra.constructs.integrated_access.IntegratedAccess.let_issue`."""
    return IssueCall(callers(), issuing(), audit_trail())


@functools.cache
def integrated_show_call() -> ShowCall:
    """Return 団体内統合宛名基本情報照会. Settings: those of `integrated_store`, `protection_decision` and
    `audit_trail`. Rights: `infra.constructs.integrated_access.IntegratedAccess.let_show`."""
    showing = Showing(integrated_store(), protection_decision(), teller(), PURPOSE)
    return ShowCall(callers(), showing, audit_trail())


@functools.cache
def issued_beside() -> IssuedBeside:
    """Return what issues the 団体内統合宛名番号 beside a 住登外者宛名番号 (`addressees.issuance.AlsoIntegrated`)."""
    return IssuedBeside(issuing(), SystemClock())


@functools.cache
def issuing() -> Issuing:
    """Return what issues numbers."""
    return Issuing(integrated_store(), number_source(), known_categories(), teller())
