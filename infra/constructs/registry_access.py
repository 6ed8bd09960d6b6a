"""Rights on parts of the registry of 住登外者: its partitions, and what never reaches a person's items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infra.constructs.function import PythonFunction
from infra.constructs.table import only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.clerks_list_table import PARTITION
from kyotsu.addressees.link_table import LINK_ATTRIBUTES
from kyotsu.addressees.serial_table import SERIALS
from kyotsu.addressees.standing_table import ATTRIBUTES
from kyotsu.addressees.writing import DONE, POSTING

CLERKS, DONES, POSTINGS, COUNTERS = PARTITION, f"{DONE}#*", f"{POSTING}#*", f"{SERIALS}#*"
"""Partitions of the `Addressees` table that are no number's: `addressees.table_items` and `.clerks_list_table`."""
NO_NUMBER = (CLERKS, POSTINGS, COUNTERS, DONES)
"""All of them."""


def let_read_standings(function: PythonFunction, stateful: StatefulStack, parameters: Parameters) -> None:
    """Let a function read who uses a number and how it is linked, by `kyotsu.addressees.standing_table` alone."""
    # Of all partitions: numbers of residents come as their files have them.
    own = _only_attributes(only_partitions(parameters, "*"), ATTRIBUTES)
    function.allow(["dynamodb:GetItem"], [stateful.addressees.table.table_arn], **own)


def let_read_links(function: PythonFunction, stateful: StatefulStack, parameters: Parameters) -> None:
    """Let a function read which numbers are linked, by `kyotsu.addressees.link_table` alone."""
    own = _only_attributes(only_partitions(parameters, "*", but=NO_NUMBER), LINK_ATTRIBUTES)
    function.allow(["dynamodb:BatchGetItem", "dynamodb:Query"], [stateful.addressees.table.table_arn], **own)


def _only_attributes(
    conditions: Mapping[str, Mapping[str, object]], attributes: Sequence[str]
) -> dict[str, Mapping[str, object]]:
    """Return conditions that hold, further, for reads that name attributes, and these alone."""
    return {
        **conditions,
        "ForAllValues:StringEquals": {"dynamodb:Attributes": list(attributes)},
        # ForAllValues also holds for a request that names no attribute and gets them all: the others refuse it.
        "Null": {**conditions["Null"], "dynamodb:Attributes": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
