"""Domain events from the changes of the `Integrated` table's stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kyotsu.contracts.events import IntegratedAddresseeDeleted, IntegratedAddresseeIssued
from kyotsu.integrated.stored import NOTICE, PERSON


def events_of(
    municipality: str, change: Mapping[str, Any]
) -> Iterator[IntegratedAddresseeIssued | IntegratedAddresseeDeleted]:
    """Yield the events of one stream record. The same change gives the same event ids, however often it is told.

    `change` is the record's `dynamodb` member: attribute values in DynamoDB's JSON.
    """
    new = change.get("NewImage")
    if not new:
        return
    partition, sort = new["pk"]["S"].removeprefix(f"{municipality}#"), new["sk"]["S"]
    if partition == NOTICE:
        yield IntegratedAddresseeDeleted(
            event_id=f"{municipality}-{sort}-deleted",
            municipality=municipality,
            integrated_number=sort,
            deleted_at=new["t"]["S"],
        )
    elif sort == PERSON and new.get("v", {}).get("N") == "1":
        number = partition.removeprefix("N#")
        yield IntegratedAddresseeIssued(
            event_id=f"{municipality}-{number}-issued", municipality=municipality, integrated_number=number
        )
