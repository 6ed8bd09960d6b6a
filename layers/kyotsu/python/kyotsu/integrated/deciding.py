"""What an update comes to, given what is known: pure, without storage.

The outcome names everything that must be written, together or not at all, and the revision it was decided on, so that
two updates at once can't both hold.
"""

from __future__ import annotations

from dataclasses import replace

from kyotsu.contracts import outcomes
from kyotsu.integrated.changes import Change, Known, Refused, Told
from kyotsu.integrated.records import (
    MOST_ROWS,
    REGISTERED,
    RESIDENTS_BUSINESS,
    Conflict,
    Deed,
    HistoryEntry,
    Information,
    IntegratedPerson,
    RowState,
)


def issue(told: Told, known: Known, fresh: str | None) -> Change | Refused | None:
    """Decide a request for a number. None: a `fresh` number is needed, so ask again with one."""
    refused = _refused(told, known)
    if refused:
        return refused
    person = known.by_number or known.by_individual
    if person is not None:
        return _updated(told, known, person)
    if fresh is None:
        return None
    if told.fingerprint is None or told.individual_number is None:
        raise ValueError("a number is issued by 個人番号 alone")
    empty = IntegratedPerson(number=fresh, revision=0, fingerprint=told.fingerprint)
    after = replace(_with_row(empty, told, known), revision=1)
    return Change(
        before=None,
        after=after,
        entry=_entry(Deed.ISSUED, told, after),
        row=told.key,
        information=told.information,
        individual_number=told.individual_number,
        suspect=_suspect(told, known, fresh),
    )


def update(told: Told, known: Known) -> Change | Refused:
    """Decide an update, which never issues a number and, but for the 住民記録 system's, never adds a row."""
    person = known.by_number
    if person is None:
        return Refused(outcomes.NOT_INTEGRATED)
    if person.row(told.key) is None and told.use.business != RESIDENTS_BUSINESS:
        return Refused(outcomes.NOT_INTEGRATED)
    return _refused(told, known) or _updated(told, known, person)


def end(told: Told, known: Known) -> Change | None:
    """Decide that a system no longer uses a person under a 宛名番号; None: it does not.

    With the last row the person is deleted.
    """
    person = known.by_number
    row = person.row(told.key) if person else None
    if person is None or row is None or row.ended:
        return None
    if told.operated_at < row.operated_at:
        return Change(before=person, after=person, outdated=True)
    ended = row._replace(operated_at=told.operated_at, ended=True, digest="", sequence=0, status=None)
    after = replace(_put(person, ended), revision=person.revision + 1)
    if not after.living:
        after = replace(after, deleted=True)
    deed = Deed.DELETED if after.deleted else Deed.ENDED
    entry = replace(_entry(deed, told, after), information=None)
    return Change(before=person, after=after, entry=entry, row=told.key)


def _refused(told: Told, known: Known) -> Refused | None:
    own, other = known.by_number, known.by_individual
    target = own or other
    if target and target.row(told.key) is None and len(target.rows) >= MOST_ROWS:
        return Refused(outcomes.TOO_MANY_ROWS, limit=MOST_ROWS)
    if own is None or told.fingerprint is None or own.fingerprint == told.fingerprint:
        return None
    if other is not None and other.number != own.number:
        found = Conflict(told.number, own.number, other.number, _by(told), told.operated_at)
        return Refused(outcomes.INDIVIDUAL_NUMBER_TAKEN, found)
    if not told.renumbered:
        found = Conflict(told.number, own.number, "", _by(told), told.operated_at)
        return Refused(outcomes.INDIVIDUAL_NUMBER_DIFFERS, found)
    if renumbers_from_outside(told, own) and _is_resident(told, known, own):
        found = Conflict(told.number, own.number, "", _by(told), told.operated_at)
        return Refused(outcomes.RENUMBERED_FROM_OUTSIDE, found)
    return None


def renumbers_from_outside(told: Told, person: IntegratedPerson) -> bool:
    """Whether an update of any other system than 住民記録 would bring a person another 個人番号."""
    return told.use.business != RESIDENTS_BUSINESS and _renumbers(told, person)


def _is_resident(told: Told, known: Known, person: IntegratedPerson) -> bool:
    """Whether a person is a 住登者 under any of its 宛名番号.

    The residents as they are now are asked, not what was followed; of a number they never had, the 住民記録 system.
    """
    said = {**person.categories, **known.residents} | ({told.number: known.resident} if known.resident else {})
    numbers = {row.number for row in person.living}
    if any(category.category == REGISTERED for number, category in said.items() if number in numbers):
        return True
    own = [row for row in person.living if row.business == RESIDENTS_BUSINESS and row.number not in said]
    return any(row.status == REGISTERED for row in own)


