"""Showing people to an operator: what the purpose allows, and told to the audit trail before it is shown."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from kyotsu.contracts.audit import Access, Deed
from kyotsu.contracts.protection import OPERATOR, Reader, Verdict
from kyotsu.japanese.dates import JST, utc_now
from kyotsu.protection.gate import ShownRecord, UndecidedError
from kyotsu.runtime.audit.writing import SlotTakenError
from kyotsu_cli.deployment import Deployment, catalogue
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.undoing import operator

OPERATION = "operation"
"""The purpose of whoever runs the common functions."""
_BUSINESS = "030"
"""庁内データ連携, for which operators run the common functions."""
UNRECORDED = (BotoCoreError, ClientError, PynamoDBException, SlotTakenError)


class Viewing:
    """One operator's view of people, for one purpose of the catalogue."""

    def __init__(self, deployment: Deployment, purpose: str) -> None:
        """Raises CommandError for a purpose that the catalogue does not know."""
        known = catalogue().purposes
        if purpose not in known:
            raise CommandError(f"利用目的 {purpose} はありません。次のいずれかです：{'、'.join(known)}", Exit.USAGE)
        self._gate, self._trail, self._decision = deployment.shown, deployment.audit, deployment.protection
        self._reader = Reader(OPERATOR, purpose)
        self._actor = f"{OPERATOR}:{operator()}"

    def of(self, number: str) -> ShownRecord:
        """Return what may be shown of a person; raises CommandError if nothing may be shown now."""
        try:
            shown = self._gate.shown(number, self._reader)
        except UndecidedError:
            raise _undecided(number) from None
        self.tell([number], "resident show", withheld=shown.withheld)
        return shown

    def withholds(self, numbers: Collection[str]) -> bool:
        """Tell whether addresses of somebody who has all these numbers are kept back. Ask after what is shown was read.

        One that is protected protects all. Raises CommandError if nobody can tell now.
        """
        verdicts = self._decision.decide(sorted(numbers), self._reader)
        unknown = sorted(set(numbers) - verdicts.keys())
        if unknown:
            raise _undecided(unknown[0])
        return any(verdict is not Verdict.OPEN for verdict in verdicts.values())

    def tell(self, numbers: Sequence[str], subject: str, *, withheld: bool = False) -> None:
        """Record that people are about to be shown; raises CommandError if it can't be: then they must not be."""
        access = Access(
            access_id=str(uuid.uuid4()),
            at=utc_now().astimezone(JST).isoformat(timespec="milliseconds"),
            actor=self._actor,
            business=_BUSINESS,
            purpose=self._reader.purpose,
            deed=Deed.READ,
            subject=subject,
            withheld=withheld,
        )
        try:
            self._trail.record(access, numbers)
        except UNRECORDED as error:
            named = f"宛名番号 {numbers[0]}" if numbers else subject
            named += f" ほか{len(numbers) - 1}人" if len(numbers) > 1 else ""
            raise CommandError(
                f"監査証跡に記録できないため、{named} を示しません（{type(error).__name__}）。"
            ) from error


def _undecided(number: str) -> CommandError:
    return CommandError(
        f"宛名番号 {number} は支援措置対象者か判定できないため、示しません。時間を置いて再実行してください。",
        Exit.UNDECIDED,
    )
