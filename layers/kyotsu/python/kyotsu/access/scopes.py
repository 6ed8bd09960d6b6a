"""Which scopes a client may have in one token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kyotsu.access.errors import ScopeRefusedError
from kyotsu.catalogue.model import Api
from kyotsu.contracts import outcomes


def api_audience(provider: str) -> str:
    """Return `aud` of the tokens for a provider's API. It never is that of tokens for STS."""
    return f"kyotsu-api-{provider.lower()}"


@dataclass(frozen=True, slots=True)
class Grant:
    """Scopes of one provider, all for one kind of token."""

    scopes: tuple[str, ...]
    provider: str
    kind: Literal["api", "federation"]


def grant(apis: Mapping[str, Api], system: str, requested: Sequence[str]) -> Grant:
    """Return the grant of what a system asks for; raises ScopeRefusedError if it may not have all of it.

    Never less than was asked for: a client that misspelt one scope must not find out at its first call.
    """
    scopes = tuple(dict.fromkeys(requested))
    if not scopes:
        raise ScopeRefusedError(outcomes.SCOPE_MISSING)
    unknown = [scope for scope in scopes if scope not in apis]
    if unknown:
        raise ScopeRefusedError(outcomes.SCOPE_UNKNOWN)
    wanted = [apis[scope] for scope in scopes]
    if len({api.provider for api in wanted}) > 1 or len({api.kind for api in wanted}) > 1:
        raise ScopeRefusedError(outcomes.SCOPE_OF_TWO_PROVIDERS)
    if not all(api.allows(system) for api in wanted):
        raise ScopeRefusedError(outcomes.SCOPE_NOT_ALLOWED)
    return Grant(scopes, wanted[0].provider, wanted[0].kind)
