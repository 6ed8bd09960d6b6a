"""Why a request is refused before anything of it is believed."""

from __future__ import annotations

from kyotsu.contracts.errors import KyotsuError


class UnauthorizedError(KyotsuError):
    """Who calls is not known for certain, or may not make the call; the caller never learns which (401)."""


class BadRequestError(KyotsuError):
    """A known caller sent something that can't be understood (400)."""
