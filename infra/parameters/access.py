"""Who may ask for tokens, how long they hold, and where they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.parameters.errors import ParameterError

LONGEST_TOKEN = 600
"""Seconds; 共通機能標準仕様書 2.1 recommends no more than ten minutes."""


@dataclass(frozen=True, kw_only=True)
class TokenServer:
    """The token server and its API. Times are in seconds unless named otherwise."""

    issuer: str | None = None
    """URL that `iss` names, where the municipality publishes the documents of the bucket itself; None makes a
    CloudFront distribution for them, whose domain is the issuer then."""
    token_seconds: int = LONGEST_TOKEN
    """How long a token holds."""
    leeway_seconds: int = 30
    """How much the clocks of clients may differ from ours."""
    assertion_seconds: int = 300
    """How far ahead the `exp` of a client's assertion may be; its `jti` is remembered for as long."""
    revocation_seconds: int = 60
    """After how long, at most, a revocation takes effect at our own APIs."""
    allow_basic: bool = False
    """Whether `client_secret_basic` is accepted, which 共通機能標準仕様書 2.1 allows for the interim."""
    web_identity_audience: str = "kyotsu-file-linkage"
    """`aud` of the tokens for STS."""
    signing_keys: tuple[str, ...] = ("A",)
    """Names of the keys: the first one signs, all are published. To change keys, deploy four times: (A, B), ten minutes
    later (B, A), ten minutes after that (B) with A among `retired_keys`, and then (B) alone."""
    retired_keys: tuple[str, ...] = ()
    """Keys that are used no more, but stay until no deployed stack asks for them."""
    publish_minutes: int = 5
    """How often the public documents are brought up to date."""
    requests_per_second: int = 50
    burst: int = 100
    """Requests at once, above which callers are told to come later."""
    firewall: bool = False
    """Whether AWS WAF stands before the API."""
    requests_per_address: int = 2000
    """Requests of one address in five minutes, above which the firewall refuses it."""

    def __post_init__(self) -> None:
        if not 60 <= self.token_seconds <= LONGEST_TOKEN:
            raise ParameterError(f"a token holds between 60 and {LONGEST_TOKEN} seconds")
        if not 0 <= self.leeway_seconds <= 60:
            raise ParameterError("clocks may differ by a minute at most")
        if not self.signing_keys or len(set(self.signing_keys)) != len(self.signing_keys):
            raise ParameterError("tokens need a key to be signed with, and each key a name of its own")
        if set(self.retired_keys) & set(self.signing_keys):
            raise ParameterError("a key that is retired signs nothing and is published no more")
        if not all(re.fullmatch("[A-Z]", name) for name in (*self.signing_keys, *self.retired_keys)):
            raise ParameterError("a signing key is named by one capital letter")
        if self.issuer is not None and not re.fullmatch(r"https://[^?#\s]+[^?#\s/]", self.issuer):
            raise ParameterError("an issuer is an https URL without query, fragment and slash at its end")
        if self.web_identity_audience.startswith("kyotsu-api-"):
            raise ParameterError("a token for STS must not be one for an API")
