"""Clients of the token server: one for each system, its secrets, and what happens to them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from kyotsu.access.errors import ClientConflictError, ClientUnknownError
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock

ID_LENGTH = 32
"""共通機能標準仕様書 2.1, 2.2.5: 32 of 0-9, A-Z, a-z."""
SECRET_LENGTH = 64
"""The standard demands 32 or more."""
_ALPHABET = string.digits + string.ascii_letters

SECRET_LIFE = timedelta(days=365)
OVERLAP = timedelta(days=7)
"""How long the former secret stays valid beside a new one."""


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A registered client, without its secrets."""

    client_id: str
    system: str
    """業務ID or local system's id, in small letters."""
    disabled: bool = False
    not_before: int = 0
    """Tokens issued in this second or before are revoked, all of them (seconds since 1970)."""
    created_at: int = 0


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret and until when it is valid (seconds since 1970)."""

    value: str
    ends_at: int


class ClientSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """All secrets of a client, the newest first: at most two are valid at once. `revision` counts the changes."""

    client_id: str
    revision: int
    secrets: tuple[Secret, ...]

    def valid(self, now: datetime) -> tuple[Secret, ...]:
        """Return those that have not ended."""
        return tuple(secret for secret in self.secrets if now.timestamp() < secret.ends_at)


class Clients(Protocol):
    """Where clients are registered. Every read sees every earlier write."""

    def claim(self, system: str, client_id: str, at: int) -> Client:
        """Register a client for a system that has none; return the system's client, whoever registered it."""
        ...

    def find(self, client_id: str) -> Client | None:
        """Return a client by its id."""
        ...

    def of_system(self, system: str) -> Client | None:
        """Return a system's client."""
        ...

    def all(self) -> Iterable[Client]:
        """Return all clients, by system."""
        ...

    def set_disabled(self, client: Client, *, disabled: bool, not_before: int) -> None:
        """Disable or enable a client; in both cases its tokens of before are revoked."""
        ...


class SecretStore(Protocol):
    """Where secrets are kept, by system."""

    def read(self, system: str) -> ClientSecrets | None:
        """Return a system's secrets, or None if it never had any."""
        ...

    def write(self, system: str, changed: ClientSecrets) -> None:
        """Keep secrets; raises ClientConflictError if somebody else has written this revision."""
        ...


class Roles(Protocol):
    """What systems elsewhere exchange their tokens for, by system. STS knows no revocation: a role is closed whole."""

    def close(self, system: str) -> None:
        """Refuse everything to a system's role, whatever sessions and tokens there are; may be repeated."""
        ...

    def reopen(self, system: str) -> None:
        """Let a system's role do again what it may; may be repeated."""
        ...


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a new secret, once."""

    client_id: str
    client_secret: str
    system: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class ClientRegistry:
    """Registers clients and changes their secrets; every step may be tried again."""

    clients: Clients
    secrets: SecretStore
    roles: Roles
    systems: frozenset[str]
    """Systems of the catalogue, in small letters."""
    clock: Clock
    random: Callable[[int], str]

    def register(self, system: str, life: timedelta = SECRET_LIFE) -> Issued:
        """Register the client of a system and return its secret.

        Raises ClientUnknownError for a system that the catalogue doesn't know, ClientConflictError if it has a secret.
        """
        system = system.lower()
        if system not in self.systems:
            raise ClientUnknownError(outcomes.SYSTEM_UNKNOWN, system=system)
        client = self.clients.claim(system, self.random(ID_LENGTH), self._now())
        # A first attempt may have ended between the two: whoever has a client without secret goes on here.
        if self.secrets.read(system) is not None:
            raise ClientConflictError(outcomes.CLIENT_EXISTS, system=system)
        return self._issue(client, ClientSecrets(client_id=client.client_id, revision=0, secrets=()), life)

    def rotate(
        self, system: str, life: timedelta = SECRET_LIFE, overlap: timedelta = OVERLAP, *, replace_newest: bool = False
    ) -> Issued:
        """Give a client a new secret; the former one stays valid for the overlap.

        Raises ClientConflictError while two are valid: nobody knows which of them the client uses. `replace_newest`
        is for a new one that got lost before anybody used it: it ends at once, and the older one stays.
        """
        client = self._of(system)
        kept = self.secrets.read(client.system)
        if kept is None:
            kept = ClientSecrets(client_id=client.client_id, revision=0, secrets=())
        valid = kept.valid(self.clock.now())
        if len(valid) > 1 and not replace_newest:
            raise ClientConflictError(outcomes.ROTATION_RUNNING, system=client.system)
        stays = valid[-1:]  # newest first
        last = self._now() + int(overlap.total_seconds())
        former = tuple(msgspec.structs.replace(secret, ends_at=min(secret.ends_at, last)) for secret in stays)
        return self._issue(client, msgspec.structs.replace(kept, secrets=former), life)

    def disable(self, system: str) -> Client:
        """Refuse a client from now on, revoke all its tokens and close its role; return it."""
        client = self._set_disabled(system, disabled=True)
        self.roles.close(client.system)
        return client

    def enable(self, system: str) -> Client:
        """Accept a client again and open its role; return it. Tokens that were revoked stay so.

        Sessions of the role from before count again until they end.
        """
        client = self._set_disabled(system, disabled=False)
        self.roles.reopen(client.system)
        return client

    def _issue(self, client: Client, former: ClientSecrets, life: timedelta) -> Issued:
        made = Secret(value=self.random(SECRET_LENGTH), ends_at=self._now() + int(life.total_seconds()))
        changed = msgspec.structs.replace(former, revision=former.revision + 1, secrets=(made, *former.secrets))
        self.secrets.write(client.system, changed)
        return Issued(client_id=client.client_id, client_secret=made.value, system=client.system, ends_at=made.ends_at)

    def _set_disabled(self, system: str, *, disabled: bool) -> Client:
        client, now = self._of(system), self._now()
        self.clients.set_disabled(client, disabled=disabled, not_before=now)
        return msgspec.structs.replace(client, disabled=disabled, not_before=now)

    def _of(self, system: str) -> Client:
        client = self.clients.of_system(system.lower())
        if client is None:
            raise ClientUnknownError(outcomes.CLIENT_UNREGISTERED, system=system.lower())
        return client

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def random_text(length: int) -> str:
    """Return so many random characters of 0-9, A-Z, a-z, fit for a secret."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
