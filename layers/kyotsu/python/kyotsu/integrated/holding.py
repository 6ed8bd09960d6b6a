"""`Idempotency-Key` of a request for several people: one key, one body, whichever of them were done under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kyotsu.addressees.store import Done
from kyotsu.integrated.store import IntegratedStore, Seen, Wanted, Write


class KeyReusedError(Exception):
    """The key is held for another body; nothing was done."""


class Once(NamedTuple):
    """What a request is done under."""

    key: str
    """As `Done.key`."""
    content: bytes
    """Keyed fingerprint of the whole body."""

    def part(self, place: int) -> Once:
        """Return what the person at a place of the request is done under."""
        return self._replace(key=f"{self.key}/{place}")


@dataclass(slots=True)
class Holding:
    """Holds the key of a request for its body: durably, before the first person is written.

    A request that ended in between comes again with the same body, finds the key held for it, and goes on.
    """

    store: IntegratedStore
    once: Once | None
    _held: bool = field(default=False)

    def look(self, wanted: Sequence[Wanted]) -> list[Seen]:
        """Look as the store does, and at the key with it; raises KeyReusedError."""
        if self.once is None or self._held:
            return self.store.look(wanted)
        *looked, own = self.store.look([*wanted, Wanted(once=self.once.key)])
        if own.done is not None:
            if own.done.content != self.once.content:
                raise KeyReusedError
            self._held = True
        return looked

    def hold(self) -> bool:
        """Hold the key, if there is one; False: somebody else's write to it went first. Look again then."""
        if self.once is not None and not self._held:
            (self._held,) = self.store.write([Write(None, Done(self.once.key, self.once.content, b""))])
        return self.once is None or self._held
