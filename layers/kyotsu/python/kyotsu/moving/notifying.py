"""転入通知 of a person: that somebody lives here now, as the records of this municipality say."""

from __future__ import annotations

from datetime import date

from kyotsu.moving.cases import Case, CasePerson
from kyotsu.moving.certifying import address_of
from kyotsu.moving.cs.messages import Notice
from kyotsu.moving.reconciling import ResidentRecord


def notice_of(case: Case, person: CasePerson, record: ResidentRecord, today: date) -> Notice:
    """Return what one message tells the municipality that was left."""
    items = record.items
    return Notice(
        application_number=case.application_number,
        position=person.position,
        notified_on=today.isoformat(),
        moved_on=items.get("idonengappi", ""),
        new_address=address_of(items),
        name=items.get("shimei", ""),
        name_kana=items.get("shimei_furigana", ""),
        birth_date=items.get("seinengappi", ""),
        sex=items.get("seibetsu", ""),
        individual_number=items.get("kojinbango", ""),
        resident_record_code=items.get("juminhyokodo", ""),
    )
