"""Errors of access control, as each protocol of AWS shows them."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

DENIED = "AccessDenied"
_STATUS = {DENIED: 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403, "RequestTimeTooSkewed": 403}
_IN_JSON = {
    DENIED: "AccessDeniedException",
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "InvalidToken": "UnrecognizedClientException",
    "ExpiredToken": "ExpiredTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
    "AuthorizationHeaderMalformed": "IncompleteSignatureException",
}
_IN_QUERY = {
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "InvalidToken": "InvalidClientTokenId",
    "RequestTimeTooSkewed": "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed": "IncompleteSignature",
}
_QUERY_SERVICES = {"sns", "sts", "iam", "cloudformation", "cloudwatch", "monitoring"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def refused(service: str, code: str, text: str) -> Answer:
    """Return the error `code` (S3's name of it) as `service` sends it."""
    identifier = str(uuid.uuid4())
    if service == "s3":
        return _of_s3(code, text, identifier)
    if service in _QUERY_SERVICES:
        name = "AuthorizationError" if (service, code) == ("sns", DENIED) else _IN_QUERY.get(code, code)
        return query_error(name, text, 403, identifier)
    name = _IN_JSON.get(code, code)
    if service == "lambda":
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": name, "x-amzn-RequestId": identifier}
        return Answer(403, headers, json.dumps({"Message": text}).encode())
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": identifier}
    if service == "sqs":
        headers["x-amzn-query-error"] = f"{_IN_QUERY.get(code, code)};Sender"
    body = {"__type": f"com.amazon.coral.service#{name}", "Message": text, "message": text}
    return Answer(400, headers, json.dumps(body).encode())


def query_error(code: str, text: str, status: int = 400, identifier: str = "") -> Answer:
    """Return an error of the query protocol."""
    xml = (
        "<ErrorResponse><Error><Type>Sender</Type>"
        f"<Code>{code}</Code><Message>{escape(text)}</Message></Error>"
        f"<RequestId>{identifier or uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(status, {"Content-Type": "text/xml"}, xml.encode())


def _of_s3(code: str, text: str, identifier: str) -> Answer:
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>'
        f"<Code>{code}</Code><Message>{escape(text)}</Message><RequestId>{identifier}</RequestId></Error>"
    )
    headers = {"Content-Type": "application/xml", "x-amz-request-id": identifier}
    return Answer(_STATUS.get(code, 400), headers, xml.encode())
