"""What the functions of the token server, and who registers clients, are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from kyotsu.access.clients import ClientRegistry, ClientSecrets, Issued, random_text
from kyotsu.access.errors import ClientConflictError
from kyotsu.access.table import AccessTable
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts import outcomes
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.documents import RevisionTakenError, SecretDocuments

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def client_registry(outputs: Mapping[str, str], municipality: str, catalogue: Catalogue) -> ClientRegistry:
    """Return the registry of a deployment's clients, by the outputs of its stacks."""
    documents = SecretDocuments(clients.secrets(), outputs["ClientSecretPrefix"], outputs["ClientKey"])
    return ClientRegistry(
        clients=AccessTable(outputs["AccessTable"], municipality),
        secrets=StoredSecrets(documents),
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
