"""What has become of a token since it was issued."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from kyotsu.access.errors import TokenRefusedError
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a token was taken back, and what became of its client."""

    revoked: bool
    disabled: bool
    not_before: int
    """Tokens issued in this second or before are taken back."""

    def demand(self, issued_at: int) -> None:
        """Raise TokenRefusedError if the token holds no more."""
        if self.disabled:
            raise TokenRefusedError(outcomes.TOKEN_OF_DISABLED_CLIENT)
        if self.revoked or issued_at <= self.not_before:
            raise TokenRefusedError(outcomes.TOKEN_REVOKED)


class Standings(Protocol):
    """Knows the standing of tokens."""

    def standing(self, client_id: str, jti: str) -> Standing:
        """Return what has become of a token and its client."""
        ...


class RecentStandings:
    """`Standings` that asks another one, and again once an answer is older than the set time.

    So a revocation takes effect after that time at the latest.
    """

    def __init__(self, source: Standings, clock: Clock, seconds: float, most: int = 2000) -> None:
        self._source, self._clock, self._seconds, self._most = source, clock, seconds, most
        self._known: OrderedDict[tuple[str, str], tuple[float, Standing]] = OrderedDict()

    def standing(self, client_id: str, jti: str) -> Standing:
        """Return what had become of a token and its client, no longer ago than the set time."""
        now, key = self._clock.now().timestamp(), (client_id, jti)
        at, known = self._known.get(key, (0.0, None))
        # Also if the clock was set back: an answer from the future has no age.
        if known is None or not 0 <= now - at < self._seconds:
            known = self._source.standing(client_id, jti)
            self._known[key] = (now, known)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return known
