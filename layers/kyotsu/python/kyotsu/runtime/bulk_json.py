"""The items of DynamoDB's bulk operations as JSON, written and read by msgspec.

botocore walks its model of the service for every attribute of every item, which took half of the time of reception
(docs/performance.md). Here it is given a request without its items and an answer without those found; they are put in
and taken out where its own events allow it. All else stays botocore's: tokens, endpoint, signature, retries, checksums
and errors. Callers see no difference: an item has the same shape in Python and in DynamoDB's JSON, but for bytes, which
are base64 there. Tables must be named, not given by ARN: botocore looks for ARNs where there is nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import msgspec

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BULK = {"BatchGetItem": "RequestItems", "BatchWriteItem": "RequestItems", "TransactWriteItems": "TransactItems"}
"""Which member of a request has the items or keys."""
_ASIDE = "kyotsu_bulk"


class _Value(TypedDict, total=False):
    """A DynamoDB attribute."""

    S: str
    N: str
    B: bytes
    BOOL: bool
    NULL: bool
    M: dict[str, _Value]
    L: list[_Value]
    SS: list[str]
    NS: list[str]
    BS: list[bytes]


_answers = msgspec.json.Decoder(dict[str, msgspec.Raw])
_found = msgspec.json.Decoder(dict[str, list[dict[str, _Value]]])


def write_and_read_fast(client: DynamoDBClient) -> DynamoDBClient:
    """Return the client, its bulk operations faster."""
    events: Any = client.meta.events  # its type knows no handler that returns something
    for operation in _BULK:
        events.register(f"provide-client-params.dynamodb.{operation}", _set_aside)
        events.register(f"before-call.dynamodb.{operation}", _put_back)
    events.register("before-parse.dynamodb.BatchGetItem", _take_out)
    return client


def _set_aside(params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> dict[str, Any]:
    """Give botocore the request without its items."""
    member = _BULK[model.name]
    context[_ASIDE] = params[member]
    return {**params, member: type(params[member])()}


def _put_back(params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
    """Put the items into the body that botocore made, before it is signed."""
    body = msgspec.json.decode(params["body"])
    params["body"] = msgspec.json.encode({**body, _BULK[model.name]: context.pop(_ASIDE)})


def _take_out(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    """Read the items of an answer, and leave the rest of it to botocore."""
    if response_dict["status_code"] >= 300:
        return
    try:
        answer = _answers.decode(response_dict["body"])
        found = _found.decode(answer.pop("Responses"))
    except (msgspec.DecodeError, KeyError):
        return  # botocore's own reader tells what is wrong
    response_dict["body"] = msgspec.json.encode(answer)
    customized_response_dict["Responses"] = found
