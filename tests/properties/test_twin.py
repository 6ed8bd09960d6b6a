"""Requirement: a twin has no effect, finds nothing under the same layout, and its own side is what then happens
(issue part 2, item 5)."""

from __future__ import annotations

import copy
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from kyotsu.linkage.twin import pair_of
from kyotsu.residents.applier import ResidentApplier
from kyotsu.wiring.trial import Source
from kyotsu.wiring.twin import deployed, twinned
from tests.fakes.deployment import CATALOGUE, Deployment, body, name
from tests.properties.histories import NUMBERS, Grouping, files

law = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@law
@given(files(max_files=3, max_rows=8))
def test_under_the_same_layout_nothing_differs_and_all_is_as_it_then_happens(
    tmp_path: Path, grouping: Grouping
) -> None:
    deployment = Deployment()
    applier = deployment.reception.appliers["residents"]
    assert isinstance(applier, ResidentApplier)
    source = Source(
        deployment.residents, applier, deployment.protected, deployment.support, deployment.receipts, deployment.clock
    )
    for sequence, (branch, mode, rows) in enumerate(grouping, start=1):
        file_name, data = name(branch, mode, sequence=sequence), body(rows)
        path = tmp_path / "file.csv"
        path.write_bytes(data)
        now = deployment.clock.now()
        pair = pair_of(CATALOGUE, f"outbox/001o006-{branch}/{file_name}", "v0", now.date())
        before = copy.deepcopy((deployment.residents, deployment.receipts, deployment.objects))
        read = deployed("141003", frozenset({"141003"}), source)
        with twinned(path, pair, CATALOGUE, read, now, lambda _: None) as found:
            assert (found.layout, found.tally.findings, found.tally.differs, list(found.people())) == (
                [],
                {},
                False,
                [],
            )
            assert found.tally.read == len(rows)
            assert found.stores is not None
            expected = {
                c.after.addressee_number: (c.after.category, c.after.since) for c in found.stores[0].category_changes()
            }
        assert before == (deployment.residents, deployment.receipts, deployment.objects)

        shown = {one.addressee_number: one for one in deployment.reader.categories(NUMBERS)}
        deployment.send(file_name, data)
        changed = {
            one.addressee_number: (one.category, one.since)
            for one in deployment.reader.categories(NUMBERS)
            if one.category != shown[one.addressee_number].category
        }
        assert expected == changed
