"""住登外者宛名基本情報照会: whom a described person may be among those who are known, and why (候補者抽出)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from kyotsu.addressees.candidates import forms, keys, reasons
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.people import Person
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates.registered import address_of
from kyotsu.addressees.candidates.scoring import Score, Scorer
from kyotsu.addressees.history_call import ShowingUndecidedError
from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import Use
from kyotsu.addressees.requests import Callers, InvalidRequestError
from kyotsu.addressees.responses import refused
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.search import finding
from kyotsu.addressees.search.filters import passes
from kyotsu.addressees.search.items import EVERYBODY, nothing_to_search_by
from kyotsu.addressees.search.notes import Note, Notes, digests
from kyotsu.addressees.search.people import PeopleStore
from kyotsu.addressees.search.reading import FoundPerson, Reading, person_of
from kyotsu.addressees.search.requests import SearchRequest, search_request
from kyotsu.addressees.search.rows import SEARCH, CandidateRow, Why, candidates, row
from kyotsu.addressees.showing import record_items
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting:
    """Keeps a note of every search, where an issue has to name one."""

    notes: Notes
    fingerprints: Fingerprints
    new_id: Callable[[], str]
    """Ids that nobody can guess."""
    kept: timedelta

    def note(self, system: str, now: datetime, query: Form, people: Sequence[tuple[str, int]]) -> str:
        """Keep a note; return its id."""
        asked = digests((read.key for read in keys.of_query(query)), self.fingerprints)
        note = Note(self.new_id(), system, now, now + self.kept, tuple(people), asked)
        self.notes.put(note)
        return note.id


class Candidate(NamedTuple):
    """Somebody who is shown."""

    found: FoundPerson
    person: Person
    score: Score
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """The `ApiCall` of 住登外者宛名基本情報照会.

    A search reads at most 12 lists of the index, and at most three batches of people, protected ones
    not counted. It changes nothing.
    """

    postings: Callable[[str], Postings]
    """The index of a 対象."""
    scorer: Callable[[str], Scorer]
    people: PeopleStore
    callers: Callers
    decision: ProtectionDecision
    audit: AuditTrail
    withheld: frozenset[str]
    """Items that tell where somebody lives, of the registry's records and of the residents'."""
    noting: Noting | None = None
    """None: no issue has to name a search, and no note is kept."""
    purpose: str = "linkage"
    """A purpose of the catalogue."""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request; raises ShowingUndecidedError, and whatever keeps the audit trail from being written."""
        try:
            asked = search_request(request.body, self.callers.circumstances(request))
        except InvalidRequestError as invalid:
            return _refusal(invalid.errors)
        query = forms.of_query(asked.query)
        if not keys.of_query(query):
            return _refusal((nothing_to_search_by(),))
        shown = self._shown(asked, query, request.system)
        rows = [self._row(one, asked) for one in shown]
        self._record(shown, request)
        numbers = tuple(one.found.number for one in shown)
        search = None
        if self.noting is not None:
            picked = [(one.found.number, one.score.points) for one in shown]
            search = self.noting.note(request.system, request.received_at, query, picked)
        return ApiAnswer(status=200, body=candidates(rows, search), numbers=numbers)

    def _shown(self, asked: SearchRequest, query: Form, system: str) -> list[Candidate]:
        filtered, scorer = bool(asked.methods), self.scorer(asked.whom)
        found = finding.pool(query, self.postings(asked.whom), scorer, asked.rows, filtered=filtered)
        reading, kept = Reading(self.people, asked.use, residents=asked.whom == EVERYBODY), list[Candidate]()
        others, also = found.others(), found.bare_first
        for _ in range(finding.MOST_BATCHES):
            room = found.size
            # Who is protected stands among the others by an address, and must take nobody's place: else a
            # neighbour who is not shown would tell that address. So as many more are read.
            while batch := [*also, *itertools.islice(others, room)]:
                people = reading.people(found.wanted(batch))
                protected = self._protected(batch, system)
                room -= sum(number not in protected and number not in found.bare for number in batch)
                new = (
                    self._candidate(person, query, scorer, protected=number in protected)
                    for number, person in people.items()
                    # Found and ranked without an address, or not at all: else an address could be tried out.
                    if number not in protected or number in found.bare
                )
                kept += [one for one in new if self._counts(one, asked, query)]
                also = []
            if room or sum(not one.protected for one in kept) >= asked.rows:
                break
        return sorted(kept, key=lambda one: (-one.score.log_odds, one.found.number))[: asked.rows]

    def _protected(self, numbers: Sequence[str], system: str) -> set[str]:
        """Return who is protected. Decided after everything was read: a measure that comes in between is seen."""
        verdicts = self.decision.decide(sorted(numbers), Reader(system, self.purpose))
        if set(numbers) - verdicts.keys():
            raise ShowingUndecidedError
        return {number for number in numbers if verdicts[number] is not Verdict.OPEN}

    def _candidate(self, found: FoundPerson, query: Form, scorer: Scorer, *, protected: bool) -> Candidate:
        person = person_of(found, protected=protected)
        return Candidate(found, person, scorer.score(query, forms.of_person(person)), protected)

    def _counts(self, one: Candidate, asked: SearchRequest, query: Form) -> bool:
        if not asked.methods:
            return one.score.points >= finding.LEAST_POINTS
        return passes(asked.methods, asked.query, query, one.person, forms.of_person(one.person))

    def _row(self, one: Candidate, asked: SearchRequest) -> CandidateRow:
        absent = self.withheld if one.protected else frozenset[str]()
        evidence, found = one.score.evidence, one.found
        why = (Why(reason, reason.text) for reason in reasons.of(evidence, asked.query, one.person))
        address = address_of(found.items)
        return row(
            **_items(found, asked.use, absent),
            tokuten=one.score.points,
            riyu=tuple(why),
            rirekiitchi="1" if reasons.by_history(evidence) else "0",
            yokushifuragu="1" if one.protected else "0",
            **({"jusho": None} if one.protected else {"jusho": address} if address else {}),
            juminkubun=found.category,
        )

    def _record(self, shown: Sequence[Candidate], request: ApiRequest) -> None:
        """Note whom is shown before anybody is; those whose addresses are kept back apart. Nobody shown: nothing is."""
        for withheld in (False, True):
            numbers = [one.found.number for one in shown if one.protected is withheld]
            if numbers:
                self.audit.record(self._access(request, withheld=withheld), numbers)

    def _access(self, request: ApiRequest, *, withheld: bool) -> Access:
        return Access(
            access_id=f"{request.request_id}-withheld" if withheld else request.request_id,
            at=dates.iso(dates.compact(request.received_at)),
            actor=request.system,
            business=request.system,
            purpose=self.purpose,
            deed=Deed.READ,
            subject=SEARCH.path,
            withheld=withheld,
        )


_OF_RECORD = frozenset({"sakujofuragu", "sosanengappi", "sosajikoku"})
"""Items of a record that a candidate does without: it is open, and when it was edited is its history's."""


def _items(found: FoundPerson, use: Use, absent: Collection[str]) -> Mapping[str, Any]:
    """Return who somebody is, by romaji name."""
    if found.record is not None:
        items = record_items(found.record, use, absent)
        return {name: value for name, value in items.items() if name not in _OF_RECORD}
    person = {name: found.items[name] for name in PERSON if name in found.items and name not in absent}
    own = {"shikuchosonkodo": found.items["shikuchosonkodo"], "atenabango": found.number}
    return {**own, "rirekibango": found.history_number, **person}


def _refusal(errors: tuple[RequestError, ...]) -> ApiAnswer:
    return ApiAnswer(status=400, body=refused(SEARCH, errors), codes=tuple(error.code for error in errors))
