"""How long clients wait for AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kyotsu.runtime import clients

AWS = {"AWS_DEFAULT_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
MADE: tuple[Callable[[], object], ...] = (
    clients.dynamodb,
    clients.s3,
    clients.sqs,
    clients.events,
    clients.iam,
    clients.kms,
    clients.secrets,
    clients.states,
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[tuple[float, float, int]]]]:
    """Return what makes all clients anew, with the seconds they wait and how often they try."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)

    def patience() -> list[tuple[float, float, int]]:
        forget()
        configured = [client().meta.config for client in MADE]  # type: ignore[attr-defined]
        return [(c.connect_timeout, c.read_timeout, c.retries["total_max_attempts"]) for c in configured]

    yield patience
    forget()


def forget() -> None:
    for client in MADE:
        client.cache_clear()  # type: ignore[attr-defined]


def test_clients_are_patient_unless_somebody_waits(
    made: Callable[[], list[tuple[float, float, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(made()) == {(5, 30, 6)}
    monkeypatch.setenv(clients.SECONDS, "4")
    monkeypatch.setenv(clients.ATTEMPTS, "3")
    assert set(made()) == {(4, 4, 3)}


def test_the_longest_call_has_the_longest_pauses() -> None:
    """botocore's standard mode pauses for up to 1, 2, 4 … seconds."""
    assert clients.longest(5, 1) == 5
    assert clients.longest(5, 3) == 3 * 5 + 1 + 2
