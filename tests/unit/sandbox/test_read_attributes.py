"""What the sandbox says that a read of DynamoDB asks for, for policies that name attributes."""

from __future__ import annotations

from typing import Any

import pytest

from infra.sandbox.access.services.tables import read_attributes

KEY = {"Key": {"pk": {"S": "1"}, "sk": {"S": "A"}}}
QUERY = {"KeyConditionExpression": "#k = :pk AND begins_with(sk, :l)", "ExpressionAttributeNames": {"#k": "pk"}}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (KEY | {"ProjectionExpression": "n, b.c[0], pk"}, {"pk", "sk", "n", "b"}),
        (QUERY | {"ProjectionExpression": "pk, sk"}, {"pk", "sk"}),
        (QUERY | {"ProjectionExpression": "sk, b"}, {"pk", "sk", "b"}),
        (
            QUERY | {"ProjectionExpression": "sk", "FilterExpression": "size (b) > :n OR NOT (x.y[1] IN (:in))"},
            {"pk", "sk", "b", "x"},
        ),
        (
            {"KeyConditionExpression": "pk=:pk and sk between :a and :b", "ProjectionExpression": "sk"},
            {"pk", "sk"},
        ),
    ],
)
def test_every_attribute_that_a_read_names_counts(body: dict[str, Any], found: set[str]) -> None:
    asked = read_attributes(body)
    assert set(asked["dynamodb:attributes"]) == found
    assert asked["dynamodb:select"] == ("SPECIFIC_ATTRIBUTES",)


@pytest.mark.parametrize(
    ("body", "select"),
    [(KEY, "ALL_ATTRIBUTES"), (QUERY, "ALL_ATTRIBUTES"), (QUERY | {"Select": "COUNT"}, "COUNT")],
)
def test_a_read_that_names_none_has_no_attributes(body: dict[str, Any], select: str) -> None:
    assert read_attributes(body) == {"dynamodb:select": (select,)}
