"""What all DynamoDB tables have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

M = TypeVar("M", bound=Model)


class TableItem(Model):
    """An item with the keys every table here has: `pk` leads with the 団体コード."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def bound(model: type[M], table_name: str) -> type[M]:
    """Return the model for a table whose name only the deployment knows. The region comes from the environment."""
    meta: Any = type("Meta", (), {"table_name": table_name})
    return type(model.__name__, (model,), {"Meta": meta})
