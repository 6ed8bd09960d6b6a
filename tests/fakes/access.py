"""The token server in memory: clients, secrets, a signing key of its own, and a clock that stands still."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from kyotsu.access.assertions import ClientSecretJwt
from kyotsu.access.checking import TokenChecker
from kyotsu.access.clients import Client, ClientRegistry, ClientSecrets, Issued, random_text
from kyotsu.access.errors import ClientConflictError
from kyotsu.access.oauth_client import Parts
from kyotsu.access.server import Answer, TokenServer
from kyotsu.access.standing import RecentStandings, Standing
from kyotsu.access.tokens import TokenIssuer, TokenReader
from kyotsu.catalogue.loading import load_catalogue
from kyotsu.contracts import outcomes

ISSUER = "https://issuer.example"
API_URL = "https://api.example/kyotsu"
TOKEN_URL = f"{API_URL}/oauth2/token"
AUDIENCE = "kyotsu-file-linkage"
NUMBERS = "031:app_submit/v10/jutogaishaatenabangofuban:Create"
CANDIDATES = "031:app_submit/v10/jutogaishaatenakihonjohosyokai:Read"
INTEGRATED = "032:app_submit/v10/dantainaitogoatenabangofuban:Create"
FEDERATE = "030:object_storage:Federate"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
CATALOGUE = load_catalogue(Path(__file__).parents[2] / "catalogue")


@dataclass
class StoppedClock:
    """A clock that moves only when told."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> int:
        return int(self.at.timestamp())

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class MemoryAccess:
    """`Clients`, `Assertions`, `Revocations`, `Standings` and `SecretStore`."""

    clients: dict[str, Client] = field(default_factory=dict)
    kept: dict[str, ClientSecrets] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, system: str, client_id: str, at: int) -> Client:
        return self.clients.setdefault(system, Client(client_id=client_id, system=system, created_at=at))

    def find(self, client_id: str) -> Client | None:
        return next((client for client in self.clients.values() if client.client_id == client_id), None)

    def of_system(self, system: str) -> Client | None:
        return self.clients.get(system)

    def all(self) -> Iterator[Client]:
        return iter(self.clients.values())

    def set_disabled(self, client: Client, *, disabled: bool, not_before: int) -> None:
        self.clients[client.system] = msgspec.structs.replace(client, disabled=disabled, not_before=not_before)

    def use(self, client_id: str, jti: str, until: int) -> bool:
        with self.lock:
            fresh = (client_id, jti) not in self.used
            self.used.add((client_id, jti))
        return fresh

    def revoke(self, client_id: str, jti: str, until: int) -> None:
        self.revoked.add(jti)

    def standing(self, client_id: str, jti: str) -> Standing:
        self.asked += 1
        client = self.find(client_id)
        if client is None:
            return Standing(revoked=False, disabled=True, not_before=0)
        return Standing(jti in self.revoked, client.disabled, client.not_before)

    def read(self, system: str) -> ClientSecrets | None:
        return self.kept.get(system)

    def write(self, system: str, changed: ClientSecrets) -> None:
        former = self.kept.get(system)
        if former and former.revision >= changed.revision and former != changed:
            raise ClientConflictError(outcomes.CLIENT_CHANGED, system=system)
        self.kept[system] = changed


@dataclass
class MemoryRoles:
    """`Roles`; `broken` while IAM can't be reached."""

    closed: set[str] = field(default_factory=set)
    broken: bool = False

    def close(self, system: str) -> None:
        if self.broken:
            raise ConnectionError
        self.closed.add(system)

    def reopen(self, system: str) -> None:
        if self.broken:
            raise ConnectionError
        self.closed.discard(system)


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """Return a key of this test run, made once."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class MemorySigner:
    """`Signer` with a key in memory, which tests may also sign forgeries with."""

    key_id: str = "ours"

    def sign(self, content: bytes) -> bytes:
        return private_key(self.key_id).sign(content, padding.PKCS1v15(), hashes.SHA256())

    @property
    def private(self) -> RSAKey:
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return RSAKey.import_key(private_key(self.key_id).private_bytes(*pem))

    @property
    def public_pem(self) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return private_key(self.key_id).public_key().public_bytes(serialization.Encoding.PEM, kind)


@dataclass
class AccessWorld:
    """A token server, its clients, and a checker as an API has it."""

    clock: StoppedClock = field(default_factory=StoppedClock)
    store: MemoryAccess = field(default_factory=MemoryAccess)
    signer: MemorySigner = field(default_factory=MemorySigner)
    roles: MemoryRoles = field(default_factory=MemoryRoles)
    allow_basic: bool = True

    def __post_init__(self) -> None:
        self.server = TokenServer(self.parts())
        self.checker = TokenChecker(self.reader(), RecentStandings(self.store, self.clock, 60))

    def parts(self) -> Parts:
        return Parts(
            clients=self.store,
            secrets=self.store,
            revocations=self.store,
            standings=self.store,
            assertion=ClientSecretJwt(self.store, [TOKEN_URL, ISSUER], self.clock, leeway=30, longest=300),
            reader=self.reader(),
            issuer=TokenIssuer(self.signer, ISSUER, 600, AUDIENCE, self.clock, lambda: random_text(20)),
            apis=CATALOGUE.apis,
            clock=self.clock,
            allow_basic=self.allow_basic,
        )

    def reader(self) -> TokenReader:
        keys = {self.signer.key_id: RSAKey.import_key(self.signer.public_pem)}
        return TokenReader(lambda: keys, ISSUER, self.clock, 30)

    def registry(self) -> ClientRegistry:
        systems = frozenset(CATALOGUE.systems)
        return ClientRegistry(self.store, self.store, self.roles, systems, self.clock, random_text)

    def assertion(self, client: Issued, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """Return an assertion of a client, with claims replaced (None: without it)."""
        now = self.clock.seconds()
        said = {
            "iss": client.client_id,
            "sub": client.client_id,
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + 60,
            "jti": random_text(20),
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        key = OctKey.import_key(client.client_secret)
        return jwt.encode({"alg": "HS256", **(header or {})}, said, key, algorithms=["HS256", "HS384", "HS512"])

    def form(self, client: Issued, scope: str = NUMBERS, **fields: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(client),
            **fields,
        }

    def token(self, client: Issued, scope: str = NUMBERS) -> str:
        answer = self.server.issue(event(self.form(client, scope)))
        assert answer.status == 200, answer
        return str(answer.body["access_token"])


def event(
    form: Mapping[str, str] | str, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a request as API Gateway hands it to a function."""
    sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return {
        "httpMethod": "POST",
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "body": form if isinstance(form, str) else urlencode(form),
        "isBase64Encoded": False,
    }


def code(answer: Answer) -> str:
    """Return why a request was refused, as the log has it."""
    assert answer.refused
    return answer.log["code"]


__all__ = [
    "API_URL", "ASSERTION_TYPE", "AUDIENCE", "CANDIDATES", "CATALOGUE", "FEDERATE", "INTEGRATED", "ISSUER", "NUMBERS",
    "TOKEN_URL", "AccessWorld", "MemoryAccess", "MemorySigner", "StoppedClock", "code", "event",
]  # fmt: skip
