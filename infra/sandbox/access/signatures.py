"""AWS Signature Version 4, as a service checks it: in the Authorization header or in a presigned URL.

botocore signs, and can't verify: it would sign the headers it chooses, not those that the client signed.
Source: AWS General Reference, "Create a signed AWS API request"; "Authenticating Requests (AWS Signature Version 4)"
of the Amazon S3 API Reference (S3 doesn't encode the path a second time, and names the payload's hash in a header).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
_SKEW_SECONDS = 900
_HEADER = re.compile(
    ALGORITHM + r"\s+Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<signed>[^,\s]+),"
    r"\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_CREDENTIAL = re.compile(r"(?P<key>[^/]+)/(?P<date>[0-9]{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Request:
    """A request as it came in: raw path and query, header names in lower case, repeated ones joined by commas.

    `payload` gives the SHA-256 of the body in hexadecimal; it is asked for only if the signature needs it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    payload: Callable[[], str]


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str
    moment: datetime
    lasts: int | None = field(default=None)
    """Seconds, of a presigned URL."""
    token: str | None = None

    @property
    def scope(self) -> str:
        """The credential's scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


class MalformedSignatureError(ValueError):
    """A request seems to be signed, in a way that can't be read."""


def signature_of(request: Request) -> Signature | None:
    """Return the signature of `request`, or None if it has none. Raises MalformedSignatureError."""
    header = request.headers.get("authorization")
    if header is not None:
        match = _HEADER.fullmatch(header.strip())
        if match is None:
            raise MalformedSignatureError("Authorization header")
        moment, token = request.headers.get("x-amz-date", ""), request.headers.get("x-amz-security-token")
        return _signature(match["credential"], match["signed"], match["signature"], moment, None, token)
    if "X-Amz-Signature=" not in request.query:
        return None
    given = dict(parse_qsl(request.query, keep_blank_values=True))
    if given.get("X-Amz-Algorithm") != ALGORITHM or not given.get("X-Amz-Expires", "").isdecimal():
        raise MalformedSignatureError("query string")
    return _signature(
        given.get("X-Amz-Credential", ""),
        given.get("X-Amz-SignedHeaders", ""),
        given["X-Amz-Signature"],
        given.get("X-Amz-Date", ""),
        int(given["X-Amz-Expires"]),
        given.get("X-Amz-Security-Token"),
    )


def _signature(
    credential: str, signed: str, signature: str, moment: str, lasts: int | None, token: str | None
) -> Signature:
    match = _CREDENTIAL.fullmatch(credential)
    try:
        when = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedSignatureError("X-Amz-Date") from error
    if match is None or not moment.startswith(match["date"]):
        raise MalformedSignatureError("Credential")
    return Signature(
        match["key"], match["date"], match["region"], match["service"], tuple(signed.split(";")), signature, when,
        lasts, token,
    )  # fmt: skip


def is_current(signature: Signature, now: datetime) -> bool:
    """Tell whether the request was signed within the last 15 minutes, or its URL still holds."""
    age = (now - signature.moment).total_seconds()
    return -_SKEW_SECONDS <= age <= (_SKEW_SECONDS if signature.lasts is None else min(signature.lasts, 604_800))


def is_genuine(request: Request, signature: Signature, secret: str) -> bool:
    """Tell whether `secret` made the signature, and whether it covers what it must: the host and all x-amz- headers."""
    amazon = {name for name in request.headers if name.startswith("x-amz-")}
    if signature.lasts is None and not {"host", *amazon} <= set(signature.signed):
        return False
    canonical = hashlib.sha256(_canonical(request, signature).encode("latin-1")).hexdigest()
    text = f"{ALGORITHM}\n{signature.moment:%Y%m%dT%H%M%SZ}\n{signature.scope}\n{canonical}"
    key = _signing_key(secret, signature.date, signature.region, signature.service)
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.signature)


def _canonical(request: Request, signature: Signature) -> str:
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signature.signed)
    parts = (request.path or "/").split("/")
    encode = _encoded if signature.service == "s3" else _encoded_again
    path = "/".join(map(encode, parts))
    return "\n".join(
        [request.method, path, _query(request.query), headers, ";".join(signature.signed), _payload(request, signature)]
    )


def _query(raw: str) -> str:
    pairs = (part.partition("=") for part in raw.split("&") if part)
    encoded = [(_encoded(name), _encoded(value)) for name, _, value in pairs if name != "X-Amz-Signature"]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encoded(text: str) -> str:
    return quote(unquote(text, "latin-1"), safe="-_.~", encoding="latin-1")


def _encoded_again(text: str) -> str:
    return quote(text, safe="-_.~")


def _payload(request: Request, signature: Signature) -> str:
    if signature.service != "s3":
        return request.payload()
    if signature.lasts is not None:
        return "UNSIGNED-PAYLOAD"
    named = request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    # What isn't a hash says that the payload is signed in pieces, or not at all.
    return request.payload() if re.fullmatch("[0-9a-f]{64}", named) else named


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
