"""The `Access` table: clients, which assertions were used, and which tokens were taken back.

| item | pk | sk |
|---|---|---|
| client of a system | 団体コード#SYSTEMS | system |
| client | 団体コード#CLIENT#client id | CLIENT |
| used assertion | 団体コード#ASSERTION#client id#SHA-256 of its jti | USED |
| revoked token | 団体コード#TOKEN#jti | REVOKED |

The first item only says which client is the system's; everything about the client stands in the second one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from kyotsu.access.clients import Client
from kyotsu.access.standing import Standing
from kyotsu.runtime.tables import TableItem, bound

CLIENT = "CLIENT"
USED = "USED"
REVOKED = "REVOKED"
KEPT = timedelta(minutes=5)
"""How long a used assertion or a revoked token is remembered after it has ended, for clocks that differ."""
_TAKEN = "ConditionalCheckFailedException"


class SystemItem(TableItem):
    """Which client is a system's."""

    client_id = UnicodeAttribute()


class ClientItem(TableItem):
    """A client as stored."""

    client_id = UnicodeAttribute()
    system = UnicodeAttribute()
    disabled = BooleanAttribute()
    not_before = NumberAttribute()
    created_at = NumberAttribute()


class AssertionItem(TableItem):
    """An assertion that was used, and by which attempt."""

    attempt = UnicodeAttribute()
    expires_at = TTLAttribute()


class RevocationItem(TableItem):
    """A token that was taken back."""

    client_id = UnicodeAttribute()
    expires_at = TTLAttribute()


class AccessTable:
    """`Clients`, `Assertions`, `Revocations` and `Standings` on DynamoDB."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._systems = bound(SystemItem, table)
        self._clients = bound(ClientItem, table)
        self._assertions = bound(AssertionItem, table)
        self._revocations = bound(RevocationItem, table)

    def claim(self, system: str, client_id: str, at: int) -> Client:
        """Register a client for a system that has none; return the system's client, whoever registered it."""
        mine = self._systems(self._pk("SYSTEMS"), system, client_id=client_id)
        try:
            mine.save(self._systems.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _TAKEN:
                raise
            client_id = self._systems.get(self._pk("SYSTEMS"), system, consistent_read=True).client_id
        new = self._clients(
            self._pk("CLIENT", client_id),
            CLIENT,
            client_id=client_id,
            system=system,
            disabled=False,
            not_before=0,
            created_at=at,
        )
        try:
            new.save(self._clients.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _TAKEN:
                raise
        return self._required(client_id)

    def find(self, client_id: str) -> Client | None:
        """Return a client by its id."""
        try:
            item = self._clients.get(self._pk("CLIENT", client_id), CLIENT, consistent_read=True)
        except self._clients.DoesNotExist:
            return None
        return _client(item)

    def of_system(self, system: str) -> Client | None:
        """Return a system's client."""
        try:
            item = self._systems.get(self._pk("SYSTEMS"), system, consistent_read=True)
        except self._systems.DoesNotExist:
            return None
        return self.find(item.client_id)

    def all(self) -> Iterator[Client]:
        """Yield all clients, by system."""
        for item in self._systems.query(self._pk("SYSTEMS"), consistent_read=True):
            client = self.find(item.client_id)
            if client:  # else its registration was interrupted, and goes on with the next `register`
                yield client

    def set_disabled(self, client: Client, *, disabled: bool, not_before: int) -> None:
        """Disable or enable a client; in both cases its tokens of before are revoked."""
        model = self._clients
        model(self._pk("CLIENT", client.client_id), CLIENT).update(
            actions=[model.disabled.set(disabled), model.not_before.set(not_before)],
            condition=model.pk.exists(),
        )

    def use(self, client_id: str, jti: str, until: int) -> bool:
        """Note that an assertion is used, till it ends (seconds since 1970); tell whether it was not before."""
        digest = hashlib.sha256(jti.encode()).hexdigest()
        model, attempt, pk = self._assertions, uuid4().hex, self._pk("ASSERTION", client_id, digest)
        try:
            # The client repeats a write whose answer got lost: that is the same attempt, not another use.
            model(pk, USED, attempt=attempt, expires_at=_kept(until)).save(
                model.pk.does_not_exist() | (model.attempt == attempt)
            )
        except PutError as error:
            if error.cause_response_code != _TAKEN:
                raise
            return False
        return True

    def revoke(self, client_id: str, jti: str, until: int) -> None:
        """Take a token back; it ends at a moment (seconds since 1970) by itself."""
        pk = self._pk("TOKEN", jti)
        self._revocations(pk, REVOKED, client_id=client_id, expires_at=_kept(until)).save()

    def standing(self, client_id: str, jti: str) -> Standing:
        """Return what has become of a token and its client, as of now."""
        client = self.find(client_id)
        if client is None:
            return Standing(revoked=False, disabled=True, not_before=0)
        try:
            self._revocations.get(self._pk("TOKEN", jti), REVOKED, consistent_read=True)
        except self._revocations.DoesNotExist:
            return Standing(revoked=False, disabled=client.disabled, not_before=client.not_before)
        return Standing(revoked=True, disabled=client.disabled, not_before=client.not_before)

    def _required(self, client_id: str) -> Client:
        return _client(self._clients.get(self._pk("CLIENT", client_id), CLIENT, consistent_read=True))

    def _pk(self, *parts: str) -> str:
        return "#".join((self._municipality, *parts))


def _client(item: ClientItem) -> Client:
    return Client(
        client_id=item.client_id,
        system=item.system,
        disabled=item.disabled,
        not_before=int(item.not_before),
        created_at=int(item.created_at),
    )


def _kept(until: int) -> datetime:
    return datetime.fromtimestamp(until, UTC) + KEPT
