"""Protection of people under 支援措置: the decision that every output asks, and the set it is made by."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from kyotsu.addressees.link_table import LinkTable
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.protection import OPERATOR, ProtectionDecision, Reader
from kyotsu.linkage.undo_table import UndoTable
from kyotsu.protection.deciding import StoredProtection, Undone
from kyotsu.protection.table import ProtectionHeads
from kyotsu.runtime import clients
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.settings import setting

logger = Logger()


@functools.cache
def protection_decision() -> ProtectionDecision:
    """Return the decision of this deployment. Needs the settings MUNICIPALITY, PROTECTION_TABLE, LINKAGE_TABLE and
    ADDRESSEES_TABLE, and the rights of `infra.constructs.protection_access.let_decide`."""
    municipality = setting("MUNICIPALITY")
    return StoredProtection(
        ProtectionHeads(clients.dynamodb(), setting("PROTECTION_TABLE"), municipality),
        KnownUndos(UndoTable(setting("LINKAGE_TABLE"), municipality)),
        LinkTable(clients.dynamodb(), setting("ADDRESSEES_TABLE"), municipality),
        Entitlement(load_catalogue(layer_root())),
    )


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether a reader gets the addresses of protected people, by the catalogue. Denied unless granted."""

    catalogue: Catalogue

    def __call__(self, reader: Reader) -> bool:
        """Tell whether the purpose includes them and was granted: to a system for an interface it receives.

        Operators need no grant beside their right to run the command; the audit trail names them.
        """
        purpose = self.catalogue.purposes.get(reader.purpose)
        if purpose is None or not purpose.protected_addresses:
            return False
        if reader.system == OPERATOR:
            return True
        recipients = (interface.recipient(reader.system) for interface in self.catalogue.interfaces.values())
        return any(found.purpose == purpose.id for found in recipients if found)


@dataclass(frozen=True, slots=True)
class KnownUndos:
    """`kyotsu.protection.deciding.UndoneFiles` by the undos of file linkage."""

    undos: UndoTable

    def undone(self, receipt_id: str) -> Undone | None:
        """Return how far an undo is; None if that can't be read now."""
        try:
            undo = self.undos.find(receipt_id)
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            log_failure(logger, "protection.unread", error, receipt_id=receipt_id)
            return None
        if undo is None or undo.finished_at is None:
            return Undone.UNDER_WAY
        return Undone.INCOMPLETE if undo.not_applied_again else Undone.COMPLETE
