"""What `functions/addressees/list_doubles` is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyotsu.addressees.candidates import forms
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates_table import CandidateKeys, Scope
from kyotsu.addressees.clerks_list_table import ClerksListTable
from kyotsu.addressees.doubles import Doubles, Work
from kyotsu.addressees.doubles_table import WorkTable
from kyotsu.addressees.index_table import IndexTable
from kyotsu.addressees.standing_table import StandingTable
from kyotsu.runtime import clients
from kyotsu.runtime.batches import in_parallel
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring import candidates
from kyotsu.wiring.registry import fingerprints

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Indexed:
    """`IndexedPeople` by the standings of the index. Right: BatchGetItem of partitions `S#*`."""

    index: IndexTable

    def forms(self, numbers: Sequence[str]) -> Mapping[str, Form]:
        """Return the forms of those whom the index holds."""
        found = self.index.standings(numbers).values()
        return {standing.number: forms.unpack(standing.form) for standing in found if standing.form}


def doubles(failed: Callable[[Work, Exception], None]) -> Doubles:
    """Return the sweep for doubles. Settings: those of `wiring.candidates`, ADDRESSEES_TABLE, DOUBLES_EXPECTED and
    DOUBLES_LEAST. `failed` is told of people who could not be compared."""
    client, municipality = clients.dynamodb(), setting("MUNICIPALITY")
    table, registry = setting("CANDIDATES_TABLE"), setting("ADDRESSEES_TABLE")
    return Doubles(
        work=WorkTable(client, table, municipality),
        people=_indexed(client, table, municipality),
        everybody=candidates.postings(Scope.EVERYBODY),
        addressees=candidates.postings(Scope.NON_RESIDENTS),
        # One for both, so that a pair has the same points from either side.
        scorer=lambda: candidates.scorer(Scope.EVERYBODY),
        standings=StandingTable(client, registry, municipality),
        clerks=ClerksListTable(client, registry, municipality),
        fingerprints=fingerprints(),
        clock=SystemClock(),
        expected=float(setting("DOUBLES_EXPECTED")),
        least=int(setting("DOUBLES_LEAST")),
        each=in_parallel,
        failed=failed,
    )


def _indexed(client: DynamoDBClient, table: str, municipality: str) -> Indexed:
    return Indexed(IndexTable(client, table, CandidateKeys(municipality, fingerprints())))
