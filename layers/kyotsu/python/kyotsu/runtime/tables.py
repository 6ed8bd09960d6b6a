"""What all DynamoDB tables have in common."""

from __future__ import annotations

import functools
import os
from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

M = TypeVar("M", bound=Model)
_REFUSED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
"""A conflict is another worker's transaction under way: whoever asks reads what it came to."""


class TableItem(Model):
    """An item with the keys every table here has: `pk` leads with the 団体コード."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def bound(model: type[M], table_name: str) -> type[M]:
    """Return the model for a table whose name only the deployment knows. The region comes from the environment."""
    meta: Any = type("Meta", (), {"table_name": table_name})
    found: type[M] = type(model.__name__, (model,), {"Meta": meta})
    _share(found._get_connection().connection)
    return found


def connection() -> Connection:
    """Return a connection for a transaction."""
    return _share(Connection())


class all_or_nothing:  # noqa: N801 - reads as a statement
    """Tells whether a transaction took place; any other failure than a condition's is raised."""

    stored = False

    def __enter__(self) -> all_or_nothing:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        self.stored = error is None
        if not isinstance(error, TransactWriteError):
            return False
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        return bool(codes) and codes <= _REFUSED


def _share(one: Connection) -> Connection:
    # PynamoDB makes a botocore client for every model and every transaction: 100 ms and 10 MB each.
    one._client = _client(*(os.environ.get(name, "") for name in _TOLD_BY))
    return one


_TOLD_BY = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID")


@functools.cache
def _client(*_where: str) -> Any:
    """Return PynamoDB's botocore client, one for each place that the environment tells of."""
    return Connection().client
