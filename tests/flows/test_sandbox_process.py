"""The sandbox as a process: it says when it is ready, refuses in words, and leaves nothing behind."""

import signal
import socket
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.sandbox.juki_net.process import JukiNetError, call
from tests.flows.sandbox_process import alive, endpoints, eventually, started, write_assembly
from tests.integration.sandbox.small_cloud import RESOURCES, resource


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_assembly(tmp_path_factory.mktemp("assembly") / "out")


def worker_of(content: dict[str, Any]) -> int:
    """Start a worker by invoking a function, and return its process id."""
    client = boto3.client(
        "lambda", endpoint_url=content["aws_endpoint"], region_name=content["region"],
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    client.invoke(FunctionName=content["functions"]["Receive"], Payload=b"{}")
    dynamodb = boto3.client(
        "dynamodb", endpoint_url=content["aws_endpoint"], region_name=content["region"],
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    return int(dynamodb.scan(TableName=content["tables"]["calls"])["Items"][0]["pid"]["N"])


def juki_net_answers(content: dict[str, Any]) -> bool:
    """Whether the simulator of 住基ネット that started with a sandbox still lives."""
    try:
        call(content["juki_net_url"], "GET", "/journal")
    except JukiNetError:
        return False
    return True


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_and_all_its_workers(assembly: Path, tmp_path: Path, asked: signal.Signals) -> None:
    with started(assembly, tmp_path) as process:
        content = endpoints(tmp_path / "endpoints.json")
        assert content == endpoints(tmp_path / "141003" / "endpoints.json")
        worker = worker_of(content)
        assert alive(worker)
        process.send_signal(asked)
        assert process.wait(20) == 0
        assert not alive(worker)
        assert not juki_net_answers(content)
        assert not (tmp_path / "endpoints.json").exists()
        out = process.stdout.read() if process.stdout else ""
        assert "準備ができました" in out


def test_killed_sandbox_takes_its_workers_along(assembly: Path, tmp_path: Path) -> None:
    with started(assembly, tmp_path) as process:
        content = endpoints(tmp_path / "endpoints.json")
        worker = worker_of(content)
        assert juki_net_answers(content)
        process.kill()
        eventually(lambda: not alive(worker))
        eventually(lambda: not juki_net_answers(content))


def test_what_a_killed_sandbox_left_is_not_taken_for_a_new_one(assembly: Path, tmp_path: Path) -> None:
    with started(assembly, tmp_path) as process:
        endpoints(tmp_path / "endpoints.json")
        process.kill()
    left = (tmp_path / "endpoints.json").read_text("utf-8")
    with started(assembly, tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline()
        new = tmp_path / "endpoints.json"
        assert not new.exists() or new.read_text("utf-8") != left


def test_with_parent_it_ends_when_the_parent_is_gone(assembly: Path, tmp_path: Path) -> None:
    with started(assembly, tmp_path, "--with-parent") as process:
        endpoints(tmp_path / "endpoints.json")
        assert process.stdin
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize("option", ["--port", "--api-port"])
def test_taken_port_is_said(assembly: Path, tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with started(assembly, tmp_path, option, str(port)) as process:
            assert process.wait(30) == 1
            out = process.stdout.read() if process.stdout else ""
    assert f"ポート {port} は使用中です。{option} で" in out


def test_second_sandbox_of_the_same_state_is_refused(assembly: Path, tmp_path: Path) -> None:
    with started(assembly, tmp_path):
        before = endpoints(tmp_path / "endpoints.json")
        with started(assembly, tmp_path) as second:
            assert second.wait(30) == 1
            out = second.stdout.read() if second.stdout else ""
        assert "別のサンドボックスが動いています" in out
        assert endpoints(tmp_path / "endpoints.json") == before


def test_unknown_resource_is_said_by_name(tmp_path: Path) -> None:
    odd = write_assembly(tmp_path / "odd", RESOURCES | {"Dog": resource("AWS::Dog::House")})
    with started(odd, tmp_path / "state") as process:
        assert process.wait(30) == 1
        out = process.stdout.read() if process.stdout else ""
    assert "Dog (AWS::Dog::House)" in out


def test_each_municipality_has_its_own_cloud(assembly: Path, tmp_path: Path) -> None:
    codes = ("141003", "143413")
    with started(assembly, tmp_path, *(word for code in codes for word in ("--municipality", code))) as process:
        found = {code: endpoints(tmp_path / code / "endpoints.json") for code in codes}
        assert endpoints(tmp_path / "endpoints.json") == found["141003"]
        assert [content["municipality"] for content in found.values()] == list(codes)
        assert len({content["aws_endpoint"] for content in found.values()}) == 2
        assert len({content["juki_net_url"] for content in found.values()}) == 1
        workers = [worker_of(content) for content in found.values()]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        eventually(lambda: not any(map(alive, workers)))
