"""`kyotsu addressee link` and `unlink`: 名寄せ by an operator, by the rules that hold for systems."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.editing import Link, Linking, Situation, decide
from kyotsu.addressees.issuing import Refused
from kyotsu.addressees.records import AddresseeRecord, Operation
from kyotsu.addressees.rules import RequestError
from kyotsu.contracts.audit import Deed
from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json
from kyotsu_cli.registry import REGISTERED_BY, Registry, unregistered
from kyotsu_cli.undoing import operator

_ATTEMPTS = 10
_OPERATOR_LENGTH = 10
_PRINTABLE = frozenset(string.ascii_letters + string.digits + "-_.")
Number = Annotated[str, typer.Argument(help="名寄せ元の宛名番号")]


def link(
    number: Number,
    to: Annotated[str, typer.Option("--to", help="名寄せ先の宛名番号（住民宛名番号でもよい）")],
    as_json: AsJson = False,
) -> None:
    """名寄せする。番号は変わらず、利用する各業務に通知され、unlink で元に戻せる。"""
    _apply(number, Linking(to), as_json=as_json)


def unlink(number: Number, as_json: AsJson = False) -> None:
    """名寄せを解除する。利用する各業務に通知される。"""
    _apply(number, Linking(None), as_json=as_json)


def _apply(number: str, linking: Linking, *, as_json: bool) -> None:
    registry = Registry(connect())
    record = _linked(registry, number, linking)
    if as_json:
        told = {"addressee_number": number, "principal": record.principal, "version": record.version}
        print_json({**told, "revision": record.revision})
    elif record.principal:
        console.print(f"{number} を {record.principal} に名寄せしました。", highlight=False)
    else:
        console.print(f"{number} は名寄せされていません。", highlight=False)


def _linked(registry: Registry, number: str, linking: Linking) -> AddresseeRecord:
    """Link or unlink; what is so already stays as it is. Both numbers stand in the audit trail before it is done."""
    now = utc_now()
    local = now.astimezone(JST)
    operation = Operation(_operator_id(), f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}")
    edit = Link(number=number, use=REGISTERED_BY, operation=operation, linking=linking)
    numbers = sorted({number, linking.principal or number})
    told = False
    for _ in range(_ATTEMPTS):
        known = registry.table.look(numbers, REGISTERED_BY).numbers
        if known[number].record is None:
            raise unregistered(number)
        principal = known[linking.principal] if linking.principal else None
        situation = Situation(known=known[number], principal=principal, now=now, residents_keep_numbers=False)
        decided = decide(edit, situation)
        if isinstance(decided, Refused):
            raise _refused(decided.errors)
        if not decided.changes:
            return decided.record
        if not told:
            registry.tell(_subject(decided), numbers, Deed.CHANGED)
            told = True
        editor = Editor(REGISTERED_BY, operation.operator, utc_now())
        if registry.table.write(replace(decided, editor=editor)):
            return decided.record
    raise CommandError("ほかの処理がこの記録を変更し続けています。もう一度実行してください。")


def _subject(change: Change) -> str:
    return "addressee link" if change.linked_to else "addressee unlink"


def _refused(errors: Sequence[RequestError]) -> CommandError:
    return CommandError("".join(f"{error.code} {error.message}" for error in errors), Exit.NOT_ACCEPTED)


def _operator_id() -> str:
    """Return 操作者ID for the history: the end of the operator's ARN. The audit trail has the whole."""
    name = "".join(one for one in re.split("[/:]", operator())[-1] if one in _PRINTABLE)
    return name[-_OPERATOR_LENGTH:] or "operator"
