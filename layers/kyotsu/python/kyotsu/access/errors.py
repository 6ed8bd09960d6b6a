"""Why a request, a client or a token is refused. What the caller is told is the same for all of a kind."""

from __future__ import annotations

from kyotsu.contracts.errors import KyotsuError


class ClientUnknownError(KyotsuError):
    """An operator named a system that has no client, or that the catalogue doesn't know."""


class ClientConflictError(KyotsuError):
    """The client has a secret already, or somebody else is changing it."""


class RefusedError(KyotsuError):
    """A caller is refused; the outcome's code is for our log alone."""

    error = "invalid_request"
    """What OAuth 2.0 calls it (RFC 6749, 5.2)."""
    status = 400


class RequestRefusedError(RefusedError):
    """A caller that is known, or need not be, sent something that can't be understood."""


class ClientRefusedError(RefusedError):
    """The caller is not known for certain; nobody learns which part was wrong."""

    error = "invalid_client"
    status = 401


class ScopeRefusedError(RefusedError):
    """The client may not have a token for this."""

    error = "invalid_scope"


class TokenRefusedError(RefusedError):
    """A token does not let its bearer in; nobody learns why."""

    error = "invalid_token"
    status = 401


class GrantTypeRefusedError(RefusedError):
    """The grant is none that we have."""

    error = "unsupported_grant_type"


class TokenOfAnotherError(RefusedError):
    """A client wants to take back a token that was issued to another one (RFC 7009, 2.1)."""

    error = "invalid_grant"
