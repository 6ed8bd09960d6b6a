"""What the step functions of the machines are made of, one table of steps for each. Built once per worker."""

from __future__ import annotations

import functools

from kyotsu.moving import steps
from kyotsu.moving.distributing import Distributing
from kyotsu.moving.in_advance import MoveIn
from kyotsu.moving.matching import Matching
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.out_advance import MoveOut
from kyotsu.moving.out_reconcile import Reconciliation
from kyotsu.moving.posting import Posting
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring.moving import cases, papers, rules
from kyotsu.wiring.moving_status import applicant_status


@functools.cache
def advance_move_out() -> steps.Steps:
    """Return the steps of AdvanceMoveOut."""
    from kyotsu.wiring.moving_residents import restraints

    return steps.advance_move_out(MoveOut(_moves(), _told(), restraints(), rules()))


@functools.cache
def advance_move_in() -> steps.Steps:
    """Return the steps of AdvanceMoveIn."""
    return steps.advance_move_in(MoveIn(_moves(), _told(), rules()))


@functools.cache
def reconcile() -> steps.Steps:
    """Return the steps of Reconcile."""
    from kyotsu.wiring.moving_residents import finder

    return steps.reconcile(Reconciliation(_moves(), papers(), finder()))


@functools.cache
def match() -> steps.Steps:
    """Return the steps of Match."""
    from kyotsu.wiring.moving_certificates import certificate_notices
    from kyotsu.wiring.moving_residents import finder

    return steps.match(Matching(_moves(), papers(), finder(), certificate_notices()))


@functools.cache
def post_messages() -> steps.Steps:
    """Return the steps of PostMessages."""
    from kyotsu.catalogue.loading import layer_root
    from kyotsu.moving.cs.characters import TABLE, of_file
    from kyotsu.wiring.moving_cs import posted_outbox
    from kyotsu.wiring.moving_residents import opened_residents

    own, takes = setting("MUNICIPALITY"), of_file(layer_root() / TABLE)
    posting = Posting(_moves(), papers(), posted_outbox(), opened_residents(), rules(), own, takes)
    return steps.post_messages(posting)


@functools.cache
def distribute() -> steps.Steps:
    """Return the steps of Distribute."""
    return steps.distribute(distributing())


@functools.cache
def distributing() -> Distributing:
    """Return what hands reservations and notices out."""
    from kyotsu.wiring.moving_handing import handing

    return Distributing(_moves(), papers(), handing())


@functools.cache
def _moves() -> Moves:
    return Moves(cases(), SystemClock())


@functools.cache
def _told() -> Told:
    return Told(applicant_status(), SystemClock())
