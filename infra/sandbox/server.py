"""The loopback HTTP server in front of moto."""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from infra.sandbox.adaptations.s3_events import ObjectEvents
from infra.sandbox.ports import HOST, PortTakenError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _Handler(MotoRequestHandler):
    # Small answers must not wait for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def log_request(self, *_: Any) -> None:
        """Write no line per request."""


class Server:
    """Serves moto on loopback, a thread per connection, from construction until `close`."""

    def __init__(
        self, port: int, events: ObjectEvents, guarded: "Callable[[WSGIApplication], WSGIApplication]"
    ) -> None:
        """Listen on `port` (0: any free one); `guarded` puts access control before moto. Raises PortTakenError."""
        moto = guarded(DomainDispatcherApplication(create_backend_app))

        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            with events.held():
                return list(moto(environ, start_response))

        self._server: BaseWSGIServer = _listen(port, application)
        self._thread = threading.Thread(target=self._server.serve_forever, name="server", daemon=True)

    @property
    def endpoint(self) -> str:
        """The URL that AWS clients use as their endpoint."""
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _listen(port: int, application: Any) -> BaseWSGIServer:
    try:
        return make_server(HOST, port, application, threaded=True, request_handler=_Handler)
    except (OSError, SystemExit) as error:  # werkzeug ends the process when the port is taken
        raise PortTakenError(
            f"ポート {port} は使用中です。--port で別の番号（0 = 空き番号）を指定してください。"
        ) from error
