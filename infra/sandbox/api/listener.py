"""The HTTP server on loopback in front of the gateway and the origins. Nothing that a client sends ends it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

from infra.sandbox.api.bodies import MalformedBodyError, read_body
from infra.sandbox.api.messages import Request, Response, json_response
from infra.sandbox.ports import HOST, PortTakenError

_LOGGER = logging.getLogger(__name__)
_WITHOUT_BODY = {204, 304}
Answer = Callable[[Request], Response]


class Listener:
    """Answers requests from construction to the end of its context, a thread per connection."""

    def __init__(self, port: int, answer: Answer, *, largest_body: int, option: str = "--api-port") -> None:
        """Listen on `port` (0: any free one). A longer body than `largest_body` is passed on too long, not whole.

        Raises PortTakenError, naming the command's `option`.
        """
        try:
            self._server = _Server((HOST, port), _Handler)
        except OSError as error:
            raise PortTakenError(
                f"ポート {port} は使用中です。{option} で別の番号（0 = 空き番号）を指定してください。"
            ) from error
        self._server.answer, self._server.largest_body = answer, largest_body
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"http {self.authority}", daemon=True)

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{HOST}:{self._server.server_port}"

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    answer: Answer
    largest_body: int
    daemon_threads = True
    request_queue_size = 128  # a burst of clients waits its turn
    block_on_close = False  # a client that keeps its connection must not keep the sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that broke off: clients that go away are no news."""
        del request, client_address


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60  # of a client that sends nothing

    def _serve(self) -> None:
        server = cast("_Server", self.server)
        if self.headers.defects:  # a line that is no header: what follows it is not understood
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        try:
            body = read_body(cast("Any", self.rfile), self.headers, server.largest_body)
        except MalformedBodyError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self.close_connection = self.close_connection or len(body) > server.largest_body
        headers = tuple((name, " ".join(str(value).split("\r\n"))) for name, value in self.headers.items())
        request = Request(self.command, self.path, headers, body, str(self.client_address[0]), self.request_version)
        try:
            response = server.answer(request)
        except Exception:
            _LOGGER.exception("a request could not be answered")
            response = json_response(500, {"message": "Internal server error"})
        self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def _send(self, response: Response) -> None:
        body = b"" if response.status in _WITHOUT_BODY else response.body
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        self.send_header("Date", self.date_time_string())
        if response.status not in _WITHOUT_BODY:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, as JSON, and end the connection."""
        del message, explain
        self.close_connection = True
        self.request_version = self.protocol_version  # what was understood so far may be less than a status line needs
        self._send(json_response(code, {"message": HTTPStatus(code).phrase}))

    def log_message(self, *_: Any) -> None:
        """Write no line per request: targets may hold what must not be in a log."""
