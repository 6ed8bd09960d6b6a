"""Candidate search for operators: the call of the API itself, on the tables, with their own audit and protection."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from kyotsu.addressees.candidates import scoring
from kyotsu.addressees.candidates_table import CandidateKeys, Scope, TablePostings
from kyotsu.addressees.frequencies_table import FrequenciesTable, Known
from kyotsu.addressees.history_call import ShowingUndecidedError
from kyotsu.addressees.index_sweep import Sweep
from kyotsu.addressees.index_walk import After
from kyotsu.addressees.records import REGISTRY
from kyotsu.addressees.requests import Callers
from kyotsu.addressees.search.call import Searching
from kyotsu.addressees.search.people_table import SearchedPeopleTable
from kyotsu.contracts.api import ApiRequest
from kyotsu.contracts.audit import Access, AuditTrail
from kyotsu.contracts.protection import OPERATOR, ProtectionDecision, Reader, Verdict
from kyotsu.japanese.dates import JST, utc_now
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.appliers import ADDRESSEES, RESIDENTS
from kyotsu.wiring.catalogue import layout_columns, withheld_items
from kyotsu.wiring.indexing import IndexTables
from kyotsu_cli.deployment import Deployment, catalogue
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.undoing import operator
from kyotsu_cli.viewing import UNRECORDED

SUBJECT = "candidates search"


@dataclass(frozen=True, slots=True)
class ForOperators:
    """`ProtectionDecision`, whoever the call says that it is made for."""

    decision: ProtectionDecision
    reader: Reader

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:  # noqa: ARG002 - the port's
        """Decide for an operator."""
        return self.decision.decide(numbers, self.reader)


@dataclass(frozen=True, slots=True)
class ByOperators:
    """`AuditTrail` that says which operator it was."""

    trail: AuditTrail

    def record(self, access: Access, numbers: Collection[str]) -> None:
        """Record who is about to be shown; raises CommandError if it can't be: then nobody is."""
        named = replace(access, actor=f"{OPERATOR}:{operator()}", subject=SUBJECT)
        try:
            self.trail.record(named, numbers)
        except UNRECORDED as error:
            raise CommandError(f"監査証跡に記録できないため、示しません（{type(error).__name__}）。") from error


def search(deployment: Deployment, asked: Mapping[str, str], purpose: str, request_id: str) -> list[dict[str, Any]]:
    """Return the candidates, the most probable first, as the API shows them. `asked`: items of the call.

    Raises CommandError with every error of the items, and if it can't be told who is protected.
    """
    now = utc_now()
    local = now.astimezone(JST)
    who = {"gyomuid": REGISTRY.business, "shikuchosonkodo": deployment.municipality, "sosashaid": "operator"}
    when = {"sosanengappi": f"{local:%Y-%m-%d}", "sosajikoku": f"{local:%H:%M:%S}"}
    body = {**who, **when, **{name: value for name, value in asked.items() if value}}
    request = ApiRequest(body=body, system=REGISTRY.business, received_at=now, request_id=request_id)
    try:
        answer = msgspec.to_builtins(call(deployment, purpose).answer(request).body)
    except ShowingUndecidedError as error:
        raise CommandError(
            "支援措置対象者か判定できない人がいるため、示しません。時間を置いて再実行してください。", Exit.UNDECIDED
        ) from error
    if "result" not in answer:
        told = "".join(f"{error['code']} {error['message']}" for error in answer["errors"])
        raise CommandError(told, Exit.USAGE)
    return list(answer["result"])


def call(deployment: Deployment, purpose: str) -> Searching:
    """Return 住登外者宛名基本情報照会 on a deployment's tables."""
    outputs, municipality, known = deployment.outputs, deployment.municipality, catalogue()
    client, table = clients.dynamodb(), outputs["CandidatesTable"]
    keys = CandidateKeys(municipality, deployment.sealing.fingerprints)
    frequencies = Known(
        FrequenciesTable(client, table, municipality), SystemClock(), people=scoring.parameters().people
    )
    return Searching(
        postings=lambda whom: TablePostings(client, table, keys, Scope(whom)),
        scorer=lambda whom: frequencies.scorer(Scope(whom)),
        people=SearchedPeopleTable(
            client,
            outputs["AddresseesTable"],
            outputs["ResidentsTable"],
            municipality,
            functools.cache(lambda layout: layout_columns(known, layout)),
        ),
        callers=Callers(frozenset({municipality}), lambda _: False),
        decision=ForOperators(deployment.protection, Reader(OPERATOR, purpose)),
        audit=ByOperators(deployment.audit),
        withheld=withheld_items(known, ADDRESSEES) | withheld_items(known, RESIDENTS),
        purpose=purpose,
    )


def index(deployment: Deployment) -> IndexTables:
    """Return the tables of the index and of what it is made from."""
    names = ("AddresseesTable", "ResidentsTable", "CandidatesTable")
    return IndexTables(deployment.municipality, *(deployment.outputs[name] for name in names))


def sweep(deployment: Deployment) -> Sweep:
    """Return what rebuilds the index."""
    return index(deployment).sweep(deployment.sealing.fingerprints, catalogue())


def differing(found: Sweep) -> Iterator[str]:
    """Yield the numbers of whom the index says anything else than the registry and the residents; repairs nothing.

    What changed within the last minutes may be on its way.
    """
    for number in _everybody(found):
        if not found.indexing.agrees(number):
            yield number


def _everybody(found: Sweep) -> Iterator[str]:
    seen: set[str] = set()
    for source in found.sources.values():
        following: After = None
        while True:
            numbers, following = source.page(following)
            yield from (number for number in numbers if number not in seen)
            seen.update(numbers)
            if following is None:
                break
    following = None
    while True:
        page = found.index.page(following)
        yield from (standing.number for standing in page.standings if standing.number not in seen)
        following = page.following
        if following is None:
            return
