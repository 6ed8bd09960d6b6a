"""The registry on the `Addressees` table; `table_items` says what is stored.

Batches and transactions go through the plain client (residents/table.py says why).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kyotsu.addressees import suspects
from kyotsu.addressees.changes import Change
from kyotsu.addressees.packing import (
    lease_of,
    milliseconds,
    pack_lease,
    record_of,
    seal_place,
    unpack_entry,
    use_text,
)
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, HistoryEntry, Use
from kyotsu.addressees.store import INDIVIDUAL_NUMBER, Done, KnownNumber, Lease, Seen
from kyotsu.addressees.table_items import FoundItem, HistoryItem, LinkItem
from kyotsu.addressees.writing import DONE, HISTORY, LINK, NUMBER, USE, Action, SealedNumber, Writing
from kyotsu.contracts.sealing import Fingerprints, Sealer
from kyotsu.residents.applier import Head
from kyotsu.residents.packing import unpack
from kyotsu.residents.reading import shown_category
from kyotsu.residents.stream import HEAD
from kyotsu.runtime.batches import batches, get_across, get_all
from kyotsu.runtime.tables import bound

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_RESERVED_AT_ONCE = 100
_CONDITION = "ConditionalCheckFailed"
_CHANGED = frozenset({_CONDITION, "TransactionConflict", "None"})
"""Why a transaction did not take place: somebody else's did."""
_ATTEMPTS = 5


class TooContendedError(Exception):
    """Others' writes went first each time; trying again later is safe."""