def _by(told: Told) -> str:
    return told.use.local_system if told.use.business == "000" else told.use.business


def _updated(told: Told, known: Known, person: IntegratedPerson) -> Change:
    """Update a person's row and, if the person has another 個人番号 now, that."""
    after = _with_row(person, told, known)
    tells = _told(after.row(told.key)) != _told(person.row(told.key))
    renumbered = _renumbers(told, person)
    if renumbered and told.fingerprint:
        after = replace(after, fingerprint=told.fingerprint, changed_at=told.operated_at, sealed=None)
    outdated = not tells and not renumbered and _is_outdated(told, person)
    if after == person:
        return Change(before=person, after=person, outdated=outdated)
    after = replace(after, revision=person.revision + 1)
    entry = None
    if tells or renumbered or after.flagged != person.flagged:
        entry = _entry(Deed.NUMBER_CHANGED if renumbered else Deed.UPDATED, told, after)
        entry = replace(entry, former=person.sealed if renumbered else None, information=_if(tells, told))
    return Change(
        before=person,
        after=after,
        entry=entry,
        row=told.key if tells else None,
        information=_if(tells, told),
        individual_number=told.individual_number if renumbered else None,
        outdated=outdated,
        suspect=_suspect(told, known, person.number) if renumbered else None,
    )


def _suspect(told: Told, known: Known, number: str) -> Conflict | None:
    """Return what a clerk must look at if somebody gets a 個人番号 that was another's: it is that one told by a system
    that did not hear of the change, or the other's was corrected."""
    if known.formerly in ("", number):
        return None
    return Conflict(told.number, number, known.formerly, _by(told), told.operated_at)


def _if(tells: bool, told: Told) -> Information | None:
    return told.information if tells else None


def _told(row: RowState | None) -> RowState | None:
    """Return what of a row its system told last."""
    return row._replace(since="") if row else None


def _renumbers(told: Told, person: IntegratedPerson) -> bool:
    """Whether the update brings another 個人番号, and no later update brought one already."""
    if told.fingerprint is None or told.fingerprint == person.fingerprint or not told.renumbered:
        return False
    return (told.operated_at, told.fingerprint) > (person.changed_at, person.fingerprint if person.changed_at else b"")


def _is_outdated(told: Told, person: IntegratedPerson) -> bool:
    row = person.row(told.key)
    return row is not None and told.operated_at < row.operated_at


def _with_row(person: IntegratedPerson, told: Told, known: Known) -> IntegratedPerson:
    """Return the person with a row as it stands after an update, and with what the residents say."""
    person = _with_category(person, told, known)
    before = person.row(told.key)
    status = told.status
    if told.use.business == RESIDENTS_BUSINESS:
        known_category = person.categories.get(told.number)
        status = told.status or (known_category.category if known_category else None)
    after = RowState(
        *told.key, told.operated_at, told.operated_at, status, told.digest, ended=False, sequence=told.sequence
    )
    if before is not None:
        since = min(before.since, told.operated_at)
        after = after._replace(since=since) if _replaces(after, before) else before._replace(since=since)
    return _put(person, after)


def _replaces(after: RowState, before: RowState) -> bool:
    """Whether an update counts rather than the one before it: the later one, or at one 操作日時 the same one anywhere.

    What the residents tell is told in their own order: a file that was taken back makes an earlier record the current
    one.
    """
    if after.sequence and before.sequence:
        return after.sequence > before.sequence
    return _rank(after) > _rank(before)


def _rank(row: RowState) -> tuple[str, bool, str, str]:
    return row.operated_at, row.ended, row.digest, row.status or ""


def _with_category(person: IntegratedPerson, told: Told, known: Known) -> IntegratedPerson:
    found, before = known.resident, person.categories.get(told.number)
    if found is None or (before is not None and before.sequence >= found.sequence):
        return person
    if before is not None and not told.sequence and before.category == found.category:
        return person  # a newer sequence alone is worth no write
    return replace(person, categories={**person.categories, told.number: found})


def _put(person: IntegratedPerson, row: RowState) -> IntegratedPerson:
    others = [other for other in person.rows if other.key != row.key]
    return replace(person, rows=tuple(sorted([*others, row])))


def _entry(deed: Deed, told: Told, after: IntegratedPerson) -> HistoryEntry:
    flagged = after.flagged
    return HistoryEntry(
        revision=after.revision,
        deed=deed,
        row=told.key,
        by=told.use,
        information=told.information,
        flagged=flagged.key if flagged else None,
    )
