"""The APIs of one sandbox and the port they are served on."""

from __future__ import annotations

from infra.sandbox.api.callers import Callers
from infra.sandbox.api.documentation import documented
from infra.sandbox.api.gateway import LARGEST_BODY, Gateway, Invoke
from infra.sandbox.api.listener import Listener
from infra.sandbox.api.registry import Apis


def listener(port: int, invoke: Invoke, callers: Callers, account: str, region: str) -> tuple[Apis, Listener]:
    """Return APIs, none yet, and what serves them on `port` (0: any free one) once it is entered.

    Raises PortTakenError.
    """
    apis = Apis()
    gateway = Gateway(apis, invoke, callers, account, region)
    made = Listener(port, documented(gateway.answer, apis), largest_body=LARGEST_BODY)
    apis.base = f"http://{made.authority}"
    return apis, made
