"""Edits of the registry in any order, by anybody, tried any number of times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.addressees.applying import RowOutcome
from kyotsu.addressees.changes import Change
from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.store import Done, Seen
from kyotsu.contracts.api import ApiRequest
from kyotsu.contracts.rows import Applied, Row
from tests.fakes.addressees import CALLERS, COMPLETE, RECEIVED
from tests.fakes.registry import MemoryRegistry
from tests.fakes.registry_contract import registered
from tests.fakes.registry_files import COLUMNS, RegistryFiles, registry_row
from tests.fakes.sealing import FINGERPRINTS

law = settings(derandomize=True, max_examples=80, deadline=None)
NUMBERS = ("800000000000009", "800000000000017", "800000000000025", "000000000000213")
SYSTEMS = ("010", "022")
COMMON: dict[str, Any] = {
    name: COMPLETE[name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")
}
WHO: dict[str, Any] = {name: value for name, value in COMPLETE.items() if name[:4] in ("shim", "uji_", "na_n")}

edits = st.fixed_dictionaries(
    {
        "kind": st.sampled_from("1223344"),
        "number": st.sampled_from(NUMBERS),
        "principal": st.sampled_from(NUMBERS),
        "system": st.sampled_from(SYSTEMS),
        "flag": st.sampled_from("001"),
    }
)


def registry() -> MemoryRegistry:
    """Three people, and a resident who has a record as well."""
    found = MemoryRegistry(residents={NUMBERS[3]: "1"})
    for number in NUMBERS[:3]:
        assert found.write(registered(number))
    return found


def call(store: Any) -> Editing:
    return Editing(
        store=store,
        callers=CALLERS,
        fingerprints=FINGERPRINTS,
        lease_time=timedelta(minutes=5),
        residents_keep_numbers=True,
    )


def edit(store: Any, wish: dict[str, Any], key: str | None = None, **more: Any) -> int:
    """Make an edit, and return the status of its answer."""
    body = {**COMMON, "shorikubun": wish["kind"], "atenabango": wish["number"], **more}
    if wish["kind"] == "1":
        body |= {**WHO, "tagyomusanshofukafuragu": wish["flag"], **more}
    if wish["kind"] == "3":
        body |= {"nayosesakiatenabango": wish["principal"]}
    request = ApiRequest(body=body, system=wish["system"], received_at=RECEIVED, request_id="r", idempotency_key=key)
    return call(store).answer(request).status


def no_chain(store: MemoryRegistry) -> None:
    """Nobody's principal is linked itself, has no record and was no resident, or is the record itself."""
    linked = {number: record.principal for number, record in store.records.items() if record.principal}
    assert linked == store.links, "records and links tell the same"
    for number, principal in linked.items():
        assert principal not in linked
        assert principal != number
        held = store.records.get(principal)
        assert principal in store.residents or (held is not None and not held.deleted)
        assert not store.records[number].deleted


@law
@given(st.lists(edits, max_size=14))
def test_links_never_make_chains_or_cycles(wishes: list[dict[str, Any]]) -> None:
    store = registry()
    for wish in wishes:
        edit(store, wish)
        no_chain(store)
        for number, record in store.records.items():
            entries = store.history(number)
            assert [entry.record.revision for entry in entries] == list(range(1, record.revision + 1))
            assert entries[-1].record == record
            assert record.deleted == (not record.uses)


class Interleaved(MemoryRegistry):
    """Lets somebody else go first between a look and its write."""

    def __init__(self, others: list[dict[str, Any]]) -> None:
        super().__init__(residents={NUMBERS[3]: "1"})
        for number in NUMBERS[:3]:
            assert super().write(registered(number))
        self.others = others
        self.busy = False

    def look(self, numbers: Any, use: Any, once: str | None = None) -> Seen:
        seen = super().look(numbers, use, once)
        if self.others and not self.busy:
            self.busy = True
            edit(self, self.others.pop())
            self.busy = False
        return seen


@law
@given(st.lists(edits, max_size=6), st.lists(edits, max_size=8))
def test_two_editors_at_once_make_no_chain_and_lose_nothing(
    wishes: list[dict[str, Any]], others: list[dict[str, Any]]
) -> None:
    store = Interleaved(others)
    for wish in wishes:
        edit(store, wish)
        no_chain(store)
        for number, record in store.records.items():
            entries = store.history(number)
            assert [entry.record.revision for entry in entries] == list(range(1, record.revision + 1))
            assert entries[-1].record == record


