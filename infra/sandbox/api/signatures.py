"""Signature V4 of a request, verified with the signer of botocore against the caller's secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from infra.sandbox.api.callers import Caller, Callers
from infra.sandbox.api.messages import Request
from infra.sandbox.api.refusals import RefusedError, invalid_signature, missing_token

SERVICE = "execute-api"
_TOLERANCE = timedelta(minutes=5)
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[!-~]+?)/(?P<day>[0-9]{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request, *SignedHeaders=(?P<headers>[!-~]+?), *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class _Claim:
    access_key: str
    day: str
    headers: Sequence[str]
    signature: str


class _Verifier(SigV4Auth):
    """Signs exactly the headers that the client says it signed."""

    def __init__(self, caller: Caller, region: str, headers: Sequence[str]) -> None:
        super().__init__(Credentials(caller.access_key, caller.secret_key, caller.token), SERVICE, region)
        self._signed = headers

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        """Return the signed headers."""
        chosen = HTTPHeaders()
        for name, value in request.headers.items():
            if name.lower() in self._signed:
                chosen[name.lower()] = value
        return chosen


def verified(request: Request, callers: Callers, region: str, now: datetime) -> Caller:
    """Return who signed `request`. Raises RefusedError: no signature, nobody's key, another secret, too old."""
    claim = _claim(request, region)
    signed_at = _signed_at(request, claim, now)
    caller = callers.find(claim.access_key)
    if caller is None or (caller.token or None) != request.header("X-Amz-Security-Token"):
        raise RefusedError(
            "DEFAULT_4XX", 403, "The security token included in the request is invalid.", "UnrecognizedClientException"
        )
    if not hmac.compare_digest(_signature(request, claim, caller, region, signed_at), claim.signature):
        raise invalid_signature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        )
    return caller


def _claim(request: Request, region: str) -> _Claim:
    values = request.values("Authorization")
    if len(values) != 1:
        raise missing_token()
    match = _AUTHORIZATION.fullmatch(values[0])
    if match is None:
        raise RefusedError(
            "DEFAULT_4XX", 403, "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.",
            "IncompleteSignatureException",
        )  # fmt: skip
    if (match["region"], match["service"]) != (region, SERVICE):
        raise invalid_signature(f"Credential should be scoped to a valid region and to service '{SERVICE}'.")
    headers = match["headers"].split(";")
    if "host" not in headers or (request.header("X-Amz-Security-Token") and "x-amz-security-token" not in headers):
        raise invalid_signature("'Host' and every 'X-Amz-' header of authentication must be signed.")
    return _Claim(match["key"], match["day"], headers, match["signature"])


def _signed_at(request: Request, claim: _Claim, now: datetime) -> str:
    text = request.header("X-Amz-Date") or ""
    try:
        moment = datetime.strptime(text, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        raise invalid_signature("Date must be in ISO-8601 'basic format'.", "IncompleteSignatureException") from None
    if not text.startswith(claim.day) or "x-amz-date" not in claim.headers:
        raise invalid_signature("Date in Credential scope does not match the signed 'X-Amz-Date'.")
    if abs(now - moment) > _TOLERANCE:
        raise invalid_signature(f"Signature expired: {text} is now earlier or later than what is accepted.")
    return text


def _signature(request: Request, claim: _Claim, caller: Caller, region: str, signed_at: str) -> str:
    wanted = request.header("X-Amz-Content-SHA256")
    if wanted is not None and wanted != hashlib.sha256(request.body).hexdigest():
        raise invalid_signature("The provided 'x-amz-content-sha256' header does not match what was computed.")
    target = request.path + (f"?{request.query}" if request.query else "")
    presented = AWSRequest(request.method, f"http://{request.header('Host')}{target}", data=request.body)
    for name, value in request.headers:
        presented.headers[name] = value
    presented.context["timestamp"] = signed_at
    verifier = _Verifier(caller, region, claim.headers)
    text = verifier.string_to_sign(presented, verifier.canonical_request(presented))
    return str(verifier.signature(text, presented))
