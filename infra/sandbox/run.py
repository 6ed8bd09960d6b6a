"""`kyotsu sandbox up`: one sandbox in this process, or one process for each of several municipalities."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, cast

from infra.sandbox import endpoints
from infra.sandbox.access.documents import PolicyError
from infra.sandbox.access.enforcement import DeniedError
from infra.sandbox.api.model import UnusableApiError
from infra.sandbox.assembly import read_stacks
from infra.sandbox.beginning import BeginningError, begin
from infra.sandbox.cloud import Cloud
from infra.sandbox.deployment import UnknownTemplateError
from infra.sandbox.intrinsics import UnknownIntrinsicError
from infra.sandbox.juki_net.process import JukiNetError, connect, started
from infra.sandbox.lifetime import AlreadyRunningError, only_one, until_asked_to_end
from infra.sandbox.ports import PortTakenError
from infra.sandbox.sandbox import running
from infra.sandbox.synthesis import ROOT, SynthesisError, synthesized

Say = Callable[[str], None]
Ports = tuple[int, int]
"""That of AWS and that of the APIs; 0 is any free one."""
FAILED = 1
_EXPECTED = (
    AlreadyRunningError,
    BeginningError,
    DeniedError,
    JukiNetError,
    PolicyError,
    PortTakenError,
    SynthesisError,
    UnknownIntrinsicError,
    UnknownTemplateError,
    UnusableApiError,
)


def say_on_stdout(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(
    municipalities: Sequence[str],
    port: int,
    api_port: int,
    state_dir: Path,
    *,
    say: Say = say_on_stdout,
    with_parent: bool = False,
    secondary: bool = False,
    assembly: Path | None = None,
    juki_net: str = "",
) -> int:
    """Run the sandbox of every municipality until SIGTERM or SIGINT; return the exit code.

    When a sandbox is ready, `<state_dir>/<code>/endpoints.json` exists, and the first one's is also
    `<state_dir>/endpoints.json` (not if `secondary`). `port` is the first one's (0: any free one), the others take the
    following ones; so it is with `api_port`, where the APIs are. With `with_parent` it also ends when stdin does.
    `assembly` replaces the synthesis. All of them join one simulator of 住基ネット: that of `juki_net` (its URL), else
    one that is started and ends with them.
    """
    ended = until_asked_to_end(with_parent=with_parent)
    state_dir = state_dir.resolve()
    try:
        with nullcontext(juki_net) if juki_net else started(municipalities) as url:
            return _run_joined(municipalities, (port, api_port), state_dir, say, ended, url, secondary, assembly)
    except JukiNetError as error:
        say(str(error))
        return FAILED


def _run_joined(
    municipalities: Sequence[str],
    ports: Ports,
    state_dir: Path,
    say: Say,
    ended: threading.Event,
    juki_net: str,
    secondary: bool,
    assembly: Path | None,
) -> int:
    if len(municipalities) == 1:
        code = municipalities[0]
        places = [state_dir / code / "endpoints.json"] + [state_dir / "endpoints.json"] * (not secondary)
        return _run_one(code, ports, places, say, ended, assembly, juki_net)
    return _run_each(municipalities, ports, state_dir, say, ended, assembly, juki_net)


def _run_one(
    municipality: str,
    ports: Ports,
    places: Sequence[Path],
    say: Say,
    ended: threading.Event,
    assembly: Path | None,
    juki_net: str,
) -> int:
    own_dir = places[0].parent
    own_dir.mkdir(parents=True, exist_ok=True)
    try:
        with only_one(own_dir):
            endpoints.withdraw(places)  # a killed sandbox left its own
            say(f"{municipality}: テンプレートを合成しています…")
            stacks = read_stacks(assembly or synthesized(municipality))
            with (
                running(stacks, ports[0], own_dir, api_port=ports[1], juki_net=juki_net) as (cloud, outputs),
                endpoints.published(places, _begun(cloud, municipality, outputs)),
            ):
                gc.collect()
                gc.freeze()  # moto, templates and policies stay until the end
                say(f"{municipality}: 準備ができました {cloud.endpoint} （{places[0]}）")
                ended.wait()
                say(f"{municipality}: 終了します")
    except _EXPECTED as error:
        say(f"{municipality}: 起動できません: {error}")
        return FAILED
    return 0


def _begun(cloud: Cloud, municipality: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """Do what must be done before others can use a deployment; return what they are told."""
    connect(cloud.juki_net, cloud, outputs)
    return endpoints.describe(cloud, municipality, outputs, begin(cloud, municipality, outputs))


def _run_each(
    municipalities: Sequence[str],
    ports: Ports,
    state_dir: Path,
    say: Say,
    ended: threading.Event,
    assembly: Path | None,
    juki_net: str,
) -> int:
    common = ["--state-dir", str(state_dir), "--juki-net", juki_net]
    common += ["--assembly", str(assembly)] if assembly else []
    children = []
    for index, code in enumerate(municipalities):
        port, api_port = (str(first + index if first else 0) for first in ports)
        arguments = ["--municipality", code, "--port", port, "--api-port", api_port, *common]
        children.append(_start([*arguments, *(["--secondary"] if index else [])], say, ended))
    ended.wait()
    for child in children:
        child.terminate()
    return max(child.wait() for child in children)


def _start(arguments: Sequence[str], say: Say, ended: threading.Event) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-m", "infra.sandbox", *arguments, "--with-parent"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def forward() -> None:
        for line in cast("IO[str]", child.stdout):
            say(line.rstrip("\n"))
        ended.set()  # one municipality down ends all, so that nobody works with half a sandbox

    threading.Thread(target=forward, daemon=True).start()
    return child
