"""The rights of whoever asks who is protected (`kyotsu.wiring.protection`): every output that shows people."""

from __future__ import annotations

from infra.constructs.function import PythonFunction
from infra.constructs.registry_access import let_read_links
from infra.constructs.table import FILES, READ_KEY, only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack


def let_decide(function: PythonFunction, stateful: StatefulStack, parameters: Parameters) -> None:
    """Let a function ask who is protected: which numbers are linked, the heads, and how far undos are."""
    let_read_links(function, stateful, parameters)
    own, undos = only_partitions(parameters, "*"), only_partitions(parameters, FILES)
    function.allow(["dynamodb:BatchGetItem"], [stateful.protection.table.table_arn], **own)
    function.allow(["dynamodb:GetItem"], [stateful.linkage.table.table_arn], **undos)
    function.allow_key(stateful.keys.records, ["dynamodb"], READ_KEY)
