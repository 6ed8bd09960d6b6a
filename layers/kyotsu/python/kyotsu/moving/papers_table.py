"""`Papers` on the table `Papers` and the bucket of paper files: nothing of them is readable once the key is destroyed.

| item | pk | sk | attributes |
|---|---|---|---|
| key | 団体コード#CASE#id | KEY | k wrapped data key; d destroyed |
| paper | 団体コード#CASE#id | P#name | b sealed body; without b it is the object 団体コード/id/name; r revision |

A paper is written under the condition that the key is the one it was sealed with: after a destruction none can appear.
No key is kept in memory between calls. The table has no point-in-time recovery and no backup, the bucket no versions
(docs/decisions/0142 tells what is left for how long).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kyotsu.contracts.sealing import DataKey, Sealer
from kyotsu.moving.ports import PapersDestroyedError
from kyotsu.runtime.batches import batches, get_all

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

KEY, PAPER = "KEY", "P#"
SMALL = 256 * 1024
"""Bytes up to which a sealed body stands in the table, whose items hold 400 KB."""
_ATTEMPTS = 10
_DELETED_AT_ONCE = 1000


class PapersContendedError(Exception):
    """Other papers of the case were written at the same time, again and again; trying later is safe."""


class PaperTooLargeError(Exception):
    """A paper with a revision is larger than an item may be."""


class NotDeletedError(Exception):
    """S3 did not delete every object; trying again is safe."""


class PapersTable:
    """`Papers` on DynamoDB and S3.

    Rights. Table: GetItem and BatchGetItem (get, put), PutItem and ConditionCheckItem (put); UpdateItem, Query and
    DeleteItem (destroy). Bucket: GetObject (get), PutObject and DeleteObject (put), ListBucket and DeleteObject
    (destroy). The key of `sealer`: GenerateDataKey and Decrypt (put), Decrypt (get); destroying needs none.
    """

    def __init__(
        self, dynamodb: DynamoDBClient, s3: S3Client, table: str, bucket: str, municipality: str, sealer: Sealer
    ) -> None:
        self._dynamodb, self._s3, self._table, self._bucket = dynamodb, s3, table, bucket
        self._municipality, self._sealer = municipality, sealer

    def put(self, case_id: str, name: str, body: bytes, revision: int = 0) -> None:
        """Keep a document: GetItem, one call of KMS, one transaction; the first one of a case makes the key, too.

        One with a revision has to be small: an object can't be written under a condition together with the table.
        """
        for _ in range(_ATTEMPTS):
            key = self._key(case_id)
            sealed = key.seal_bytes(body, self._object(case_id, name))
            small = len(sealed) <= SMALL
            if not small and revision:
                raise PaperTooLargeError(name)
            if not small:
                self._s3.put_object(Bucket=self._bucket, Key=self._object(case_id, name), Body=sealed)
            if self._noted(case_id, name, key, sealed if small else None, revision):
                return
        raise PapersContendedError(case_id)

    def get(self, case_id: str, name: str) -> bytes | None:
        """Return a document: BatchGetItem, GetObject if it is large, one call of KMS."""
        keys = [self._place(case_id, KEY), self._place(case_id, PAPER + name)]
        items = {item["sk"]["S"]: item for item in get_all(self._dynamodb, self._table, keys)}
        paper, key = items.get(PAPER + name), items.get(KEY, {})
        if paper is None or "k" not in key:
            return None
        sealed = paper["b"]["B"] if "b" in paper else self._large(case_id, name)
        if sealed is None:
            return None
        return self._sealer.open_key(key["k"]["B"]).open_bytes(sealed, self._object(case_id, name))

    def destroy(self, case_id: str) -> None:
        """Destroy the key, then what was sealed with it; whatever a crash left is found by the next try."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=self._place(case_id, KEY),
            UpdateExpression="SET d = :one REMOVE k",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        self._delete_objects(case_id)
        for item in self._papers(case_id):
            self._dynamodb.delete_item(TableName=self._table, Key={"pk": item["pk"], "sk": item["sk"]})

    def _key(self, case_id: str) -> DataKey:
        """Return the case's key, made now if it is the first time."""
        place = self._place(case_id, KEY)
        found: Any = self._dynamodb.get_item(TableName=self._table, Key=place, ConsistentRead=True).get("Item")
        if found is None:
            key = self._sealer.new_key()
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item={**place, "k": {"B": key.wrapped}},
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                return self._key(case_id)
            return key
        if "k" not in found:
            raise PapersDestroyedError(case_id)
        return self._sealer.open_key(found["k"]["B"])

    def _noted(self, case_id: str, name: str, key: DataKey, sealed: bytes | None, revision: int) -> bool:
        """Write a paper's item; False if somebody else's transaction is under way. Raises PapersDestroyedError."""
        item = self._place(case_id, PAPER + name) | ({} if sealed is None else {"b": {"B": sealed}})
        check: Any = {
            "TableName": self._table,
            "Key": self._place(case_id, KEY),
            "ConditionExpression": "k = :k",
            "ExpressionAttributeValues": {":k": {"B": key.wrapped}},
        }
        put: Any = {"TableName": self._table, "Item": item}
        if revision:
            item["r"] = {"N": str(revision)}
            put |= {"ConditionExpression": "attribute_not_exists(r) OR r < :r"}
            put |= {"ExpressionAttributeValues": {":r": item["r"]}}
        actions: Any = [{"ConditionCheck": check}, {"Put": put}]
        try:
            self._dynamodb.transact_write_items(TransactItems=actions)
        except ClientError as error:
            codes = _reasons(error)
            if codes[:1] == ["ConditionalCheckFailed"]:
                # Destroyed since it was sealed: nobody can open the object, and it has no business here.
                self._s3.delete_object(Bucket=self._bucket, Key=self._object(case_id, name))
                raise PapersDestroyedError(case_id) from error
            if codes == ["None", "ConditionalCheckFailed"]:
                return True  # a newer one stands there
            if "TransactionConflict" not in codes:
                raise
            return False
        return True

    def _large(self, case_id: str, name: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=self._object(case_id, name))["Body"].read()
        except self._s3.exceptions.NoSuchKey:  # destroyed in this moment
            return None

    def _delete_objects(self, case_id: str) -> None:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._object(case_id, "")
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        for some in batches(keys, _DELETED_AT_ONCE):
            objects: Any = [{"Key": key} for key in some]
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if answer.get("Errors"):
                raise NotDeletedError(case_id)

    def _papers(self, case_id: str) -> Sequence[Any]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": self._place(case_id, "")["pk"], ":sk": {"S": PAPER}},
            ProjectionExpression="pk, sk",
        )
        return [item for page in pages for item in page["Items"]]

    def _place(self, case_id: str, sk: str) -> dict[str, Any]:
        return {"pk": {"S": f"{self._municipality}#CASE#{case_id}"}, "sk": {"S": sk}}

    def _object(self, case_id: str, name: str) -> str:
        """Return the key of a paper's object; a sealed body opens in this place alone."""
        return f"{self._municipality}/{case_id}/{name}"


def _reasons(error: ClientError) -> list[str]:
    reasons: Any = error.response.get("CancellationReasons", [])
    return [reason.get("Code", "None") for reason in reasons]
