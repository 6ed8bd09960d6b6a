"""名寄せ: which link may be made. Links have one level, and no number is ever replaced by another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from kyotsu.addressees.records import AddresseeRecord, Use
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import KnownNumber, Seen
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKnown:
    """What is known of the number that a request links to, and of links to its own number."""

    principal: AddresseeRecord | None = None
    principal_is_resident: bool = False
    """Whether the principal's number is, or was, a resident's."""
    is_principal: bool = False
    """Whether others are linked to the request's own number."""
    hidden: bool = False
    """Whether the record is linked to one that the system may not know of."""


def link_known(own: KnownNumber, principal: KnownNumber | None, *, hidden: bool = False) -> LinkKnown:
    """Return what is known for a link from one number to another; None: nothing is to be linked."""
    return LinkKnown(
        principal=None if principal is None else principal.record,
        principal_is_resident=principal is not None and principal.resident is not None,
        is_principal=own.linked > 0,
        hidden=hidden,
    )


class Looks(Protocol):
    """As `RegistryStore.look`."""

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """Return what is known of numbers."""
        ...


def linked_to_hidden(store: Looks, record: AddresseeRecord | None, principal: str | None, use: Use) -> bool:
    """Tell whether a record is linked to another than `principal`, and to one that is closed to a system.

    To that system it is linked to nobody. Costs a look if it is linked to another one.
    """
    if record is None or record.principal in (None, principal):
        return False
    target = store.look([record.principal], use).numbers[record.principal].record
    return target is not None and not target.readable_by(use)


def link_refusals(
    number: str, principal: str, current: AddresseeRecord | None, known: LinkKnown, use: Use
) -> Iterator[RequestError]:
    """Yield why a number may not be linked to a principal by a system; `current`: the number's record, if any."""
    if number == principal:
        yield _refusal(outcomes.LINK_TO_ITSELF)
        return
    if current is not None and current.principal not in (None, principal):
        yield _refusal(outcomes.PRINCIPAL_UNUSABLE if known.hidden else outcomes.LINKED_ALREADY)
        return
    target = known.principal
    if target is not None and target.deleted:
        target = None
    if (target is None and not known.principal_is_resident) or (target is not None and not target.readable_by(use)):
        yield _refusal(outcomes.PRINCIPAL_UNUSABLE)
    elif known.is_principal or (target is not None and target.principal is not None):
        yield _refusal(outcomes.LINK_CHAIN)


def _refusal(outcome: Outcome) -> RequestError:
    return RequestError("nayosesakiatenabango", outcome.code, outcome.sentence())
