"""The way into moto: who asks, what they need, whether they may. The operator's key passes unlooked at.

What moto would read differently than the gate must not reach it: a host that names a bucket, a header that names an
account, moto's own paths.
"""

import io
import logging
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import get_input_stream

from infra.sandbox.access.enforcement import Access, DeniedError, Need
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.principals import NotAuthenticatedError
from infra.sandbox.access.refusals import DENIED, Answer, refused
from infra.sandbox.access.services import Asked, UnmappedError, needs_of
from infra.sandbox.access.signatures import Request
from infra.sandbox.access.sts import Sts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOGGER = logging.getLogger(__name__)
_KEY = re.compile(r"Credential=(?P<key>[^/]+)/[^/]*/[^/]*/(?P<service>[^/]+)/")
_OLD_KEY = re.compile(r"(?:^|&)AWSAccessKeyId=(?P<key>[^&]+)(?P<service>)")
"""Of a URL presigned the old way, of which only the operator's are taken."""
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]+)?")
_MOTOS_PATHS = ("/moto-api", "/favicon.ico", "/latest/", "/v20180820/")
_NOT_FOUND = "404"


class Gate:
    """Lets requests through to `application`, or answers them itself."""

    def __init__(self, access: Access, sts: Sts, application: "WSGIApplication") -> None:
        self._access, self._sts, self._application = access, sts, application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one request."""
        match = _KEY.search(environ.get("HTTP_AUTHORIZATION", "")) or _OLD_KEY.search(environ.get("QUERY_STRING", ""))
        by_operator = match is not None and self._access.principals.is_operator(match["key"])
        if not self._access.enforced or (by_operator and match is not None and match["service"] != "sts"):
            return self._application(environ, start_response)
        body = _Body(environ)
        request = _request(environ, body.read)
        answer = self._answered(request, body, environ)
        if answer is not None:
            body.drain()
            return _sent(answer, request, start_response)
        return self._passed_on(request, environ, start_response)

    def _answered(self, request: Request, body: "_Body", environ: "WSGIEnvironment") -> Answer | None:
        """Return the gate's own answer, or None if moto shall answer."""
        service = _service(request)
        try:
            who = self._access.principals.authenticate(request)
            asked = Asked(service, request.method, request.path, request.query, request.headers, body.read)
            if service == "sts" or (who.kind == "anonymous" and _asks_sts(environ, asked)):
                return self._sts.answer(who, asked.form)
            if who.kind != "operator":
                self._check(who, asked)
        except NotAuthenticatedError as error:
            _LOGGER.warning("not authenticated: %s at %s", error.code, service)
            return refused(service, error.code, str(error))
        except UnmappedError as error:
            _LOGGER.warning("denied %s %s: not known to the sandbox", who.arn, error)
            return refused(service, DENIED, f"{error} is not known to the sandbox")
        except DeniedError as error:
            return refused(service, DENIED, str(error))
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        return None

    def _check(self, who: Principal, asked: Asked) -> None:
        """Raise DeniedError or UnmappedError unless `who` may do what is asked."""
        if who.kind == "anonymous":
            raise UnmappedError(f"an unsigned request ({asked.method})")
        if not _OWN_HOST.fullmatch(asked.headers.get("host", "")) or asked.path.startswith(_MOTOS_PATHS):
            raise UnmappedError("a host or path that isn't AWS's")
        if "authorization" not in asked.headers and (asked.service != "s3" or asked.target):
            raise UnmappedError(f"{asked.service}: a presigned URL")
        if asked.target and asked.query:
            raise UnmappedError(f"{asked.service}: two ways to name an operation")
        self._access.demand(who, needs_of(asked, self._access.stored))

    def _passed_on(
        self, request: Request, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if _service(request) != "s3" or request.method not in ("GET", "HEAD"):
            return self._application(environ, start_response)
        held = _Held()
        content = list(self._application(environ, held))
        if held.status.startswith(_NOT_FOUND) and not self._may_know(request):
            return _sent(refused("s3", DENIED, "Access Denied"), request, start_response)
        start_response(held.status, held.headers)
        return content

    def _may_know(self, request: Request) -> bool:
        """Tell whether the caller may know that an object isn't there: S3 tells only who may list it.

        The key counts as the prefix: who may list below a prefix is told (seen on AWS, kopia/kopia#3072).
        """
        who = self._access.principals.authenticate(request)
        bucket, _, key = request.path.removeprefix("/").partition("/")
        listing = Need("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": (unquote(key),)} if key else {})
        return self._access.refusal(who, listing, {}) is None


class _Held:
    """What an application says before its content, kept back."""

    def __init__(self) -> None:
        self.status, self.headers = "", list[tuple[str, str]]()

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return len


class _Body:
    """A request's body: read when it is needed, and left for the next reader."""

    def __init__(self, environ: "WSGIEnvironment") -> None:
        self._environ = environ
        self._content: bytes | None = None

    def read(self) -> bytes:
        if self._content is None:
            self._content = get_input_stream(self._environ).read()
            self._environ["wsgi.input"] = io.BytesIO(self._content)
            self._environ["CONTENT_LENGTH"] = str(len(self._content))
            self._environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self._content

    def drain(self) -> None:
        """Read what is left, so that the next request of the connection begins where this one ends."""
        self.read()


def _request(environ: "WSGIEnvironment", read: Callable[[], bytes]) -> Request:
    raw = environ.get("REQUEST_URI") or environ["RAW_URI"]
    path, _, query = raw.partition("?")
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return Request(environ["REQUEST_METHOD"], path, query, headers, lambda: sha256(read()).hexdigest())


def _service(request: Request) -> str:
    match = _KEY.search(request.headers.get("authorization", ""))
    if match is not None:
        return match["service"]
    if request.headers.get("x-amz-target"):
        return request.headers["x-amz-target"].split(".")[0]
    return "s3"


def _asks_sts(environ: "WSGIEnvironment", asked: Asked) -> bool:
    if asked.target or asked.path != "/":
        return False
    posts = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return (posts or "Action=" in asked.query) and asked.form.get("Action") == "AssumeRoleWithWebIdentity"


def _sent(answer: Answer, request: Request, start_response: "StartResponse") -> list[bytes]:
    body = b"" if request.method == "HEAD" else answer.body
    status = f"{answer.status} {HTTP_STATUS_CODES[answer.status]}"
    start_response(status, [*answer.headers.items(), ("Content-Length", str(len(body)))])
    return [body]
