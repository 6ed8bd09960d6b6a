"""What the functions of the token server, whoever checks tokens, and who registers clients, are made of."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kyotsu.access.assertions import ClientSecretJwt
from kyotsu.access.checking import TokenChecker
from kyotsu.access.clients import ClientRegistry, ClientSecrets, Issued, random_text
from kyotsu.access.documents import public_documents, public_key_set
from kyotsu.access.errors import ClientConflictError
from kyotsu.access.oauth_client import Parts
from kyotsu.access.server import TokenServer
from kyotsu.access.standing import RecentStandings
from kyotsu.access.table import AccessTable
from kyotsu.access.tokens import TokenIssuer, TokenReader
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts import outcomes
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.documents import BucketDocuments, RevisionTakenError, SecretDocuments
from kyotsu.runtime.roles import FederatedRoles
from kyotsu.runtime.settings import setting
from kyotsu.runtime.signing import KmsSigner, key_id, public_key

DOCUMENT_SECONDS = 300
"""How long whoever reads a public document may keep it; a new key is published long before it signs."""


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """`SecretStore` on Secrets Manager."""

    documents: SecretDocuments

    def read(self, system: str) -> ClientSecrets | None:
        """Return a system's secrets, or None if it never had any."""
        content = self.documents.read(system)
        return None if content is None else msgspec.json.decode(content, type=ClientSecrets)

    def write(self, system: str, changed: ClientSecrets) -> None:
        """Keep secrets; raises ClientConflictError if somebody else has written this revision."""
        try:
            self.documents.write(system, changed.revision, msgspec.json.encode(changed))
        except RevisionTakenError as error:
            raise ClientConflictError(outcomes.CLIENT_CHANGED, system=system) from error


@functools.cache
def token_server() -> TokenServer:
    """Return the token server of a function."""
    table, clock = access_table(), SystemClock()
    return TokenServer(
        Parts(
            clients=table,
            secrets=StoredSecrets(SecretDocuments(clients.secrets(), setting("CLIENT_SECRET_PREFIX"))),
            revocations=table,
            standings=table,
            assertion=ClientSecretJwt(
                table,
                [f"{setting('API_URL')}/oauth2/token", setting("ISSUER")],
                clock,
                leeway=int(setting("LEEWAY_SECONDS")),
                longest=int(setting("ASSERTION_SECONDS")),
            ),
            reader=token_reader(),
            issuer=TokenIssuer(
                signer=KmsSigner(clients.kms, _signing_keys()[0]),
                issuer=setting("ISSUER"),
                seconds=int(setting("TOKEN_SECONDS")),
                web_identity_audience=setting("WEB_IDENTITY_AUDIENCE"),
                clock=clock,
                new_id=lambda: uuid.uuid4().hex,
            ),
            apis=load_catalogue(layer_root()).apis,
            clock=clock,
            allow_basic=_basic_is_allowed(),
        )
    )


@functools.cache
def token_checker() -> TokenChecker:
    """Return what API functions check tokens with; revocation takes effect after REVOCATION_SECONDS at the latest."""
    standings = RecentStandings(access_table(), SystemClock(), float(setting("REVOCATION_SECONDS")))
    return TokenChecker(token_reader(), standings)


def publish_documents() -> list[str]:
    """Write the public documents that changed; return their keys."""
    methods = ["client_secret_jwt", *(["client_secret_basic"] if _basic_is_allowed() else [])]
    wanted = public_documents(
        issuer=setting("ISSUER"),
        api_url=setting("API_URL"),
        scopes=sorted(load_catalogue(layer_root()).apis),
        methods=methods,
        keys=_public_keys(),
    )
    documents = BucketDocuments(clients.s3(), setting("PUBLIC_BUCKET"))
    return [key for key, content in wanted.items() if documents.put(key, content, seconds=DOCUMENT_SECONDS)]


@functools.cache
def access_table() -> AccessTable:
    """Return the table of clients and revocations."""
    return AccessTable(setting("ACCESS_TABLE"), setting("MUNICIPALITY"))


@functools.cache
def token_reader() -> TokenReader:
    """Return what tells our tokens from others. The keys are asked for once, when the first token is read."""
    keys = functools.cache(lambda: public_key_set(_public_keys()))
    return TokenReader(keys, setting("ISSUER"), SystemClock(), int(setting("LEEWAY_SECONDS")))


def _public_keys() -> dict[str, bytes]:
    return {key_id(arn): public_key(clients.kms(), arn) for arn in _signing_keys()}


def _signing_keys() -> list[str]:
    return setting("SIGNING_KEYS").split(",")


def _basic_is_allowed() -> bool:
    return setting("ALLOW_BASIC") == "true"


def client_registry(outputs: Mapping[str, str], municipality: str, catalogue: Catalogue) -> ClientRegistry:
    """Return the registry of a deployment's clients, by the outputs of its stacks."""
    documents = SecretDocuments(clients.secrets(), outputs["ClientSecretPrefix"], outputs["ClientKey"])
    roles = {system.lower(): outputs.get(f"FederatedRole{system.upper()}", "") for system in catalogue.systems}
    return ClientRegistry(
        clients=AccessTable(outputs["AccessTable"], municipality),
        secrets=StoredSecrets(documents),
        roles=FederatedRoles(clients.iam(), roles),
        systems=frozenset(catalogue.systems),
        clock=SystemClock(),
        random=random_text,
    )


def register_client(outputs: Mapping[str, str], municipality: str, catalogue: Catalogue, system: str) -> Issued:
    """Register the client of a system in a new deployment; `client_id` and `client_secret` of what is returned.

    AWS is found by the environment (AWS_ENDPOINT_URL, AWS_REGION and credentials). Raises ClientConflictError if the
    system has a client with a secret.
    """
    return client_registry(outputs, municipality, catalogue).register(system)
