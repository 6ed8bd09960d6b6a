"""One municipality's sandbox: its templates made on moto, served, and fed by pollers."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from infra.sandbox import clock
from infra.sandbox.access.acting import Acting
from infra.sandbox.access.callers import KnownCallers
from infra.sandbox.access.enforcement import Access
from infra.sandbox.access.gate import Gate
from infra.sandbox.access.principals import Principals
from infra.sandbox.access.stored import Stored
from infra.sandbox.access.sts import Sts
from infra.sandbox.adaptations import AdaptedMoto
from infra.sandbox.api.origins import Origins
from infra.sandbox.api.serving import listener
from infra.sandbox.assembly import Stack
from infra.sandbox.cloud import ACCOUNT, OPERATOR, REGION, Cloud
from infra.sandbox.deployment import deploy
from infra.sandbox.resources import KINDS
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.mapping import Mapping
from infra.sandbox.running.queue_poller import QueuePoller
from infra.sandbox.running.schedules import Clock
from infra.sandbox.running.stream_poller import StreamPoller
from infra.sandbox.server import Server

_LOGGER = logging.getLogger(__name__)
Poller = QueuePoller | StreamPoller | Clock


@contextmanager
def running(
    stacks: Sequence[Stack], port: int, state_dir: Path, *, api_port: int = 0, enforced: bool = True, juki_net: str = ""
) -> Iterator[tuple[Cloud, dict[str, Any]]]:
    """Serve `stacks` while the block runs: AWS on `port`, the APIs on `api_port` (0: any free one).

    Functions find the simulator at the URL `juki_net` in place of a CS. Give their cloud and the outputs of all stacks.
    Not `enforced`, everybody may do everything. Raises PortTakenError.
    """
    (state_dir / "logs").mkdir(parents=True, exist_ok=True)
    clock.reset(state_dir / clock.FILE)  # an earlier sandbox's world is gone
    functions, pollers = Functions(), list[Poller]()
    access = Access(Principals(ACCOUNT, OPERATOR), Stored(ACCOUNT, REGION), enforced=enforced)
    acting = Acting(access)
    moto = AdaptedMoto(functions, acting)
    with ExitStack() as at_end:
        at_end.callback(moto.close)
        server = at_end.enter_context(Server(port, moto.object_events, partial(Gate, access, Sts(access))))
        at_end.callback(_stop, pollers, functions)  # before the server, which running functions still need
        apis, api_server = listener(api_port, functions.invoke, KnownCallers(access), ACCOUNT, REGION)
        at_end.enter_context(api_server)
        origins = at_end.enter_context(Origins())
        cloud = Cloud(server.endpoint, state_dir, functions, apis, origins, access, juki_net=juki_net)
        outputs = _deploy_all(cloud, stacks)
        for mapping in cloud.mappings:
            acting.follow(mapping)
        pollers += [_poller(mapping, cloud, moto) for mapping in cloud.mappings]
        pollers.append(Clock(cloud.schedules, moto.targets.fire))
        for poller in pollers:
            poller.start()
        yield cloud, outputs


def _stop(pollers: Sequence[Poller], functions: Functions) -> None:
    for poller in pollers:
        poller.stop()
    functions.close()
    for poller in pollers:
        poller.join()


def _poller(mapping: Mapping, cloud: Cloud, moto: AdaptedMoto) -> Poller:
    if ":sqs:" in mapping.source:
        return QueuePoller(mapping, cloud.functions, moto.queues)
    followers = [other for other in cloud.mappings if other.source == mapping.source]
    return StreamPoller(mapping, cloud.functions, moto.tables, sole=len(followers) == 1)


def _deploy_all(cloud: Cloud, stacks: Sequence[Stack]) -> dict[str, Any]:
    outputs: dict[str, Any] = {}
    exports: dict[str, Any] = {}
    for stack in stacks:
        made = deploy(cloud, stack, KINDS, exports)
        exports |= {output["Export"]["Name"]: output["Value"] for output in made.values() if "Export" in output}
        # Exports are wires between our stacks; what clients may rely on has no export.
        outputs |= {name: output["Value"] for name, output in made.items() if "Export" not in output}
        _LOGGER.info("%s is ready", stack.name)
    return outputs
