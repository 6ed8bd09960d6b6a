"""Rights on parts of the registry of 住登外者: its partitions, and what never reaches a person's items."""

from __future__ import annotations

from infra.constructs.function import PythonFunction
from infra.constructs.table import only_partitions
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.clerks_list_table import PARTITION
from kyotsu.addressees.serial_table import SERIALS
from kyotsu.addressees.standing_table import ATTRIBUTES
from kyotsu.addressees.writing import DONE, POSTING

CLERKS, DONES, POSTINGS, COUNTERS = PARTITION, f"{DONE}#*", f"{POSTING}#*", f"{SERIALS}#*"
"""Partitions of the `Addressees` table that are no number's: `addressees.table_items` and `.clerks_list_table`."""


def let_read_standings(function: PythonFunction, stateful: StatefulStack, parameters: Parameters) -> None:
    """Let a function read who uses a number and how it is linked, by `kyotsu.addressees.standing_table` alone."""
    # Of all partitions: numbers of residents come as their files have them.
    own = only_partitions(parameters, "*")
    conditions: dict[str, dict[str, object]] = {
        **own,
        "ForAllValues:StringEquals": {"dynamodb:Attributes": list(ATTRIBUTES)},
        # ForAllValues also holds for a request that names no attribute and gets them all: the others refuse it.
        "Null": own["Null"] | {"dynamodb:Attributes": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    function.allow(["dynamodb:GetItem"], [stateful.addressees.table.table_arn], **conditions)
