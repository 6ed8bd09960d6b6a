"""What a linked system is told, by options, environment and a sandbox's endpoints.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kyotsu_cli import linked
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.federation import TokenSource
from kyotsu_cli.linked import LinkedSystem, Options, linked_system

ROLE = "arn:aws:iam::123456789012:role/system"
TOLD: dict[str, Any] = {
    "token_url": "https://t.example",
    "client_id": "c",
    "role_arn": ROLE,
    "region": "ap-northeast-1",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing but what a test tells."""
    for name in ("KYOTSU_ENDPOINTS", "KYOTSU_STAGE", "KYOTSU_MUNICIPALITY", "KYOTSU_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> list[TokenSource]:
    """Where tokens would be asked for."""
    found: list[TokenSource] = []
    monkeypatch.setattr(linked, "federated_session", lambda source, *_: found.append(source))
    return found


def system(name: str = "010", **told: Any) -> LinkedSystem:
    return linked_system(Options(federated=True, **{**TOLD, **told}), name)


def test_bucket_names_are_made_of_stage_municipality_and_the_roles_account(
    environment: pytest.MonkeyPatch, sources: list[TokenSource]
) -> None:
    environment.setenv("KYOTSU_CLIENT_SECRET", "secret")
    with pytest.raises(CommandError, match="--bucket"):
        _ = system().own_bucket
    environment.setenv("KYOTSU_STAGE", "production")
    environment.setenv("KYOTSU_MUNICIPALITY", "141003")
    prefix = "kyotsu-production-141003-123456789012-"
    assert (system("001").own_bucket, system("010").delivering_buckets) == (f"{prefix}001", (f"{prefix}001",))
    assert system(buckets=("a", "b")).delivering_buckets == ("a", "b")


@pytest.mark.parametrize("missing", ["token_url", "client_id", "role_arn"])
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, missing: str) -> None:
    environment.setenv("KYOTSU_CLIENT_SECRET", "secret")
    with pytest.raises(CommandError, match="KYOTSU_" + missing.upper()) as error:
        linked_system(Options(federated=True, **{**TOLD, missing: None}), "010")
    assert error.value.code == Exit.USAGE


def test_a_secret_comes_from_a_file_or_the_environment(
    environment: pytest.MonkeyPatch, sources: list[TokenSource], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="--client-secret-file"):
        system()
    environment.setenv("KYOTSU_CLIENT_SECRET", "from the environment")
    system()
    file = tmp_path / "secret"
    with pytest.raises(CommandError, match="読めません"):
        system(secret_file=file)
    file.write_text("from the file\n", "utf-8")
    system(secret_file=file)
    assert [source.client.client_secret for source in sources] == ["from the environment", "from the file"]


def test_a_sandbox_fills_in_what_is_not_told_but_no_secret_of_another_client(
    environment: pytest.MonkeyPatch, sources: list[TokenSource], tmp_path: Path
) -> None:
    endpoints = {
        "aws_endpoint": "http://127.0.0.1:1", "region": "ap-northeast-1", "token_url": "http://127.0.0.1:2/token",
        "outputs": {"FederatedRole010": ROLE}, "clients": {"010": {"client_id": "own", "client_secret": "known"}},
        "buckets": {"001": "provider"},
    }  # fmt: skip
    path = tmp_path / "endpoints.json"
    path.write_text(json.dumps(endpoints), "utf-8")
    environment.setenv("KYOTSU_ENDPOINTS", str(path))
    found = linked_system(Options(federated=True), "010")
    assert found.delivering_buckets == ("provider",)
    client = sources[0].client
    assert (client.token_url, client.client_id, client.client_secret) == ("http://127.0.0.1:2/token", "own", "known")
    with pytest.raises(CommandError, match="--client-secret-file"):
        linked_system(Options(federated=True, client_id="another"), "010")


def test_a_system_that_the_catalogue_does_not_know_is_refused() -> None:
    with pytest.raises(CommandError, match="カタログ"):
        system("zzz")
