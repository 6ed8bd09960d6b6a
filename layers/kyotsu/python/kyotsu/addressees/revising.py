"""How a record becomes another one: numbers of versions, the history entry and a business's part."""

from __future__ import annotations

from dataclasses import replace

from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import MOST_VERSIONS, AddresseeRecord, BusinessUse, Deed, HistoryEntry, Operation, Use
from kyotsu.addressees.rules import RequestError
from kyotsu.contracts import outcomes
from kyotsu.residents.effects import Remark


def revised(
    before: AddresseeRecord,
    told: AddresseeRecord,
    by: Use,
    operation: Operation,
    part: BusinessUse | None = None,
    *,
    principal_is_resident: bool = False,
    remarks: tuple[Remark, ...] = (),
) -> Change:
    """Return the change from a record to what is told of it now; what is told again changes nothing.

    履歴番号 grows only if what the registry says changes. `part`: what becomes of the business's part, if anything;
    a business without one before uses the record from now on.
    """
    changed = replace(told, uses=before.uses) != before
    after = replace(
        told,
        version=before.version + changed,
        revision=before.revision + 1,
        operation=operation if changed else before.operation,
    )
    touched = changed or told.uses != before.uses
    linked, unlinked = _link_change(before.principal, told.principal)
    return Change(
        record=after if touched else before,
        expected=before.revision,
        entry=HistoryEntry(_deed(before, told, changed=changed), by, after) if touched else None,
        use=part,
        linked_to=linked,
        principal_is_resident=linked is not None and principal_is_resident,
        unlinked_from=unlinked,
        remarks=remarks,
    )


def too_many(change: Change) -> RequestError | None:
    """Return the error of a change that 履歴番号 has no number for."""
    if change.record.version <= MOST_VERSIONS:
        return None
    outcome = outcomes.TOO_MANY_VERSIONS
    return RequestError("atenabango", outcome.code, outcome.sentence(limit=MOST_VERSIONS))


def _link_change(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    return (after, before) if before != after else (None, None)


def _deed(before: AddresseeRecord, after: AddresseeRecord, *, changed: bool) -> Deed:
    if before.principal != after.principal:
        return Deed.UNLINKED if after.principal is None else Deed.LINKED
    return Deed.UPDATED if changed else Deed.USED
