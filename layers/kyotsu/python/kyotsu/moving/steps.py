"""The machines' steps by name, one table for each function: what a state's `step` calls, and the word it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kyotsu.moving.distributing import Distributing
from kyotsu.moving.in_advance import MoveIn
from kyotsu.moving.matching import Matching
from kyotsu.moving.out_advance import MoveOut
from kyotsu.moving.out_reconcile import Reconciliation
from kyotsu.moving.posting import Posting

Steps = Mapping[str, Callable[[str], str]]
"""A step takes a case's id and returns a word that the machine chooses by."""


def advance_move_out(out: MoveOut) -> Steps:
    """Return the steps of the function AdvanceMoveOut."""
    return {
        "resume": out.resume,
        "check_restraint": out.check_restraint,
        "note_release": out.note_release,
        "approve": out.approve,
        "note_not_sent": out.note_not_sent,
        "complete": out.complete,
        "note_unarrived": out.note_unarrived,
        "close": out.close,
        "return": out.give_back,
        "withdraw": out.withdraw,
    }


def reconcile(reconciliation: Reconciliation) -> Steps:
    """Return the steps of the function Reconcile."""
    return {"reconcile": reconciliation.reconcile, "confirm": reconciliation.confirm}


def post_messages(posting: Posting) -> Steps:
    """Return the steps of the function PostMessages."""
    return {
        "post_certificate": posting.post_certificate,
        "cancel_certificate": posting.cancel_certificate,
        "post_notice": posting.post_notice,
    }


def distribute(distributing: Distributing) -> Steps:
    """Return the steps of the function Distribute."""
    return {
        "distribute_reservation": distributing.distribute_reservation,
        "recall_reservation": distributing.recall_reservation,
        "hand_over_notice": distributing.hand_over_notice,
    }


def advance_move_in(move_in: MoveIn) -> Steps:
    """Return the steps of the function AdvanceMoveIn."""
    return {
        "assess": move_in.assess,
        "expire": move_in.expire,
        "withdraw": move_in.withdraw,
        "close": move_in.close,
    }


def match(matching: Matching) -> Steps:
    """Return the steps of the function Match."""
    return {"match": matching.match}