class RegistryTable:
    """`RegistryStore`, `MigrationStore` and `ResidentNumberStore` on DynamoDB.

    Rights. `Addressees`: BatchGetItem (look, alike); UpdateItem, PutItem, DeleteItem and ConditionCheckItem (write);
    UpdateItem and PutItem (take), UpdateItem (lease, release, reserve); Query (history, linked_to, alike).
    `Residents`: BatchGetItem (look). The key of `sealer`: GenerateDataKey (write with a 個人番号) and,
    of one that opens, Decrypt (look at a business's part that has one). The secret of `fingerprints` (write, alike).
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        residents: str,
        municipality: str,
        *,
        sealer: Sealer,
        fingerprints: Fingerprints,
        opens: bool = True,
    ) -> None:
        """`opens`: 個人番号 are opened for the business that sent them, which needs Decrypt."""
        self._client, self._table, self._residents = client, table, residents
        self._municipality = municipality
        self._sealer, self._fingerprints, self._opens = sealer, fingerprints, opens
        self._writing = Writing(table, municipality)
        self._history, self._found = bound(HistoryItem, table), bound(FoundItem, table)
        self._links = bound(LinkItem, table)

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """Return what is known, by one BatchGetItem for up to 33 numbers."""
        wanted, own = dict.fromkeys(numbers), USE + use_text(use)
        keys = [self._writing.key(number, sk) for number in wanted for sk in (NUMBER, own)]
        if once is not None:
            keys.append(self._writing.done_key(once))
        heads = [self._writing.key(number, HEAD) for number in wanted]
        found = get_across(self._client, {self._table: keys, self._residents: heads})
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in found[self._table]}
        residents = {item["pk"]["S"]: _resident(item) for item in found[self._residents]}
        known = {}
        for number in wanted:
            pk = self._writing.key(number)["pk"]["S"]
            known[number] = self._known(number, items.get((pk, NUMBER), {}), items.get((pk, own)), use)
            known[number] = replace(known[number], resident=residents.get(pk))
        done = None
        if once is not None:
            item = items.get((f"{self._municipality}#{DONE}#{once}", DONE))
            done = None if item is None else Done(once, item["f"]["B"], item["a"]["B"])
        return Seen(known, done)

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        """Write a change and that it happened, by one TransactWriteItems."""
        actions: list[Action] = []
        if change is not None and change.changes:
            posting = None if change.entry is None else suspects.fingerprint(change.record, self._fingerprints)
            actions = self._writing.actions(change, self._sealed(change.use), posting)
        if done is not None:
            actions.append(self._writing.done(done))
        return not actions or not self._refused(actions)

    def take(self, number: str, done: Done | None = None) -> bool:
        """Note that the 住民記録 system obtained a number."""
        noted = [] if done is None else [self._writing.done(done)]
        return not self._refused([self._writing.taken(number), *noted])

    def reserve(self, numbers: Collection[str]) -> set[str]:
        """Reserve numbers of another registry; return those that can't be. Transactions of 100, one after another."""
        used: set[str] = set()
        for batch in batches(dict.fromkeys(numbers), _RESERVED_AT_ONCE):
            left, attempts = batch, iter(range(_RESERVED_AT_ONCE + _ATTEMPTS))
            while left:
                reasons = self._refused([self._writing.reserved(number) for number in left])
                if not reasons:
                    break
                if next(attempts, None) is None:
                    raise TooContendedError
                told = dict(zip(left, reasons, strict=True))
                used |= {number for number, reason in told.items() if reason == _CONDITION}
                left = [number for number, reason in told.items() if reason != _CONDITION]
        return used

    def history(self, number: str) -> list[HistoryEntry]:
        """Return what was done to a record, oldest first."""
        pk = self._pk(number)
        items = self._history.query(pk, self._history.sk.startswith(HISTORY), consistent_read=True)
        return [unpack_entry(number, int(item.sk[len(HISTORY) :]), item.b) for item in items]

    def lease(self, number: str, wanted: Lease, now: datetime) -> Lease:
        """Give the lease, or return who holds it."""
        values: Any = {
            ":e": {"S": pack_lease(wanted)},
            ":u": {"N": str(milliseconds(wanted.until))},
            ":now": {"N": str(milliseconds(now))},
        }
        held = self._updated(number, "SET e = :e, u = :u", "attribute_not_exists(u) OR u <= :now OR e = :e", values)
        return wanted if held is None else (lease_of(held) or wanted)

    def release(self, number: str, holder: Use, operator: str) -> None:
        """End a lease, if it is the holder's."""
        mine: Any = {":e": {"S": pack_lease(Lease(holder, operator, datetime.now(UTC)))}}
        self._updated(number, "REMOVE e, u", "e = :e", mine)

    def linked_to(self, principal: str) -> Iterator[str]:
        """Yield the numbers linked to a principal."""
        items = self._links.query(self._pk(principal), self._links.sk.startswith(LINK), consistent_read=True)
        return (item.sk[len(LINK) :] for item in items if item.d is None)

    def alike(self, record: AddresseeRecord) -> list[str]:
        """Return the other open numbers of people written alike, in order; none for who can't be compared."""
        wanted = suspects.fingerprint(record, self._fingerprints)
        if wanted is None:
            return []
        pk = self._writing.posting_key(wanted, "")["pk"]["S"]
        numbers = [item.sk.partition("#")[2] for item in self._found.query(pk, consistent_read=True)]
        keys = [self._writing.key(number) for number in numbers if number != record.number]
        return sorted(
            other.number
            for item in get_all(self._client, self._table, keys)
            if (other := record_of(item["pk"]["S"].partition("#")[2], item)) is not None
            and not other.deleted
            and suspects.fingerprint(other, self._fingerprints) == wanted  # not only as it once was
        )

    def _pk(self, number: str) -> str:
        return f"{self._municipality}#{number}"

    def _known(self, number: str, item: Mapping[str, Any], business: Mapping[str, Any] | None, use: Use) -> KnownNumber:
        record = record_of(number, item)
        part, fingerprint = None, None
        if record is not None and use in record.uses:
            opened = None if business is None or not self._opens else self._opened(number, use, business)
            part, fingerprint = BusinessUse(number, use, opened), None if business is None else business["f"]["B"]
        return KnownNumber(
            number=number,
            record=record,
            use=part,
            individual_number=fingerprint,
            migrated="m" in item,
            issued_to_residents="j" in item,
            linked=int(item.get("c", {"N": "0"})["N"]),
            lease=lease_of(item),
        )

    def _sealed(self, use: BusinessUse | None) -> SealedNumber | None:
        if use is None or use.individual_number is None:
            return None
        key = self._sealer.new_key()
        return SealedNumber(
            key.seal(use.individual_number, seal_place(self._municipality, use)),
            key.wrapped,
            self._fingerprints.of(INDIVIDUAL_NUMBER, use.individual_number),
        )

    def _opened(self, number: str, use: Use, item: Mapping[str, Any]) -> str:
        place = seal_place(self._municipality, BusinessUse(number, use, None))
        return self._sealer.open_key(item["k"]["B"]).open(item["b"]["B"], place)

    def _refused(self, actions: Sequence[Action]) -> list[str]:
        """Make a transaction; return why each action was refused, or nothing if all took place.

        After a time-out botocore repeats the request with its client token.
        """
        try:
            self._client.transact_write_items(TransactItems=actions)  # type: ignore[arg-type]
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            codes = [reason.get("Code", "None") for reason in reasons]
            if not codes or set(codes) - _CHANGED:
                raise
            return codes
        return []

    def _updated(self, number: str, expression: str, condition: str, values: Any) -> dict[str, Any] | None:
        """Update a number; return its item if the condition does not hold."""
        for _ in range(_ATTEMPTS):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=self._writing.key(number),
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                found: Any = error.response
                return found.get("Item", {})  # type: ignore[no-any-return]
            except self._client.exceptions.TransactionConflictException:
                continue
            return None
        raise TooContendedError


def _resident(item: Mapping[str, Any]) -> str | None:
    """Return 住民区分 of a head among the residents, as `KnownNumber` has it."""
    head = Head(item["pk"]["S"].partition("#")[2], int(item["n"]["N"]), *unpack(item["b"]["B"]))
    shown = shown_category(head)
    return (shown.category or "") if shown.known else None
