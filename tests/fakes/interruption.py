"""Ports that break at one call, as a worker that is stopped does: before the call had its effect, or right after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from kyotsu.residents.applier import ResidentApplier
from kyotsu.wiring.catalogue import effect_rules
from tests.fakes.deployment import CATALOGUE, Deployment


class StoppedError(Exception):
    """The worker was stopped here."""


@dataclass
class Interruption:
    """Counts the calls to all ports of a deployment, and stops the worker at call `at` (0: never)."""

    at: int = 0
    after: bool = False
    """Whether the call it stops at still has its effect."""
    calls: list[str] = field(default_factory=list)

    def around(self, port: Any) -> Any:
        """Return the port with its calls counted."""
        return _Counted(self, port)

    def call(self, name: str, method: Callable[..., Any], *args: Any) -> Any:
        """Make one call of a port, unless it is the one to stop at."""
        self.calls.append(name)
        stop = len(self.calls) == self.at
        if stop and not self.after:
            raise StoppedError(name)
        result = method(*args)
        if stop:
            raise StoppedError(name)
        return result


@dataclass
class _Counted:
    interruption: Interruption
    port: Any

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        return lambda *args: self.interruption.call(f"{type(self.port).__name__}.{name}", method, *args)


def interrupted(deployment: Deployment, interruption: Interruption) -> Deployment:
    """Let a deployment's ports break; what they hold stays where it is."""
    around = interruption.around
    rules = effect_rules(CATALOGUE, "residents")
    deployment.reception = replace(
        deployment.reception,
        appliers={"residents": ResidentApplier(around(deployment.residents), rules)},
        objects=around(deployment.objects),
        receipts=around(deployment.receipts),
        events=around(deployment.events),
    )
    return deployment
