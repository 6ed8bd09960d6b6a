"""Showing people to an operator: what the purpose allows."""

from __future__ import annotations

from kyotsu.contracts.protection import OPERATOR, Reader
from kyotsu.protection.gate import ShownRecord, UndecidedError
from kyotsu_cli.deployment import Deployment, catalogue
from kyotsu_cli.failure import CommandError, Exit

OPERATION = "operation"
"""The purpose of whoever runs the common functions."""


class Viewing:
    """One operator's view of people, for one purpose of the catalogue."""

    def __init__(self, deployment: Deployment, purpose: str) -> None:
        """Raises CommandError for a purpose that the catalogue does not know."""
        known = catalogue().purposes
        if purpose in known and known[purpose].protected_addresses:
            # Nobody sees a protected address without a trace, and there is no trail to leave one in.
            raise CommandError(f"監査証跡に記録できないため、利用目的 {purpose} では示しません。", Exit.FAILED)
        if purpose not in known:
            raise CommandError(f"利用目的 {purpose} はありません。次のいずれかです：{'、'.join(known)}", Exit.USAGE)
        self._deployment = deployment
        self._reader = Reader(OPERATOR, purpose)

    def of(self, number: str) -> ShownRecord:
        """Return what may be shown of a person; raises CommandError if nothing may be shown now."""
        try:
            shown = self._deployment.shown.shown(number, self._reader)
        except UndecidedError:
            raise CommandError(
                f"宛名番号 {number} は支援措置対象者か判定できないため、示しません。時間を置いて再実行してください。",
                Exit.UNDECIDED,
            ) from None
        return shown
