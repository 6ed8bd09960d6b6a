"""The step `draw` of `move_in`: 転入届 from what is known now, kept as the paper `form`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.moving.cases import Case
from kyotsu.moving.certificates import CertificateMissingError, assembled
from kyotsu.moving.documents import Certificate, Reservation, decode
from kyotsu.moving.form.drawing import draw
from kyotsu.moving.form.filling import fill
from kyotsu.moving.form.fonts import Fonts
from kyotsu.moving.form.forms import MoveInForm
from kyotsu.moving.moves import Moves
from kyotsu.moving.ports import PaperKind, Papers


class FormError(KyotsuError):
    """There is nothing to draw a form from."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws forms of cases."""

    moves: Moves
    papers: Papers
    fonts: Callable[[], Fonts]

    def draw(self, case_id: str) -> str:
        """Draw the form, keep it in place of an earlier one, and note what it was drawn from: `drawn`.

        Drawing again is harmless: the same papers give the same form. What changes meanwhile makes the form's edition
        an old one, so that the machine has it drawn again. Raises FormError, PapersDestroyedError, CaseContendedError.
        """
        case = self.moves.cases.get(case_id)
        form = form_of(case, self.papers)
        drawn, edition, remark = draw(form, self.fonts()), case.form_edition, outcomes.FORM_SUBSTITUTED.code
        # By its edition: a try that was taken for dead must not put an old form in place of a new one.
        self.papers.put(case_id, PaperKind.FORM, drawn.pdf, edition)
        self.moves.on(
            case_id,
            "DrawForm",
            "drawn",
            lambda now: replace(
                now,
                prepared_revision=max(edition, now.prepared_revision),
                remarks=_without(now.remarks, remark) + ((remark,) if drawn.substitutions else ()),
            ),
            ("edition", str(edition)),
            ("people", str(len(form.people))),
            ("substituted", str(len(drawn.substitutions))),
        )
        return "drawn"


def form_of(case: Case, papers: Papers) -> MoveInForm:
    """Return what stands on a case's form now; raises FormError if it has neither certificate nor reservation."""
    certificate, reservation = _certificate(case, papers), _reservation(case, papers)
    if certificate is None and reservation is None:
        raise FormError(outcomes.FORM_WITHOUT_PAPERS)
    return fill(case.id, certificate, reservation)


def _certificate(case: Case, papers: Papers) -> Certificate | None:
    try:
        return assembled(papers, case)
    except CertificateMissingError:
        return None


def _reservation(case: Case, papers: Papers) -> Reservation | None:
    # A reservation that was withdrawn stays among the papers until they are erased.
    body = papers.get(case.id, PaperKind.RESERVATION) if case.has_reservation else None
    return decode(body, Reservation) if body is not None else None


def _without(remarks: tuple[str, ...], code: str) -> tuple[str, ...]:
    return tuple(remark for remark in remarks if remark != code)
