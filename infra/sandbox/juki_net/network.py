"""What the simulator knows: who is connected, which messages were taken, and a journal of ids.

A repeat of a message is known by its id and dropped. What is taken is delivered to its municipality and acknowledged to
its sender, in that order; somebody who is not in this sandbox is a simulated city, which accepts everything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any

from infra.sandbox.juki_net.deliveries import Deliveries, Delivery, Mailbox
from infra.sandbox.juki_net.faults import FaultKind, Faults

ACKNOWLEDGEMENT = "juryotsuchi"


class RefusedError(Exception):
    """A message can't be taken; the text is the reason's code."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


@dataclass
class Taken:
    """A message that was taken."""

    digest: str
    accepted: bool | None = None
    """What its acknowledgement says; None: it was not written yet."""
    reason: str = ""


@dataclass
class JukiNet:
    """The network of one sandbox."""

    deliveries: Deliveries
    faults: Faults = field(default_factory=Faults)
    _taken: dict[str, Taken] = field(default_factory=dict)
    _journal: list[dict[str, Any]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def join(self, mailbox: Mailbox) -> None:
        """Connect a municipality's deployment; a code that is connected is replaced."""
        self.deliveries.join(mailbox)

    def post(self, message_id: str, body: bytes, secret: str) -> int:
        """Take a message, once; return the HTTP status. Raises RefusedError."""
        envelope = _envelope(message_id, body)
        self._check_sender(envelope, secret)
        to = envelope["to"]
        with self._lock:
            known = self._taken.get(message_id)
            digest = sha256(body).hexdigest()
            if known is not None:
                if known.digest != digest:
                    self._note("refused", envelope)
                    raise RefusedError(409, "OTHER_CONTENT")
                self._note("repeated", envelope)
                return 200
            if self.faults.hits(FaultKind.REFUSE, to):
                self._note("unavailable", envelope)
                return 503
            self._taken[message_id] = Taken(digest)
            self._note("taken", envelope)
            self._forward(envelope, body)
        return 504 if self.faults.hits(FaultKind.TIME_OUT, to) else 201

    def state(self, message_id: str) -> dict[str, str] | None:
        """Return what became of a message; None: it is not known."""
        with self._lock:
            known = self._taken.get(message_id)
            if known is None:
                return None
            if known.accepted is None:
                return {"state": "taken"}
            return {"state": "accepted"} if known.accepted else {"state": "rejected", "reason": known.reason}

    def journal(self) -> list[dict[str, Any]]:
        """Return what happened, in order: ids, kinds and municipalities, nothing of anybody."""
        with self._lock:
            return list(self._journal)

    def behave(self) -> None:
        """Remove all faults; what they kept back goes now."""
        self.faults.clear()
        self.deliveries.release()

    def _forward(self, envelope: dict[str, str], body: bytes) -> None:
        """Deliver a message that was taken, and acknowledge it."""
        message_id, sender, to = (envelope[name] for name in ("message_id", "from", "to"))
        rejected = self.faults.hits(FaultKind.REJECT, to)
        times = 2 if self.faults.hits(FaultKind.TWICE, to) else 1
        reordered = self.faults.hits(FaultKind.REORDER, to) is not None
        held = self.faults.hits(FaultKind.HOLD, to) is not None
        reason = rejected.reason if rejected else ""
        done = Delivery(message_id, to, f"received/{message_id}.json", body, lambda: self._done("delivered", envelope))
        if not rejected:
            self.deliveries.put([done] * times, kept=reordered)
        own = {"message_id": f"K-{message_id}"[:128], "kind": ACKNOWLEDGEMENT, "from": to, "to": sender}
        content = {"of": message_id, "accepted": rejected is None, "reason": reason}
        said = json.dumps({**own, "content": content}).encode()
        key = f"received/{own['message_id']}.json"

        def acknowledged() -> None:
            self._done("rejected" if rejected else "acknowledged", envelope)

        def decided() -> None:
            with self._lock:
                known = self._taken[message_id]
                known.accepted, known.reason = rejected is None, reason

        answer = Delivery(own["message_id"], sender, key, said, acknowledged, decided)
        self.deliveries.put([answer] * times, kept=held or reordered)

    def _done(self, event: str, envelope: dict[str, str]) -> None:
        with self._lock:
            self._note(event, envelope)

    def _note(self, event: str, envelope: dict[str, str]) -> None:
        number = len(self._journal) + 1
        self._journal.append({"number": number, "event": event, **envelope})

    def _check_sender(self, envelope: dict[str, str], secret: str) -> None:
        mailbox = self.deliveries.mailbox(envelope["from"])
        if mailbox is not None and mailbox.secret != secret:
            raise RefusedError(401, "WRONG_SECRET")


def _envelope(message_id: str, body: bytes) -> dict[str, str]:
    """Return what is known of a message without its content."""
    try:
        found = json.loads(body)
        made = {name: found[name] for name in ("message_id", "kind", "from", "to")}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError(400, "FORMAT") from None
    if not all(isinstance(value, str) for value in made.values()) or made["message_id"] != message_id:
        raise RefusedError(400, "FORMAT")
    return made
