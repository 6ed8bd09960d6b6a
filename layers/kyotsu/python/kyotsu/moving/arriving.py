"""転入 and 転居 done: the resident records say that somebody of a case lives here now.

A reservation changes no 住民区分; only 住民記録 does, and what it says is heard here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import dates
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import ENDED, Case, CaseKind, Entry, Signal, SignalKind
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import Certificate, MovingPerson, Reservation, decode
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.ports import CaseStore, PaperKind, Papers
from kyotsu.moving.posting import ResidentRecords
from kyotsu.moving.reconciling import RESIDENT, ResidentRecord
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting

BY = "residents"
_REASONS = {"01": CaseKind.MOVE_IN, "41": CaseKind.IN_CITY}
"""異動事由 of 転入 (001o006-01) and 転居 (001o006-02)."""
_LONGEST = timedelta(400)
"""No case waits for a move so long ago."""
_BEFORE = timedelta(30)
"""A move so much earlier than planned is another one."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Hears of residents whose records changed."""

    cases: CaseStore
    papers: Papers
    residents: ResidentRecords
    starting: Starting
    fingerprints: Fingerprints

    def hear(self, number: str, at: datetime) -> None:
        """Look at a resident as recorded now, and note the arrival with every open case of this person."""
        plain = self.residents.plain(number)
        if plain is None or plain.category != RESIDENT:
            return
        kind, moved_on = _REASONS.get(plain.items.get("idojiyu", "")), plain.items.get("idonengappi", "")
        # Most residents of a full file moved long ago: nothing of theirs is opened, and nobody looked for.
        if kind is None or not dates.is_date(moved_on) or date.fromisoformat(moved_on) < at.date() - _LONGEST:
            return
        record = self.residents.records([number])[number]
        own = of_person(self.fingerprints, _asked(record.items), record.items.get("kojinbango", ""))
        for case_id in dict.fromkeys(case_id for each in own for case_id in self.cases.look_up(each)):
            case = self.cases.get(case_id)
            if case.kind is kind and case.state not in ENDED and date.fromisoformat(moved_on) >= _earliest(case):
                self._arrived(case, record, date.fromisoformat(moved_on), own, at)

    def _arrived(self, case: Case, record: ResidentRecord, moved_on: date, own: Sequence[bytes], at: datetime) -> None:
        position = self._position(case, record, own)
        if position is None:
            return
        changed = saved(
            self.cases,
            case.id,
            lambda case: _with_arrival(case, position, record.number, moved_on),
            lambda: Entry(at, "Arrive", "arrived", BY, (("number", record.number),)),
        )
        if changed.arrived:  # the first of a household changes nothing that is to be done
            self.starting.hear(case.id, Signal(f"moved-in-{record.number}", SignalKind.MOVED_IN, at, BY))

    def _position(self, case: Case, record: ResidentRecord, own: Sequence[bytes]) -> int | None:
        """Return who of a case a resident is; None: nobody. 個人番号 decides where both sides have it; twins whose
        names are read alike are told apart by it, or else each takes one place."""
        taken = {person.position: person.addressee_number for person in case.people if person.arrived}
        for position, number in taken.items():
            if number == record.number:
                return position
        number = record.items.get("kojinbango", "")
        alike = [
            (number == known.number != "", len(known.marks.intersection(own)), -position)
            for position, known in self._people(case)
            if position not in taken and not _differ(number, known.number) and not known.marks.isdisjoint(own)
        ]
        return -max(alike)[-1] if alike else None

    def _people(self, case: Case) -> Iterator[tuple[int, _Known]]:
        certified = set[int]()
        for part in case.certificate_now:
            body = self.papers.get(case.id, part_name(part.message_id))
            for person in decode(body, Certificate).people if body else ():
                certified.add(part.position)
                marks = frozenset(of_person(self.fingerprints, person))
                yield part.position, _Known(marks, person.individual_number)
        body = self.papers.get(case.id, PaperKind.RESERVATION)
        for moving in decode(body, Reservation).people if body else ():
            # What the municipality that was left certifies says more than what the citizen filed.
            if moving.position not in certified:
                yield moving.position, _Known(frozenset(of_person(self.fingerprints, moving)), "")


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody of a case."""

    marks: frozenset[bytes]
    number: str = field(repr=False)
    """個人番号, where it is known."""


def _differ(one: str, other: str) -> bool:
    """Tell whether two 個人番号 are known and differ."""
    return bool(one) and bool(other) and one != other


def _with_arrival(case: Case, position: int, number: str, moved_on: date) -> Case:
    people = tuple(
        replace(person, arrived=True, addressee_number=number) if person.position == position else person
        for person in case.people
    )
    return replace(case, people=people, moved_on=min(filter(None, (case.moved_on, moved_on))))


def _earliest(case: Case) -> date:
    return (case.planned_on or case.opened_at.astimezone(JST).date()) - _BEFORE


def _asked(items: Mapping[str, str]) -> MovingPerson:
    return MovingPerson(
        position=1,
        name=items.get("shimei", ""),
        name_kana=items.get("shimei_furigana", ""),
        roman_name=items.get("shimei_gaikokujinromaji", ""),
        birth_date=items.get("seinengappi", ""),
        sex=items.get("seibetsu", ""),
    )
