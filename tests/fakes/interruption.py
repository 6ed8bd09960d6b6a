"""Ports that break or pause at one call: before the call had its effect, or right after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.deployment import Deployment


class StoppedError(Exception):
    """The worker was stopped here."""


def stopped() -> None:
    """Stop the worker."""
    raise StoppedError


@dataclass
class Interruption:
    """Counts the calls to all ports of a deployment, and does something at call `at` (0: never)."""

    at: int = 0
    after: bool = False
    """Whether the call at which it happens has its effect before or afterwards."""
    happens: Callable[[], object] = stopped
    calls: list[str] = field(default_factory=list)

    def around(self, port: Any) -> Any:
        """Return the port with its calls counted."""
        return _Counted(self, port)

    def call(self, name: str, method: Callable[..., Any], *args: Any) -> Any:
        """Make one call of a port."""
        self.calls.append(name)
        reached = len(self.calls) == self.at
        if reached and not self.after:
            self.happens()
        result = method(*args)
        if reached and self.after:
            self.happens()
        return result


@dataclass
class _Counted:
    interruption: Interruption
    port: Any

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        return lambda *args: self.interruption.call(f"{type(self.port).__name__}.{name}", method, *args)


def another_worker(deployment: Deployment) -> Deployment:
    """Return an undisturbed worker on the same buckets, tables and bus."""
    return Deployment(
        deployment.objects,
        deployment.receipts,
        deployment.residents,
        deployment.protected,
        deployment.events,
        deployment.clock,
        deployment.large_files,
        deployment.small_chunks,
    )


def interrupted(deployment: Deployment, interruption: Interruption) -> Deployment:
    """Let a deployment's ports break; what they hold stays where it is."""
    around = interruption.around
    appliers: Any = deployment.reception.appliers
    deployment.reception = replace(
        deployment.reception,
        appliers={
            "residents": appliers["residents"].over(around(deployment.residents)),
            "protection": appliers["protection"].over(around(deployment.protected)),
        },
        objects=around(deployment.objects),
        receipts=around(deployment.receipts),
        events=around(deployment.events),
        large_files=around(deployment.large_files),
    )
    return deployment
