"""Items of cases in the `Moving` table. No personal data but 宛名番号: names and the like are papers.

| item | pk | sk | attributes |
|---|---|---|---|
| case | 団体コード#CASE#id | CASE | b JSON, n version; its place in lists |
| history | 団体コード#CASE#id | H#version of the case | b JSON |
| inbox | 団体コード#CASE#id | INBOX | b JSON, n version; UNTOLD |
| people | 団体コード#CASE#id | PEOPLE | s fingerprints it is noted under, f forgotten |
| noted | 団体コード#PERSON#fingerprint | case id | |

Lists are sparse indexes; they follow the items by a moment.

| index | pk | sk |
|---|---|---|
| by_kind | 団体コード#KIND#kind | state#opened at#id |
| by_day | 団体コード#UNSTARTED, 団体コード#DUE | opened at#id, due_on#id |
| by_day | 団体コード#UNTOLD | id (of an inbox) |
| by_erase | 団体コード#ERASE | erase_on#id |
| by_visit | 団体コード#VISIT#visit_on | id |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

import msgspec
from pynamodb.attributes import BinaryAttribute, BinarySetAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from kyotsu.moving.cases import ENDED, Case, Entry
from kyotsu.moving.inbox import Inbox
from kyotsu.runtime.tables import TableItem

CASE, HISTORY, INBOX, PEOPLE = "CASE", "H#", "INBOX", "PEOPLE"
KIND, UNSTARTED, DUE, UNTOLD, ERASE, VISIT = "KIND", "UNSTARTED", "DUE", "UNTOLD", "ERASE", "VISIT"
BY_KIND: Final = ("by_kind", "gsi1")
BY_DAY: Final = ("by_day", "gsi2")
BY_ERASE: Final = ("by_erase", "gsi3")
BY_VISIT: Final = ("by_visit", "gsi4")
"""Indexes, and what the names of their keys begin with."""

Item = dict[str, dict[str, Any]]


def _list(name: str, number: int) -> GlobalSecondaryIndex[Any]:
    keys = {
        f"gsi{number}pk": UnicodeAttribute(hash_key=True, attr_name=f"gsi{number}pk"),
        f"gsi{number}sk": UnicodeAttribute(range_key=True, attr_name=f"gsi{number}sk"),
    }
    meta = type("Meta", (), {"index_name": name, "projection": AllProjection()})
    made: type[GlobalSecondaryIndex[Any]] = type(name, (GlobalSecondaryIndex,), {"Meta": meta, **keys})
    return made()


class CaseItem(TableItem):
    """A case, its inbox, an entry of its history, its people, or where a person is noted."""

    by_kind, by_day = _list("by_kind", 1), _list("by_day", 2)
    by_erase, by_visit = _list("by_erase", 3), _list("by_visit", 4)
    b = BinaryAttribute(legacy_encoding=False, null=True)
    n = NumberAttribute(null=True)
    f = NumberAttribute(null=True)
    s: BinarySetAttribute = BinarySetAttribute(legacy_encoding=False, null=True)
    gsi1pk, gsi1sk = UnicodeAttribute(null=True), UnicodeAttribute(null=True)
    gsi2pk, gsi2sk = UnicodeAttribute(null=True), UnicodeAttribute(null=True)
    gsi3pk, gsi3sk = UnicodeAttribute(null=True), UnicodeAttribute(null=True)
    gsi4pk, gsi4sk = UnicodeAttribute(null=True), UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class CaseItems:
    """Makes items of one municipality, and reads them."""

    municipality: str

    def key(self, case_id: str, sk: str) -> Item:
        """Return the key of something of a case."""
        return {"pk": {"S": f"{self.municipality}#CASE#{case_id}"}, "sk": {"S": sk}}

    def noted_key(self, fingerprint: bytes, case_id: str) -> Item:
        """Return the key under which a case is found by a person."""
        return {"pk": {"S": f"{self.municipality}#PERSON#{fingerprint.hex()}"}, "sk": {"S": case_id}}

    def partition(self, of: str) -> str:
        """Return a partition of an index."""
        return f"{self.municipality}#{of}"

    def case(self, case: Case) -> Item:
        """Return a case as stored at its version."""
        opened = case.opened_at.astimezone(UTC).isoformat(timespec="microseconds")
        item = self.key(case.id, CASE)
        item |= {"b": {"B": msgspec.json.encode(case)}, "n": {"N": str(case.version)}}
        item |= self._listed(BY_KIND, f"{KIND}#{case.kind}", f"{case.state}#{opened}#{case.id}")
        if case.state not in ENDED:
            if not case.generation:
                item |= self._listed(BY_DAY, UNSTARTED, f"{opened}#{case.id}")
            elif case.due_on:
                item |= self._listed(BY_DAY, DUE, f"{case.due_on}#{case.id}")
        if case.erase_on and not case.erased_at:
            item |= self._listed(BY_ERASE, ERASE, f"{case.erase_on}#{case.id}")
        if case.visit_on:
            item |= self._listed(BY_VISIT, f"{VISIT}#{case.visit_on}", case.id)
        return item

    def entry(self, case: Case, entry: Entry) -> Item:
        """Return an entry of the history that was written with a case's version."""
        return {**self.key(case.id, f"{HISTORY}{case.version:08d}"), "b": {"B": msgspec.json.encode(entry)}}

    def inbox(self, case_id: str, inbox: Inbox, version: int) -> Item:
        """Return an inbox as stored at a version of its own."""
        item = {**self.key(case_id, INBOX), "b": {"B": msgspec.json.encode(inbox)}, "n": {"N": str(version)}}
        return item if inbox.told else item | self._listed(BY_DAY, UNTOLD, case_id)

    def _listed(self, index: tuple[str, str], partition: str, sort: str) -> Item:
        return {f"{index[1]}pk": {"S": self.partition(partition)}, f"{index[1]}sk": {"S": sort}}


def read_case(item: Any) -> Case:
    """Return the case of an item."""
    return msgspec.json.decode(item["b"]["B"], type=Case)


def read_entry(item: Any) -> Entry:
    """Return the entry of an item."""
    return msgspec.json.decode(item["b"]["B"], type=Entry)


def read_inbox(item: Any) -> tuple[Inbox, int]:
    """Return the inbox of an item, and its version."""
    return msgspec.json.decode(item["b"]["B"], type=Inbox), int(item["n"]["N"])
