"""Amazon DynamoDB and its streams.

A batch needs its own permission on each table, a transaction that of each item's operation. Tables encrypted with a key
of ours need kms:Decrypt by the caller, through DynamoDB (DynamoDB Developer Guide, "Encryption at rest: usage notes").
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from infra.sandbox.access.enforcement import Need, encryption_context
from infra.sandbox.access.services.asked import Asked, UnmappedError
from infra.sandbox.access.stored import Stored

_OF_ITEM = {"PutItem", "GetItem", "UpdateItem", "DeleteItem"}
_OF_TABLE = {"DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups", "ListTagsOfResource"}
_OF_STREAM = {"DescribeStream", "GetShardIterator"}
_IN_TRANSACTION = {
    "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}  # fmt: skip

_PATH = re.compile(r"(?<![\w:#.])(?!(?:AND|OR|NOT|IN|BETWEEN)\b)#?[A-Za-z_][\w.\[\]]*\b(?!\s*\()", re.IGNORECASE)
"""What an expression names of an item: neither a word of DynamoDB's, nor a function, nor a value."""


def needs(asked: Asked, stored: Stored) -> Iterator[Need]:
    """Yield what a request to DynamoDB needs. Raises UnmappedError."""
    operation, body = asked.operation, asked.body
    if asked.target.startswith("DynamoDBStreams"):
        yield from _of_stream(operation, body, stored)
    elif operation in _OF_ITEM:
        more = read_attributes(body) if operation == "GetItem" else None
        yield from _of_table(operation, body["TableName"], stored, [_key_of(body)], more)
    elif operation in ("Query", "Scan"):
        yield from _of_query(operation, body, stored)
    elif operation in _OF_TABLE:
        table = body.get("TableName") or body["ResourceArn"]
        yield Need(f"dynamodb:{operation}", stored.arn("dynamodb", f"table/{_name(table)}"))
    elif operation == "ListTables":
        yield Need("dynamodb:ListTables", "*")
    else:
        yield from _of_many(operation, body, stored)


def read_attributes(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what a GetItem, a Query or a table's part of a BatchGetItem asks for. Only of these the sandbox knows
    dynamodb:Attributes: a policy that names them for another operation must not let a request pass that has none
    (`Null`)."""
    projection = body.get("ProjectionExpression")
    if not projection:
        return {"dynamodb:select": (body.get("Select", "ALL_ATTRIBUTES"),)}
    names = body.get("ExpressionAttributeNames", {})
    parts = [part.strip() for part in projection.split(",")]
    for expression in ("KeyConditionExpression", "FilterExpression"):
        parts += _PATH.findall(body.get(expression, ""))
    asked = (re.split(r"[.\[]", part)[0] for part in parts)
    found = dict.fromkeys([*body.get("Key", ()), *(names.get(name, name) for name in asked)])
    return {"dynamodb:attributes": tuple(found), "dynamodb:select": ("SPECIFIC_ATTRIBUTES",)}


def _of_many(operation: str, body: Mapping[str, Any], stored: Stored) -> Iterator[Need]:
    if operation == "BatchGetItem":
        for table, wanted in body["RequestItems"].items():
            keys = wanted.get("Keys", [])
            more = read_attributes({**wanted, "Key": next(iter(keys), {})})
            yield from _of_table(operation, table, stored, keys, more)
    elif operation == "BatchWriteItem":
        for table, writes in body["RequestItems"].items():
            yield from _of_table(operation, table, stored, map(_written, writes))
    elif operation in ("TransactWriteItems", "TransactGetItems"):
        more = {"dynamodb:enclosingoperation": (operation,)}
        for kind, part in (pair for each in body["TransactItems"] for pair in each.items()):
            yield from _of_table(_IN_TRANSACTION[kind], part["TableName"], stored, [_key_of(part)], more)
    else:
        raise UnmappedError(f"dynamodb:{operation}")


def _of_table(
    operation: str,
    table: str,
    stored: Stored,
    keys: Iterable[Mapping[str, Any]],
    more: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Need]:
    arn = stored.arn("dynamodb", f"table/{_name(table)}")
    attribute = _hash_attribute(_name(table), stored)
    leading = tuple(str(next(iter(key[attribute].values()))) for key in keys if attribute in key)
    yield Need(f"dynamodb:{operation}", arn, {"dynamodb:leadingkeys": leading} | dict(more or {}))
    yield from _decrypting(arn, _name(table), stored)


def _of_query(operation: str, body: Mapping[str, Any], stored: Stored) -> Iterator[Need]:
    name, index = _name(body["TableName"]), body.get("IndexName")
    arn = stored.arn("dynamodb", f"table/{name}")
    context = {"dynamodb:leadingkeys": _leading(body, _hash_attribute(name, stored, index))}
    context |= {} if index else read_attributes(body)
    if operation == "Scan":
        context = {"dynamodb:fulltablescan": ("true",)}
    yield Need(f"dynamodb:{operation}", f"{arn}/index/{index}" if index else arn, context)
    yield from _decrypting(arn, name, stored)


def _leading(body: Mapping[str, Any], attribute: str) -> tuple[str, ...]:
    """Return the hash key that a query asks for, as its expression names it."""
    names, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
    found = re.findall(r"(#?[\w.-]+)\s*=\s*(:\w+)", body.get("KeyConditionExpression", ""))
    parts = [values[value] for name, value in found if names.get(name, name) == attribute and value in values]
    old = body.get("KeyConditions", {}).get(attribute, {}).get("AttributeValueList", [])
    return tuple(str(next(iter(part.values()))) for part in [*parts, *old])


def _of_stream(operation: str, body: Mapping[str, Any], stored: Stored) -> Iterator[Need]:
    if operation == "ListStreams":
        yield Need("dynamodb:ListStreams", "*")
        return
    if operation not in _OF_STREAM:
        raise UnmappedError(f"dynamodb streams:{operation}")  # an iterator doesn't tell its stream
    arn = body["StreamArn"]
    yield Need(f"dynamodb:{operation}", arn)
    name = arn.split("/")[1]
    yield from _decrypting(stored.arn("dynamodb", f"table/{name}"), name, stored)


def _decrypting(arn: str, name: str, stored: Stored) -> Iterator[Need]:
    key = stored.key_of(arn)
    if key is not None:
        context = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": stored.account}
        yield Need("kms:Decrypt", key, encryption_context(context), via="dynamodb")


def _key_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    key: Mapping[str, Any] = part.get("Key") or part.get("Item") or {}
    return key


def _written(write: Mapping[str, Any]) -> Mapping[str, Any]:
    put, delete = write.get("PutRequest", {}), write.get("DeleteRequest", {})
    item: Mapping[str, Any] = put.get("Item") or delete.get("Key") or {}
    return item


def _hash_attribute(name: str, stored: Stored, index: str | None = None) -> str:
    table = dynamodb_backends[stored.account][stored.region].tables.get(name)
    if table is None:
        return ""
    if index is None:
        return str(table.hash_key_attr)
    found = next((each for each in table.all_indexes() if each.name == index), None)
    schema = found.schema if found else []
    return next((str(part["AttributeName"]) for part in schema if part["KeyType"] == "HASH"), "")


def _name(table: str) -> str:
    return table.rsplit("/", 1)[-1]
