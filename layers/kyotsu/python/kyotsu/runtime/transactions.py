"""Transactions of many writers: all or nothing, repeated where DynamoDB asks for less speed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kyotsu.runtime.batches import ThroughputExhaustedError, pauses

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})


def transacted(client: DynamoDBClient, *actions: Any) -> bool:
    """Write all or nothing. False: a condition doesn't hold, or somebody else writes one of the items right now.

    botocore repeats a request that timed out, under its client token, and one that was refused as a whole; not one
    that was cancelled because a single partition was too busy. Raises ThroughputExhaustedError.
    """
    for pause in pauses():
        try:
            client.transact_write_items(TransactItems=list(actions))
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
            if not codes or codes - _LOST - _THROTTLED:
                raise
            if codes & _LOST:
                return False
            time.sleep(pause)  # DynamoDB asks for less speed, and there is no event that tells when it is enough
        else:
            return True
    raise ThroughputExhaustedError
