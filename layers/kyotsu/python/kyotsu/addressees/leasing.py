"""排他制御: while somebody edits a record, nobody else may do more than read it (共通機能標準仕様書 2.1, 2.3.2).

A lease is held by an operator of a business and ends by itself. What happens to a lease that ended while its holder
went on editing is the business of the version that every edit may name.
"""

from __future__ import annotations

from datetime import datetime

from kyotsu.addressees.records import Use
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import Lease
from kyotsu.contracts import outcomes


def held_by_another(lease: Lease | None, use: Use, operator: str, now: datetime) -> bool:
    """Tell whether somebody else edits a record alone at this moment."""
    return lease is not None and now < lease.until and (lease.holder, lease.operator) != (use, operator)


def lease_refusal() -> RequestError:
    """Return the error of whoever comes while somebody else edits. It tells nobody who that is."""
    return RequestError("atenabango", outcomes.EDITED_BY_ANOTHER.code, outcomes.EDITED_BY_ANOTHER.sentence())
