"""What an API function asks before it does anything: whose token is this, and may it do that?

    caller = checker.check(headers, query, "031:app_submit/v10/jutogaishaatenabangofuban:Create")

It raises TokenRefusedError. Whatever the reason: answer 401 with PUBLISHED, and log the error's `code`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kyotsu.access.errors import TokenRefusedError
from kyotsu.access.scopes import api_audience
from kyotsu.access.standing import Standings
from kyotsu.access.tokens import TokenReader
from kyotsu.contracts import outcomes

PUBLISHED = "アクセストークンが無効です。"
"""`detail` of every answer with status 401 (住登外者宛名番号付番API 2.0)."""
LONGEST_HEADER = 8192
"""Bytes of the header with the token."""

Values = Mapping[str, Sequence[str]]
"""Headers or query parameters, by name: all values of each, as `multiValueHeaders` has them."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls an API."""

    system: str
    """業務ID or local system's id, in small letters."""
    client_id: str
    token_id: str


@dataclass(frozen=True, slots=True)
class TokenChecker:
    """Checks tokens where they are used: signature and claims here, revocation by `standings`."""

    reader: TokenReader
    standings: Standings

    def check(self, headers: Values, query: Values, scope: str) -> Caller:
        """Return the caller of a request that needs a scope; raises TokenRefusedError."""
        token = self.reader.read(bearer_token(headers, query), [api_audience(scope.partition(":")[0])])
        if scope not in token.scopes:
            raise TokenRefusedError(outcomes.TOKEN_SCOPE)
        self.standings.standing(token.client_id, token.token_id).demand(token.issued_at)
        return Caller(token.system, token.client_id, token.token_id)


def bearer_token(headers: Values, query: Values) -> str:
    """Return the token of a request, sent in the one way that is allowed: one header `Authorization: Bearer …`."""
    if any(name.lower() == "access_token" for name in query):
        raise TokenRefusedError(outcomes.TOKEN_TWICE)
    sent = [value for name, values in headers.items() if name.lower() == "authorization" for value in values]
    if len(sent) > 1:
        raise TokenRefusedError(outcomes.TOKEN_TWICE)
    scheme, _, token = sent[0].partition(" ") if sent else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip() or len(sent[0]) > LONGEST_HEADER or not token.isascii():
        raise TokenRefusedError(outcomes.TOKEN_MISSING)
    return token.strip()
