"""What all DynamoDB tables have in common."""

from __future__ import annotations

import functools
import os
from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

M = TypeVar("M", bound=Model)


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


def _share(one: Connection) -> Connection:
    # PynamoDB makes a botocore client for every model and every transaction: 100 ms and 10 MB each.
    one._client = _client(*(os.environ.get(name, "") for name in _TOLD_BY))
    return one


_TOLD_BY = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID")


@functools.cache
def _client(*_where: str) -> Any:
    """Return PynamoDB's botocore client, one for each place that the environment tells of."""
    return Connection().client