@law
@given(st.lists(st.tuples(st.sampled_from(SYSTEMS), st.booleans()), min_size=1, max_size=10))
def test_who_names_the_version_it_has_seen_overwrites_nobody(turns: list[tuple[str, bool]]) -> None:
    """Each editor adds to the name what it last saw; whoever did not see the newest version is refused."""
    store, number = registry(), NUMBERS[0]
    seen = dict.fromkeys(SYSTEMS, 1)
    done = 0
    for turn, (system, looks) in enumerate(turns):
        if looks:
            seen[system] = store.records[number].version
        fresh = seen[system] == store.records[number].version
        wish = {"kind": "1", "number": number, "system": system, "flag": "0"}
        status = edit(store, wish, rirekibango=str(seen[system]), shimei=f"見本　{'一二三四五六七八九十'[turn]}")
        assert status == (200 if fresh else 400)
        done += fresh
        seen[system] += fresh
    assert len({entry.record.version for entry in store.history(number)}) == done + 1


rows = st.fixed_dictionaries(
    {},
    optional={
        "nayosemotofuragu": st.just("1"),
        "sakujofuragu": st.just("1"),
        "tagyomusanshofukafuragu": st.just("1"),
        "seibetsu": st.sampled_from("12"),
        "kojinbango": st.just("123456789018"),
    },
)
lines = st.lists(st.tuples(st.sampled_from(NUMBERS), rows, st.sampled_from(NUMBERS)), min_size=1, max_size=10)


class StoppedError(Exception):
    """The worker was stopped."""


class Stopping(MemoryRegistry):
    """Is stopped before, or after, a write."""

    left = 0
    after = False

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        with self.lock:
            self.left -= 1
            if self.left == 0 and not self.after:
                raise StoppedError
            wrote = super().write(change, done)
            if self.left == 0:
                raise StoppedError
            return wrote


@law
@given(lines, st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=3), st.booleans())
def test_rows_applied_in_part_and_twice_are_rows_applied_once(
    made: list[Any], stops: list[tuple[int, bool]], others_edit: bool
) -> None:
    given_rows = [
        Row(line, [registry_row(number, **_linked(items, to)).get(name, "") for name in COLUMNS])
        for line, (number, items, to) in enumerate(made, start=2)
    ]
    smooth, rough = RegistryFiles(registry()), RegistryFiles(Stopping(residents={NUMBERS[3]: "1"}, opens=False))
    smooth.registry.opens = False
    for number in NUMBERS[:3]:
        assert MemoryRegistry.write(rough.registry, registered(number))
    file = _context(smooth)
    once = smooth.applier.open(file, given_rows).apply(given_rows)
    for left, after in stops:
        rough.registry.left, rough.registry.after = left, after  # type: ignore[attr-defined]
        try:
            rough.applier.open(file, given_rows).apply(given_rows)
        except StoppedError:
            continue
    rough.registry.left = 0  # type: ignore[attr-defined]
    _same(once, rough.applier.open(file, given_rows).apply(given_rows))
    assert rough.registry.records == smooth.registry.records
    assert rough.registry.entries == smooth.registry.entries
    assert rough.registry.individual_numbers == smooth.registry.individual_numbers
    no_chain(rough.registry)
    if others_edit:
        edit(rough.registry, {"kind": "1", "number": NUMBERS[0], "system": "010", "flag": "0"}, shimei="別　人")
    before = dict(rough.registry.records)
    _same(once, rough.applier.open(file, given_rows).apply(given_rows))
    assert rough.registry.records == before, "later edits stay"


def _linked(items: dict[str, str], to: str) -> dict[str, str]:
    return {**items, "nayosesakiatenabango": to} if "nayosemotofuragu" in items else items


def _same(one: Applied, other: Applied) -> None:
    assert (one.counts, one.problems, one.unchanged_lines) == (other.counts, other.problems, other.unchanged_lines)


def _context(files: RegistryFiles) -> Any:
    admission = files.deployment.reception.admission
    key = "outbox/031i001-00/031i001_00_D_v1_20261120093000_000001.csv"
    ref = files.deployment.objects.put("kyotsu-test-141003-010", key, b"x")
    receipt = admission.labelled(admission.arrived(ref, files.deployment.clock.now()))
    return replace(admission.context(receipt, admission.admit(receipt)), receipt_id="receipt")


def test_an_outcome_is_kept_as_it_is() -> None:
    files = RegistryFiles(registry())
    files.registry.opens = False
    file = _context(files)
    row = Row(2, [registry_row(NUMBERS[0], seibetsu="1").get(name, "") for name in COLUMNS])
    assert files.applier.outcome(file, row) == files.applier.outcome(file, row) == RowOutcome("updated", ())
