"""`CaseStore` on the `Moving` table; `case_items` says what is stored.

A case and its inbox are two items with a version each: steps write the case while signals arrive, and neither refuses
the other. Each write has a condition on the version that was read, so that it takes effect once, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kyotsu.moving.case_client import CaseClient
from kyotsu.moving.case_items import (
    BY_DAY,
    BY_ERASE,
    BY_KIND,
    BY_VISIT,
    CASE,
    DUE,
    ERASE,
    HISTORY,
    INBOX,
    KIND,
    PEOPLE,
    UNSTARTED,
    UNTOLD,
    VISIT,
    CaseItems,
    read_case,
    read_entry,
    read_inbox,
)
from kyotsu.moving.cases import Case, CaseKind, CaseState, Entry, Signal, Wait
from kyotsu.moving.inbox import Inbox
from kyotsu.moving.ports import CaseChangedError, NoSuchCaseError, Taken
from kyotsu.runtime.batches import batches

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 10
_ACTIONS = 100
"""DynamoDB's limit for one transaction."""
_NEW = "attribute_not_exists(pk)"
_UNCHANGED = "n = :n"


class CaseContendedError(Exception):
    """Others' writes went first each time; trying again later is safe."""


class CaseTable:
    """`CaseStore` on DynamoDB.

    Rights, all on `Moving`: GetItem (get, and all of waits and signals), PutItem (open, save, and all of waits and
    signals), Query (history, look_up), Query of the indexes (lists); UpdateItem, PutItem and DeleteItem (note, forget).
    """

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._items = CaseItems(municipality)
        self._calls = CaseClient(client, table, self._items)

    def open(self, case: Case, entry: Entry) -> Case:
        """Create a case by one transaction, or return the one that is there already."""
        new = replace(case, version=1)
        items = (self._items.case(new), self._items.entry(new, entry), self._items.inbox(case.id, Inbox(), 1))
        for _ in range(_ATTEMPTS):
            if self._calls.written([self._calls.put(item, _NEW) for item in items]):
                return new
            found = self._calls.find(case.id, CASE)
            if found:
                return read_case(found)
        raise CaseContendedError(case.id)

    def get(self, case_id: str) -> Case:
        """Return a case by one GetItem."""
        return read_case(self._get(case_id, CASE))

    def save(self, case: Case, entry: Entry | None = None) -> Case:
        """Write a case, and its entry, by one transaction."""
        new = replace(case, version=case.version + 1)
        actions = [self._calls.put(self._items.case(new), _UNCHANGED, n=case.version)]
        if entry is not None:
            actions.append(self._calls.put(self._items.entry(new, entry)))
        # A transaction also without an entry: botocore repeats it with its token after a time-out, so that who wrote
        # is not refused by the own write.
        if not self._calls.written(actions):
            self._get(case.id, CASE)
            raise CaseChangedError(case.id)
        return new

    def history(self, case_id: str) -> Sequence[Entry]:
        """Return a case's history by one Query (of a megabyte)."""
        key = self._items.key(case_id, HISTORY)
        return [read_entry(item) for item in self._calls.query(key["pk"]["S"], HISTORY)]

    def wait(self, case_id: str, wait: Wait) -> Taken | None:
        """Register a wait by one GetItem and one PutItem."""
        inbox = self._changed(case_id, lambda inbox: inbox.registered(wait))
        return inbox.taken if inbox.wait and inbox.wait.token == wait.token else None

    def signal(self, case_id: str, signal: Signal) -> Taken | None:
        """Store a signal by one GetItem and one PutItem."""
        inbox = self._changed(case_id, lambda inbox: inbox.with_signal(signal))
        return inbox.taken if inbox.took and inbox.took.id == signal.id else None

    def taken(self, case_id: str) -> Taken | None:
        """Return what the last wait took."""
        return self._inbox(case_id)[0].taken

    def told(self, case_id: str, taken: Taken) -> None:
        """Note that a machine was told."""
        self._changed(case_id, lambda inbox: inbox.after_telling(taken))

    def untold(self) -> Iterator[tuple[str, Taken]]:
        """Yield what nobody noted as told."""
        for item in self._calls.listed(BY_DAY, UNTOLD):
            taken = read_inbox(item)[0].taken
            if taken:
                yield item["gsi2sk"]["S"], taken

    def waiting(self, case_id: str) -> Wait | None:
        """Return the wait that has taken nothing yet."""
        inbox, _ = self._inbox(case_id)
        return inbox.wait if inbox.took is None else None

    def pending(self, case_id: str) -> Sequence[Signal]:
        """Return signals that no wait took yet."""
        return list(self._inbox(case_id)[0].pending)

    def listed(self, kind: CaseKind, states: Iterable[CaseState] = ()) -> Iterator[Case]:
        """Yield cases of a kind, of each state by the time they were opened."""
        for beginning in [f"{state}#" for state in dict.fromkeys(states)] or [""]:
            condition = "begins_with(gsi1sk, :sk)" if beginning else ""
            yield from map(read_case, self._calls.listed(BY_KIND, f"{KIND}#{kind}", condition, beginning))

    def unstarted(self) -> Iterator[Case]:
        """Yield cases that were opened and not started, oldest first."""
        return map(read_case, self._calls.listed(BY_DAY, UNSTARTED))

    def due(self, today: date) -> Iterator[Case]:
        """Yield open cases whose `due_on` is past, oldest first."""
        return map(read_case, self._calls.listed(BY_DAY, DUE, "gsi2sk < :sk", str(today)))

    def erasable(self, today: date) -> Iterator[Case]:
        """Yield cases whose `erase_on` has come, oldest first."""
        return map(read_case, self._calls.listed(BY_ERASE, ERASE, "gsi3sk < :sk", str(today + timedelta(1))))

    def visits(self, day: date) -> Iterator[Case]:
        """Yield cases of people who announced their visit for a day."""
        return map(read_case, self._calls.listed(BY_VISIT, f"{VISIT}#{day}"))

    def look_up(self, fingerprint: bytes) -> Sequence[str]:
        """Return ids of cases noted under a fingerprint."""
        pk = self._items.noted_key(fingerprint, "")["pk"]["S"]
        return [item["sk"]["S"] for item in self._calls.query(pk, "")]

    def note(self, case_id: str, fingerprints: Iterable[bytes]) -> None:
        """Note a case under fingerprints, 99 of them by one transaction, unless it was forgotten."""
        for some in batches(dict.fromkeys(fingerprints), _ACTIONS - 1):
            noted = self._update(case_id, "ADD s :s", "attribute_not_exists(f)", {":s": {"BS": some}})
            postings = [self._calls.put(self._items.noted_key(fingerprint, case_id)) for fingerprint in some]
            for _ in range(_ATTEMPTS):
                if self._calls.written([noted, *postings]):
                    break
                if "f" in self._calls.find(case_id, PEOPLE):
                    return
            else:
                raise CaseContendedError(case_id)

    def forget(self, case_id: str) -> None:
        """Remove a case from its fingerprints; what is left after a crash is found by the same item again."""
        people: dict[str, Any] = self._calls.dynamodb.update_item(
            TableName=self._calls.table,
            Key=self._items.key(case_id, PEOPLE),
            UpdateExpression="SET f = :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )["Attributes"]
        fingerprints = people.get("s", {"BS": []})["BS"]
        for some in batches(fingerprints, _ACTIONS):
            self._calls.dynamodb.transact_write_items(
                TransactItems=[
                    {"Delete": {"TableName": self._calls.table, "Key": self._items.noted_key(fingerprint, case_id)}}
                    for fingerprint in some
                ]
            )
        if fingerprints:
            key = self._items.key(case_id, PEOPLE)
            self._calls.dynamodb.update_item(TableName=self._calls.table, Key=key, UpdateExpression="REMOVE s")

    def _changed(self, case_id: str, change: Callable[[Inbox], Inbox]) -> Inbox:
        """Change an inbox: the value that was read is the one that is replaced, or it is read again."""
        for _ in range(_ATTEMPTS):
            before, version = self._inbox(case_id)
            after = change(before)
            if after == before or self._replaced(case_id, after, version):
                return after
        raise CaseContendedError(case_id)

    def _replaced(self, case_id: str, inbox: Inbox, version: int) -> bool:
        try:
            self._calls.dynamodb.put_item(
                **self._calls.put(self._items.inbox(case_id, inbox, version + 1), _UNCHANGED, n=version)["Put"]
            )
        except self._calls.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _inbox(self, case_id: str) -> tuple[Inbox, int]:
        return read_inbox(self._get(case_id, INBOX))

    def _get(self, case_id: str, sk: str) -> Any:
        found = self._calls.find(case_id, sk)
        if not found:
            raise NoSuchCaseError(case_id)
        return found

    def _update(self, case_id: str, expression: str, condition: str, values: Any) -> Any:
        return {
            "Update": {
                "TableName": self._calls.table,
                "Key": self._items.key(case_id, PEOPLE),
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }
