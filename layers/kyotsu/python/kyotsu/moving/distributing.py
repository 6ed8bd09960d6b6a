"""What other systems of the municipality are handed: reservations, and only they; 転入通知 to 住民記録.

As linkage files of 申請管理: who gets them is the catalogue's, and each recipient's delivery has a state of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from kyotsu.moving.cases import ENDED, Case, CaseState
from kyotsu.moving.cs.messages import Notice
from kyotsu.moving.documents import Reservation, decode
from kyotsu.moving.moves import Moves
from kyotsu.moving.ports import PaperKind, Papers


class Handing(Protocol):
    """Hands files to the recipients of the catalogue."""

    def reservation(self, case: Case, reservation: Reservation, edition: int) -> str:
        """Hand a reservation out and return its file's name; the same edition of a case is the same file."""
        ...

    def recall(self, case: Case, reservation: Reservation | None, edition: int) -> str:
        """Tell whoever was given an edition that it no longer holds; return the file's name."""
        ...

    def notices(self, case: Case, notices: Sequence[Notice], edition: int) -> str:
        """Hand 転入通知 to 住民記録 and return the file's name; the same edition of a case is the same file."""
        ...


@dataclass(frozen=True, slots=True)
class Distributing:
    """The steps `distribute_reservation`, `recall_reservation` and `hand_over_notice`."""

    moves: Moves
    papers: Papers
    handing: Handing

    def distribute_reservation(self, case_id: str) -> str:
        """Hand the newest reservation to every recipient: `distributed`."""
        case = self.moves.cases.get(case_id)
        edition, reservation = case.reservation_edition, self._reservation(case_id)
        if reservation is None:
            raise ReservationMissingError
        file = self.handing.reservation(case, reservation, edition)
        self.moves.on(
            case_id,
            "Distribute",
            "distributed",
            lambda case: replace(case, distributed_revision=edition),
            ("file", file),
        )
        return "distributed"

    def recall_reservation(self, case_id: str) -> str:
        """Tell every recipient that the reservation no longer holds: `recalled`."""
        case = self.moves.cases.get(case_id)
        file = self.handing.recall(case, self._reservation(case_id), case.distributed_revision)
        self.moves.on(case_id, "Recall", "recalled", lambda case: replace(case, distributed_revision=0), ("file", file))
        return "recalled"

    def hand_over_notice(self, case_id: str) -> str:
        """Hand 転入通知 of everybody it came for to 住民記録: `handed_over`, or `partly` while others' are missing.

        One that came again takes the place.
        """
        case = self.moves.cases.get(case_id)
        edition, is_whole = case.notice_revision, {person.position for person in case.people} <= set(case.noticed)
        bodies = [self.papers.get(case_id, notice_name(position)) for position in sorted(case.noticed)]
        notices = [msgspec.json.decode(body, type=Notice) for body in bodies if body is not None]
        if len(notices) < len(case.noticed):
            raise NoticeMissingError
        file, word = self.handing.notices(case, notices, edition), "handed_over" if is_whole else "partly"
        self.moves.on(case_id, "HandOverNotice", word, lambda case: _handed(case, edition, word), ("file", file))
        return word

    def _reservation(self, case_id: str) -> Reservation | None:
        body = self.papers.get(case_id, PaperKind.RESERVATION)
        return decode(body, Reservation) if body is not None else None


def _handed(case: Case, edition: int, word: str) -> Case:
    handed = replace(case, handed_revision=max(edition, case.handed_revision))
    if case.state in ENDED or word == "partly":
        return handed
    return replace(handed, state=CaseState.NOTICED, due_on=None)


class NoticeMissingError(Exception):
    """A 転入通知 that came is not there any more."""


class ReservationMissingError(Exception):
    """A case has no reservation (any more)."""


def notice_name(position: int) -> str:
    """Return the paper that holds 転入通知 of one person."""
    return f"{PaperKind.NOTICE}/{position}"
