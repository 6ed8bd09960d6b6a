"""Each table as deployed against the models that read and write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pytest
from pynamodb.attributes import TTLAttribute

from kyotsu.access import table as access_models
from kyotsu.addressees import table_items as addressees_models
from kyotsu.addressees.search import note_table as note_models
from kyotsu.integrated import table as integrated_models
from kyotsu.linkage import delivery_table as delivery_models
from kyotsu.linkage import table as linkage_models
from kyotsu.moving import case_items as case_models
from kyotsu.moving.cs import outbox_items
from kyotsu.residents import table as residents_models
from kyotsu.runtime import failures
from kyotsu.runtime.audit import index as audit_models
from kyotsu.runtime.tables import TableItem
from tests.infra.templates import Template


def _models(module: object) -> list[type[TableItem]]:
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, TableItem) and value is not TableItem
    ]
    assert found
    return found


@pytest.mark.parametrize(
    ("table", "modules"),
    [
        ("Access", (access_models,)),
        ("Addressees", (addressees_models,)),
        ("AuditIndex", (audit_models,)),
        ("Candidates", (note_models,)),
        ("Integrated", (integrated_models,)),
        ("Linkage", (linkage_models, delivery_models, failures)),
        ("Moving", (case_models, outbox_items)),
        ("Residents", (residents_models,)),
        ("Protection", (residents_models,)),  # the same items, written by the same code
    ],
)
def test_models_have_the_keys_indexes_and_expiry_of_their_table(
    stateful: Template, table: str, modules: Sequence[object]
) -> None:
    deployed = stateful.only("DynamoDB::GlobalTable", table)
    types = {item["AttributeName"]: item["AttributeType"] for item in deployed["AttributeDefinitions"]}
    modelled: dict[str, Any] = {}
    for model in chain.from_iterable(map(_models, modules)):
        schema: Any = model._get_schema()
        assert _keys(schema["key_schema"]) == _keys(deployed["KeySchema"])
        for definition in schema["attribute_definitions"]:
            assert types[definition["AttributeName"]] == definition["AttributeType"]
        modelled |= {index["index_name"]: index for index in schema["global_secondary_indexes"]}
        for attribute in model.get_attributes().values():
            if isinstance(attribute, TTLAttribute):
                assert attribute.attr_name == deployed["TimeToLiveSpecification"]["AttributeName"]
    indexes = {index["IndexName"]: index for index in deployed.get("GlobalSecondaryIndexes", [])}
    assert modelled.keys() == indexes.keys()
    for name, index in modelled.items():
        assert _keys(index["key_schema"]) == _keys(indexes[name]["KeySchema"])
        assert index["projection"]["ProjectionType"] == indexes[name]["Projection"]["ProjectionType"]


def _keys(schema: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(key["AttributeName"], key["KeyType"]) for key in schema]
