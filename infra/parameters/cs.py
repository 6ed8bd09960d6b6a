"""市町村CS: where it is reached, who brings what it says, and how closely the outbox is watched over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.parameters.errors import ParameterError

_URL = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[A-Za-z0-9_+=,.@/-]{1,575}")


@dataclass(frozen=True, kw_only=True)
class CommunicationServer:
    """The adapter beside the CS, and what is sent to it. Times are in minutes."""

    url: str | None = None
    """Of the adapter: https without slash at its end, on port 443, which alone the network lets out; in production at
    a private address that `Parameters.network` reaches. None: messages wait, and the alarm of their age tells."""
    adapter_roles: tuple[str, ...] = ()
    """ARNs of roles of the adapter, which may put objects below `received/` of the bucket `Juki`, and nothing else."""
    sweep_every: int = 5
    """How often lanes that nobody woke are looked at, and ages measured."""
    unsent: int = 30
    """Age of the oldest message not sent at which operators are alarmed: 転出証明書情報 is sent 「リアルタイム」."""
    unacknowledged: int = 60
    """Time since the oldest message without acknowledgement was sent, at which operators are alarmed."""
    concurrency: int = 5
    """Lanes worked on at once, and messages received at once (2 to 1,000)."""

    def __post_init__(self) -> None:
        if self.url is not None and not _URL.fullmatch(self.url):
            raise ParameterError("the CS is reached at an https URL without port and slash at its end")
        for arn in self.adapter_roles:
            if not _ROLE.fullmatch(arn):
                raise ParameterError(f"{arn!r} is not the ARN of a role")
        if min(self.sweep_every, self.unsent, self.unacknowledged) < 1 or not 2 <= self.concurrency <= 1000:
            raise ParameterError("the outbox is swept and measured each minute at most, by 2 to 1,000 at once")
