"""The simulator's HTTP interface.

| request | does |
|---|---|
| POST /messages/{id} | takes a message: 201, 200 for a repeat, or what a fault says |
| GET /messages/{id} | tells what became of it, or 404 `{"state": "unknown"}` |
| GET /journal | everything that happened, ids only |
| POST /faults, GET /faults, DELETE /faults | misbehave, tell how, behave again (what was kept back goes then) |
| POST /municipalities | connects a deployment of the sandbox |
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.sandbox.api.listener import Listener
from infra.sandbox.api.messages import Request, Response, json_response
from infra.sandbox.juki_net.deliveries import Deliveries, Mailbox
from infra.sandbox.juki_net.faults import Fault, UnusableFaultError
from infra.sandbox.juki_net.network import JukiNet, RefusedError

LARGEST_BODY = 6 * 1024 * 1024
OPTION = "--juki-net-port"


class Serving:
    """Answers requests for one network."""

    def __init__(self, network: JukiNet) -> None:
        self._network = network

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        _, _, rest = request.path.partition("/")
        what, _, name = rest.partition("/")
        match request.method, what:
            case "POST", "messages":
                return self._post(name, request)
            case "GET", "messages":
                found = self._network.state(name)
                return json_response(200, found) if found else json_response(404, {"state": "unknown"})
            case "GET", "journal":
                return json_response(200, self._network.journal())
            case "POST", "faults":
                return self._add_fault(request)
            case "GET", "faults":
                return json_response(200, self._network.faults.shown())
            case "DELETE", "faults":
                self._network.behave()
                return json_response(200, [])
            case "POST", "municipalities":
                return self._join(request)
        return json_response(404, {"message": "Not Found"})

    def _post(self, message_id: str, request: Request) -> Response:
        secret = (request.header("Authorization") or "").removeprefix("Bearer ")
        try:
            status = self._network.post(message_id, request.body, secret)
        except RefusedError as error:
            return json_response(error.status, {"reason": error.reason})
        return json_response(status, {"message_id": message_id})

    def _add_fault(self, request: Request) -> Response:
        try:
            fault = Fault.of(_json(request))
        except UnusableFaultError as error:
            return json_response(400, {"message": str(error)})
        self._network.faults.add(fault)
        return json_response(201, fault.shown)

    def _join(self, request: Request) -> Response:
        asked = _json(request)
        names = ("aws_endpoint", "region", "bucket", "secret")
        try:
            mailbox = Mailbox(tuple(asked["codes"]), *(str(asked[name]) for name in names))
        except (KeyError, TypeError):
            return json_response(400, {"message": "a municipality has codes, " + ", ".join(names)})
        self._network.join(mailbox)
        return json_response(201, {"codes": list(mailbox.codes)})


@contextmanager
def serving(port: int = 0, expected: frozenset[str] = frozenset()) -> Iterator[str]:
    """Serve a network while the block runs, and give its URL. Raises PortTakenError."""
    deliveries = Deliveries(expected)
    try:
        listener = Listener(port, Serving(JukiNet(deliveries)).answer, largest_body=LARGEST_BODY, option=OPTION)
        with listener:
            yield f"http://{listener.authority}"
    finally:
        deliveries.close()


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None
