"""Who holds which access key, and who signed a request.

credentials = principals.session("arn:aws:iam::123456789012:role/name", "session", lasts=timedelta(hours=1))
who = principals.authenticate(request)  # a signatures.Request; NotAuthenticatedError says what is wrong
"""

import hmac
import secrets
import string
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.access.signatures import MalformedSignatureError, Request, is_current, is_genuine, signature_of

_LETTERS = string.ascii_uppercase + "234567"
ANONYMOUS = Principal("anonymous", "anonymous")


class NotAuthenticatedError(Exception):
    """A request's signature is missing, wrong or of nobody; `code` is the error that S3 would send."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """An access key and who it is. A token, if there is one, must come with it; `expires` None: never."""

    access_key_id: str
    secret_access_key: str
    principal: Principal
    session_token: str | None = None
    expires: datetime | None = None
    checked: bool = True
    """Whether a signature is asked for; not of the operator, whose key everyone on this machine knows."""


def service(name: str) -> Principal:
    """Return an AWS service as a principal, like `events.amazonaws.com`."""
    return Principal("service", name)


def of_role(role_arn: str, session_name: str, facts: Mapping[str, tuple[str, ...]] | None = None) -> Principal:
    """Return a session of a role."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}"
    return Principal("role", arn, account, role_arn, facts=tuple(sorted((facts or {}).items())))


class Principals:
    """The access keys of one sandbox."""

    def __init__(self, account: str, operator: tuple[str, str], now: Callable[[], datetime] | None = None) -> None:
        """`operator` is the key pair of the account's administrator."""
        self._now = now or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._held: dict[str, Credentials] = {}
        administrator = Principal("operator", f"arn:aws:iam::{account}:root", account)
        self.add(Credentials(*operator, administrator, checked=False))

    def add(self, credentials: Credentials) -> Credentials:
        """Make an access key known."""
        with self._lock:
            for key in [key for key, held in self._held.items() if held.expires and held.expires < self._long_ago()]:
                del self._held[key]
            self._held[credentials.access_key_id] = credentials
        return credentials

    def session(
        self, role_arn: str, name: str, lasts: timedelta | None, facts: Mapping[str, tuple[str, ...]] | None = None
    ) -> Credentials:
        """Make temporary credentials of a role; whether it may be assumed was asked before. `lasts` None: for ever."""
        return self.add(
            Credentials(
                _random("ASIA", 16),
                secrets.token_urlsafe(30),
                of_role(role_arn, name, facts),
                secrets.token_urlsafe(120),
                None if lasts is None else self._now() + lasts,
            )
        )

    def key_pair(self, principal: Principal) -> Credentials:
        """Make an access key of `principal` that needs no token and never expires."""
        return self.add(Credentials(_random("AKIA", 16), secrets.token_urlsafe(30), principal))

    def by_access_key(self, access_key_id: str) -> Credentials | None:
        """Return what is known of an access key."""
        return self._held.get(access_key_id)

    def is_operator(self, access_key_id: str) -> bool:
        """Tell whether the key is the operator's, of which no signature is asked."""
        held = self._held.get(access_key_id)
        return held is not None and not held.checked

    def authenticate(self, request: Request) -> Principal:
        """Return who signed `request`, ANONYMOUS if nobody did. Raises NotAuthenticatedError."""
        try:
            signature = signature_of(request)
        except MalformedSignatureError as error:
            raise NotAuthenticatedError("AuthorizationHeaderMalformed", f"The {error} is malformed") from error
        if signature is None:
            return ANONYMOUS
        held = self._held.get(signature.access_key_id)
        if held is None:
            raise NotAuthenticatedError("InvalidAccessKeyId", "The access key ID does not exist in our records.")
        if not held.checked:
            return held.principal
        if not hmac.compare_digest((held.session_token or "").encode(), (signature.token or "").encode()):
            raise NotAuthenticatedError("InvalidToken", "The security token included in the request is invalid.")
        if held.expires is not None and held.expires <= self._now():
            raise NotAuthenticatedError("ExpiredToken", "The security token included in the request is expired.")
        if not is_current(signature, self._now()):
            raise NotAuthenticatedError("RequestTimeTooSkewed", "The request was signed too long ago, or too early.")
        if not is_genuine(request, signature, held.secret_access_key):
            raise NotAuthenticatedError("SignatureDoesNotMatch", "The request signature does not match.")
        return held.principal

    def _long_ago(self) -> datetime:
        return self._now() - timedelta(hours=1)  # until then the answer is that it expired


def _random(prefix: str, length: int) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))
