"""Requirement: a preview has no effect and tells exactly what sending the file then comes to (issue part 2, item 4)."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.residents.applier import ResidentApplier
from kyotsu.wiring.trial import LocalFile, Previewed, Source, previewed
from tests.fakes.deployment import BUCKET, Deployment, body, name
from tests.properties.histories import NUMBERS, Grouping, files

law = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def source_of(deployment: Deployment) -> Source:
    """What a preview of this deployment reads."""
    applier = deployment.reception.appliers["residents"]
    assert isinstance(applier, ResidentApplier)
    return Source(
        deployment.residents, applier, deployment.protected, deployment.support, deployment.receipts, deployment.clock
    )


def told(found: Previewed) -> Any:
    """What a preview says: the outcome, the errors, and whose 住民区分 changes."""
    receipt = found.receipt
    changes = [
        (c.before.addressee_number, c.before.category, c.after.category, c.after.since)
        for c in found.category_changes()
    ]
    return str(receipt.status), receipt.counts.as_dict(), found.problems(1000), changes


@law
@given(files(max_files=3, max_rows=8), st.booleans())
def test_a_preview_is_what_then_happens(tmp_path: Path, grouping: Grouping, damaged: bool) -> None:
    deployment = Deployment()
    for sequence, (branch, mode, rows) in enumerate(grouping, start=1):
        file_name, data = name(branch, mode, sequence=sequence), body(rows)
        metadata = {"row-count": str(len(rows) + damaged)}
        path = tmp_path / "file.csv"
        path.write_bytes(data)
        key = f"outbox/{'-'.join(file_name.split('_')[:2])}/{file_name}"
        source = source_of(deployment)
        before = copy.deepcopy((deployment.residents, deployment.receipts, deployment.objects))
        with previewed(
            LocalFile(path, BUCKET, key, metadata), deployment.reception.admission, source, lambda _: None
        ) as found:
            expected = told(found)
        assert before == (deployment.residents, deployment.receipts, deployment.objects)

        shown = {one.addressee_number: one for one in deployment.reader.categories(NUMBERS)}
        answer = deployment.send(file_name, data, metadata)
        changes = [
            (now.addressee_number, shown[now.addressee_number].category, now.category, now.since)
            for now in deployment.reader.categories(NUMBERS)
            if now.category != shown[now.addressee_number].category
        ]
        assert expected == (answer["status"], answer["counts"], deployment.errors(answer), changes)
